/**
 * A worker that does nothing but hold the lease of an account, for tests that kill and stop it: waits for it as a standby,
 * asks for proof over and over and tells each answer as a line of JSON. Arguments: database URL, account.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { applicationName } from '../../src/db/application-name.ts';
import { acquireLease } from '../../src/db/lease.ts';
import { connectSql } from '../../src/db/sql.ts';

const [url = '', account = ''] = process.argv.slice(2);
const tell = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`);

tell({ started: process.pid });
const lease = await acquireLease({ url }, account, 'worker', Number.POSITIVE_INFINITY, {
  onWait: (holder) => tell({ holder: holder ?? null }),
});
lease.lost.addEventListener('abort', () => tell({ lost: Date.now() }));
tell({ epoch: lease.epoch });

// Left in the middle of a transaction for ever.
const own = new URL(url);
own.searchParams.set('application_name', applicationName('worker'));
connectSql(own.href, { connections: 1 })
  .begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(hashtext(${`rows of ${account} ${lease.epoch}`}))`;
    tell({ locked: lease.epoch });
    await new Promise(() => {});
  })
  .catch(() => undefined);

for (let refused = 0; refused < 50; ) {
  const asked = Date.now();
  const isProven = await lease.verify();
  tell({ isProven, asked, answered: Date.now() });
  refused = isProven ? 0 : refused + 1;
  await sleep(10);
}
tell({ ended: process.pid });
process.exit(0);
