/**
 * Mends the PostgreSQL driver after it was installed. postgres 3.4.9 writes to a socket that is gone, which ends the process
 * with an error that nobody can catch (https://github.com/porsager/postgres/issues/1154, /1208); and a connection that broke
 * while something was still to be written is never written to again, so whoever asks by it waits for nothing; and one that
 * breaks while the driver asks for the array types, of its own accord, ends the process as well.
 *
 * `npm ci` runs it, and so does whatever begins with `bootstrap.mjs`; a driver that is mended stays as it is.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const driver = fileURLToPath(new URL('../node_modules/postgres/', import.meta.url));
const KNOWN = '3.4.9';
const FILES = ['src/connection.js', 'cjs/src/connection.js'];

/** What is there, and what is to be there. */
const MENDS = [
  [
    '  function nextWrite(fn) {\n    const x = socket.write(chunk, fn)\n',
    "  function nextWrite(fn) {\n    if (socket === null) {\n      chunk = nextWriteTimer = null\n      error(Errors.connection('CONNECTION_CLOSED', options, socket))\n      return false\n    }\n    const x = socket.write(chunk, fn)\n",
  ],
  [
    '    incomings = null\n    clearImmediate(nextWriteTimer)\n    socket.removeListener',
    '    incomings = null\n    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener',
  ],
  ['      order by b.oid\n    `], [], execute)\n', '      order by b.oid\n    `], [], execute).catch(() => [])\n'],
];

if (fs.existsSync(driver)) mend();

function mend() {
  const { version } = JSON.parse(fs.readFileSync(`${driver}package.json`, 'utf8'));
  if (version !== KNOWN) {
    throw new Error(`Expected postgres ${KNOWN}, found ${version}: see whether it still has to be mended, and how`);
  }
  for (const file of FILES.map((name) => driver + name)) {
    const found = fs.readFileSync(file, 'utf8');
    const mended = MENDS.reduce((text, [from, to]) => replaced(text, from, to, file), found);
    if (mended === found) continue;
    // As a whole: another process may be reading it.
    fs.writeFileSync(`${file}.${process.pid}`, mended);
    fs.renameSync(`${file}.${process.pid}`, file);
  }
}

function replaced(text, from, to, file) {
  if (text.includes(to)) return text;
  if (!text.includes(from)) throw new Error(`${file}: expected the code that is to be mended, found other code`);
  return text.replace(from, () => to);
}
