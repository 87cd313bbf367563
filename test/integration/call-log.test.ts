import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../support/test-database.ts';

const CHILD = fileURLToPath(new URL('call-log-child.ts', import.meta.url));
const CALLS = 30;

let stored: TestDatabase;
beforeAll(async () => {
  stored = await testDatabase();
});
afterAll(() => stored.close());

class Caller {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    this.#child = spawn(process.execPath, [CHILD, inject('databaseUrl'), stored.schema, String(CALLS)]);
    this.#child.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async ready(): Promise<void> {
    const next = await this.#lines.next();
    if (next.value !== 'ready') throw new Error(`Expected a process that is ready, found "${next.value}"`);
  }

  /** Lets it begin; everything it says until it ends. */
  async run(): Promise<readonly string[]> {
    this.#child.stdin.end('go\n');
    const lines: string[] = [];
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) lines.push(next.value);
    return lines;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

describe('two processes of one account', () => {
  test('together stay inside every window, and both get on', async () => {
    const callers = [new Caller(), new Caller()];
    try {
      for (const caller of callers) await caller.ready();
      const lines = await Promise.all(callers.map((caller) => caller.run()));
      for (const said of lines) expect(said.filter((line) => line.startsWith('called'))).toHaveLength(CALLS);
      expect(lines.flat().filter((line) => line.startsWith('error'))).toEqual([]);
    } finally {
      for (const caller of callers) caller.kill();
    }
    const rows = await stored.database.sql<{ time: number }[]>`select called_time as time from call_log order by time`;
    const times = rows.map(({ time }) => time);
    expect(times).toHaveLength(2 * CALLS);
    // The windows of the child, with its allowance for the way.
    for (const { limit, ms } of [
      { limit: 5, ms: 220 },
      { limit: 20, ms: 1_520 },
    ]) {
      const fullest = times.map((from) => times.filter((time) => time >= from && time <= from + ms).length);
      expect(Math.max(...fullest)).toBeLessThanOrEqual(limit);
    }
  });
});
