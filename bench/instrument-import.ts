import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { dayOf } from '../src/core/time.ts';
import { openDatabase } from '../src/db/database.ts';
import { listingsOf, masterText } from '../src/simulators/angel-one/master/make-master.ts';

const ROWS = 150_000;
const LOOK_EVERY_MS = 10;

const factsSchema = z.object({ rows: z.number(), listed: z.number(), added: z.number(), seconds: z.number() });
type Facts = z.output<typeof factsSchema>;

/**
 * The import command on a list of 150,000 rows, served as it is made by a server here, into an empty PostgreSQL and then
 * once more: wall time of the process, and the most memory that it ever had.
 */
export const bench = {
  name: 'instrument_import',
  async run(): Promise<Record<string, number>> {
    const stateFolder = mkdtempSync(join(tmpdir(), 'signalman-bench-'));
    const database = await openDatabase({ stateFolder, role: 'bench' });
    const server = createServer((_, response) => {
      const text = masterText(listingsOf([]), { day: dayOf(Date.now()), fillerRows: ROWS });
      Readable.from(text, { objectMode: false }).pipe(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const url = new URL(database.url);
      url.search = '';
      const env = {
        DATABASE_URL: url.href,
        ANGEL_SIMULATOR_URL: `http://127.0.0.1:${port}`,
        SIGNALMAN_STATE: stateFolder,
      };
      const first = await importOnce(env);
      const again = await importOnce(env);
      if (first.facts.rows !== ROWS || first.facts.added !== first.facts.listed || again.facts.added !== 0) {
        throw new Error(`Expected ${ROWS} rows, all new and then none, found ${JSON.stringify({ first, again })}`);
      }
      return {
        instrument_import_listed: first.facts.listed,
        instrument_import_s: first.seconds,
        instrument_import_again_s: again.seconds,
        instrument_import_rss_mb: Math.max(first.rssMb, again.rssMb),
      };
    } finally {
      server.close();
      await database.close();
      rmSync(stateFolder, { recursive: true, force: true });
    }
  },
};

async function importOnce(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly facts: Facts; readonly seconds: number; readonly rssMb: number }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['src/main.ts', 'instruments', 'import', '--json'], {
    ...{ cwd: join(import.meta.dirname, '..'), env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  let rssMb = 0;
  const watching = setInterval(() => {
    rssMb = Math.max(rssMb, mostMemoryMb(child.pid));
  }, LOOK_EVERY_MS);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  clearInterval(watching);
  if (code !== 0) throw new Error(`Expected an import that goes through, found exit ${code}`);
  const seconds = Math.round(performance.now() - startedAt) / 1_000;
  return { facts: factsSchema.parse(JSON.parse(output)), seconds, rssMb };
}

/** The high-water mark that Linux keeps of a process; 0 where there is none, or when the process has ended. */
function mostMemoryMb(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) / 1_024;
  } catch {
    return 0;
  }
}
