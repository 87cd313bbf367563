/**
 * A process that makes calls within the budget of an account as fast as it may, for tests of several processes. Prints
 * a line per call. Arguments: database URL, schema, calls.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { RateBudget } from '../../src/brokers/shared/rate-budget.ts';
import { openDatabase } from '../../src/db/database.ts';
import { PostgresCallLog } from '../../src/db/postgres-call-log.ts';
import type { CallPriority } from '../../src/ports/call-budget.ts';
import type { Clock } from '../../src/ports/clock.ts';

const [url, schema, calls] = process.argv.slice(2);
if (url === undefined || schema === undefined) throw new Error('Expected a database URL and a schema');
const clock: Clock = {
  now: () => Date.now(),
  sleepUntil: (time, signal) => sleep(Math.max(0, time - Date.now()), undefined, { signal }).catch(() => undefined),
};
const database = await openDatabase({ url, stateFolder: '.', schema, role: 'call-log-child' });
const budget = new RateBudget<'write'>({
  clock,
  log: new PostgresCallLog(database, 'broker:account'),
  windowsOf: () => [
    { limit: 5, ms: 200, exitReserve: 1 },
    { limit: 20, ms: 1_500, exitReserve: 2 },
    { limit: 1_000, ms: 600_000, exitReserve: 0 },
  ],
  jitterMsOf: () => 20,
  onError: (error) => process.stdout.write(`error ${String(error)}\n`),
});
process.stdout.write('ready\n');
for await (const _ of process.stdin) break;
const takings = Array.from({ length: Number(calls) }, async (_, index) => {
  const priority: CallPriority = index % 5 === 0 ? 'exit' : 'entry';
  const onAnswer = await budget.take('write', priority);
  process.stdout.write(`called ${priority}\n`);
  onAnswer();
});
await Promise.all(takings);
await database.close();
