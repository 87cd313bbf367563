import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { answerOfCommand } from '../../src/alerts/answer-of-command.ts';
import { accountSchema } from '../../src/db/account-database.ts';
import { accountStanding } from '../../src/db/account-standing.ts';
import { openCommandInbox } from '../../src/db/command-inbox.ts';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { acquireLease } from '../../src/db/lease.ts';
import { type AskedCommand, pendingCommands } from '../../src/db/postgres-commands.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import { enter } from '../../src/engine/strategy/strategy.ts';
import { at, decideAt, EngineBench } from '../support/engine-bench.ts';
import { testStateFolder } from '../support/test-server.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const ACCOUNT = `control-${process.pid}`;
const BUY = enter({ side: 'BUY', stopLoss: 95, target: 110, reason: 'up' });

let database: Database;
let ends: (() => Promise<unknown>)[];

const openAccount = (schema: string): Promise<Database> =>
  openDatabase({ url: inject('databaseUrl'), stateFolder: testStateFolder(), schema, role: 'worker' });
const dropAccount = async ({ sql, schema, close }: Database): Promise<void> => {
  await sql`drop schema ${sql(schema)} cascade`;
  await sql`delete from signalman_leases.leases where account = ${schema}`;
  await close();
};

beforeAll(async () => {
  database = await openAccount(accountSchema('paper', ACCOUNT));
});
beforeEach(async () => {
  ends = [];
  await database.sql`truncate commands, orders, positions, signals cascade`;
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});
afterAll(() => dropAccount(database));

/** The command line, in a process of its own. */
function signalman(...args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const variables = { DATABASE_URL: inject('databaseUrl'), REDIS_URL: '' };
  const child = spawn(process.execPath, ['src/main.ts', ...args], {
    cwd: PROJECT,
    env: { ...process.env, ...variables },
  });
  const ended = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    ended.stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    ended.stderr += String(chunk);
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...ended })));
}

/** Holds the lease, as a worker does. */
async function holdLease(): Promise<void> {
  const lease = await acquireLease(database, database.schema, 'worker');
  ends.push(() => lease.release());
}

async function hear(answer: (command: AskedCommand) => Promise<string>): Promise<readonly AskedCommand[]> {
  const heard: AskedCommand[] = [];
  const inbox = await openCommandInbox({
    database,
    onCommand: (command) => {
      heard.push(command);
      return answer(command);
    },
    onTrouble: () => undefined,
  });
  ends.push(() => inbox.close());
  return heard;
}

/** A worker with one entry working, and another that is filled. */
async function work(): Promise<EngineBench> {
  const bench = new EngineBench({
    strategy: decideAt({ '10:00': BUY }, 'ema-3m'),
    others: [decideAt({ '10:05': BUY }, 'orb-15')],
  });
  const ledger = new PostgresLedger(database, 'paper');
  bench.candle('10:00');
  bench.fill(bench.last('ENTRY'));
  bench.candle('10:05');
  await ledger.record(bench.effects);
  await holdLease();
  await hear(async ({ command, strategyId }) => {
    if (command === 'settle') throw new Error('Expected a command to the engine');
    const event = { command, ...(strategyId === null ? {} : { strategyId }) };
    const effects = bench.handle({ type: 'commanded', ...event, time: at('10:06') });
    await ledger.record(effects);
    return answerOfCommand(event, effects);
  });
  return bench;
}

describe('a command from another shell', () => {
  test('is applied by the running worker, which says what it did', async () => {
    const bench = await work();
    expect(await accountStanding(database, null)).toEqual({ openPositions: 1, workingEntries: 1, workingExits: 2 });
    const killed = await signalman('kill', '--account', ACCOUNT);
    expect(killed.code).toBe(0);
    expect(killed.stderr).toBe(
      `kill of account "${database.schema}": 1 open positions, 1 working entries, 2 working exits\n`,
    );
    expect(killed.stdout).toMatch(
      /: applied in \d+\.\d s: entries are denied until resumed; 1 working entry is being cancelled\n$/,
    );
    expect(bench.engine.parts.switches.isKilled).toBe(true);
    const closed = await signalman('squareoff', '--account', ACCOUNT, '--strategy', 'ema-3m', '--json');
    expect(JSON.parse(closed.stdout)).toMatchObject({
      ...{ command: 'squareoff', account: database.schema, strategy: 'ema-3m', state: 'applied' },
      before: { openPositions: 1, workingEntries: 0, workingExits: 2 },
    });
    expect(bench.planned('SQUARE_OFF')).toMatchObject([{ quantity: 10 }]);
    const resumed = await signalman('resume', '--account', ACCOUNT);
    expect(resumed.stdout).toMatch(/: applied in \d+\.\d s: entries are allowed\n$/);
    expect(bench.engine.parts.switches.isKilled).toBe(false);
  });

  test('is refused by a rehearsal that is over: the next one begins anew', async () => {
    const rehearsal = await openAccount(`rehearsal_${process.pid}`);
    try {
      await (await acquireLease(rehearsal, rehearsal.schema, 'worker')).release();
      const sent = await signalman('halt', '--account', rehearsal.schema);
      expect([sent.code, sent.stderr]).toEqual([
        1,
        `Account "${rehearsal.schema}" is not running, and each of its runs begins anew: there is nothing to halt.\n`,
      ]);
      expect(await pendingCommands(rehearsal)).toEqual([]);
    } finally {
      await dropAccount(rehearsal);
    }
  });

  test('waits for the next start when no worker runs', async () => {
    const sent = await signalman('kill', '--account', ACCOUNT);
    expect(sent.code).toBe(0);
    expect(sent.stdout).toContain(
      `kill of account "${database.schema}": no worker is running: it will be applied at the next start, before anything is sent`,
    );
    expect(await hear(async () => 'done')).toMatchObject([
      { command: 'kill', strategyId: null, askedBy: expect.stringMatching(/^cli:.+@.+ pid \d+$/) },
    ]);
  });

  test('that a running worker does not answer ends with 1 and says what to do', async () => {
    await holdLease();
    const sent = await signalman('halt', '--account', ACCOUNT, '--wait', '0.2');
    expect(sent.code).toBe(1);
    expect(sent.stdout).toContain(
      `the worker (pid ${process.pid}) has not answered within 0.2 s. It is still asked for.`,
    );
    expect(await pendingCommands(database)).toMatchObject([{ command: 'halt' }]);
  });

  test('that fails in the worker ends with 1 and its reason', async () => {
    await holdLease();
    await hear(() => Promise.reject(new Error('no engine')));
    const sent = await signalman('squareoff', '--account', ACCOUNT, '--json');
    expect(sent.code).toBe(1);
    expect(JSON.parse(sent.stdout)).toMatchObject({ state: 'failed', text: expect.stringContaining('(no engine)') });
  });

  test('goes to the live account when there is one, and to whatever name a worker has run under', async () => {
    const live = await openAccount(accountSchema('live', ACCOUNT));
    try {
      await holdLease();
      const { stdout } = await signalman('halt', '--account', ACCOUNT);
      expect(stdout).toContain(`halt of account "${live.schema}": no worker is running`);
      expect(stdout).toContain(`account "${database.schema}" is running: --account ${database.schema}`);
      expect(await pendingCommands(live)).toHaveLength(1);
      expect(await pendingCommands(database)).toEqual([]);
      await signalman('halt', '--account', database.schema, '--wait', '0');
      expect(await pendingCommands(database)).toHaveLength(1);
    } finally {
      await dropAccount(live);
    }
  });

  test.each([
    [['kill', '--account', 'nobody'], /^Expected an account that has been traded, found "nobody": /],
    [['kill', '--account', 'public'], /^Expected an account that has been traded, found "public": /],
    [
      ['halt', '--account', ACCOUNT, '--strategy', 'ema-3n'],
      /^--strategy: expected one of .*, found "ema-3n"; did you mean "ema-3m"\?/,
    ],
    [['halt', '--wait', 'long'], /^--wait: expected a number of at least 0, found "long"/],
  ])('%j is refused with exit code 2', async (args, line) => {
    const { code, stdout, stderr } = await signalman(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(line);
    expect(await pendingCommands(database)).toEqual([]);
  });
});
