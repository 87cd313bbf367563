import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('../integration/database-child.ts', import.meta.url));

/** Another process of the program that holds a database open. */
export class DatabaseProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(stateFolder: string, account = '', url = '') {
    this.child = spawn(process.execPath, [CHILD, stateFolder, account, url]);
    this.child.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The next thing it says. */
  async line(): Promise<string> {
    const next = await this.#lines.next();
    return next.done ? 'ended' : next.value;
  }

  async ready(): Promise<{ readonly url: string; readonly started: string }> {
    const line = await this.line();
    if (!line.startsWith('ready ')) throw new Error(`Expected the process to be ready, found "${line}"`);
    return JSON.parse(line.slice('ready '.length));
  }

  /** Lets it close; how long that took, in ms. */
  async close(): Promise<number> {
    this.child.stdin.end();
    const line = await this.line();
    if (!line.startsWith('closed ')) throw new Error(`Expected the process to close, found "${line}"`);
    if (this.child.exitCode === null) await once(this.child, 'exit');
    return Number(line.slice('closed '.length));
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
