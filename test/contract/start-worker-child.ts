/** Opens the queues, says so, and starts a worker when it is written to. */
import { once } from 'node:events';
import { openQueues } from '../../src/jobs/queue-backend.ts';

const log = { info() {}, warn() {}, error() {} };
const [databaseUrl = '', schema = ''] = process.argv.slice(2);
const queues = await openQueues({ databaseUrl, schema, prefix: schema, log });
process.stdout.write('opened\n');
await once(process.stdin, 'data');
await queues
  .startWorker('alerts', async () => undefined, { concurrency: 1 })
  .then(
    () => process.stdout.write('working\n'),
    (error: Error) => process.stdout.write(`refused: ${error.message}\n`),
  );
// Nobody gets a turn beside a worker that asks again and again.
setTimeout(() => process.stdout.write('alive\n'), 200);
