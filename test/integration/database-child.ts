/**
 * A process that holds a database open, for tests that need more than one process: says `ready {...}` on its output,
 * closes when its input ends. Arguments: state folder, and the account whose lease it takes, if any.
 */
import { openDatabase } from '../../src/db/database.ts';
import { acquireLease } from '../../src/db/lease.ts';

const [stateFolder, account, url] = process.argv.slice(2);
if (stateFolder === undefined) throw new Error('Expected a state folder');
try {
  const database = await openDatabase({ url: url || undefined, stateFolder, role: 'worker' });
  const lease = account ? await acquireLease(database, account, 'worker') : undefined;
  const [server] = await database.sql`select pg_postmaster_start_time()::text as started`;
  process.stdout.write(`ready ${JSON.stringify({ url: database.url, started: server?.started })}\n`);
  for await (const _ of process.stdin);
  await lease?.release();
  const begin = performance.now();
  await database.close();
  process.stdout.write(`closed ${Math.round(performance.now() - begin)}\n`);
} catch (error) {
  process.stdout.write(`failed ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}\n`);
  process.exitCode = 1;
}
