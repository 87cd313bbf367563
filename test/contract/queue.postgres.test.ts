import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { connectSql } from '../../src/db/sql.ts';
import { openQueues } from '../../src/jobs/queue-backend.ts';
import { startSlowProxy } from '../support/slow-proxy.ts';
import { testSchemaName } from '../support/test-server.ts';
import { queueContract } from './queue.contract.ts';

const CHILD = fileURLToPath(new URL('start-worker-child.ts', import.meta.url));

queueContract('postgres', async () => ({ stop: async () => {} }));

describe('a Postgres server that hangs while a worker starts', () => {
  it.concurrent.for([
    ['is connected to again', 3_500, 'opened\nworking\nalive\n'],
    [
      'does not take the process with it',
      60_000,
      'opened\nrefused: Connection terminated due to connection timeout\nalive\n',
    ],
  ] as const)('%s', { timeout: 30_000 }, async ([, hangMs, said], { expect, onTestFinished }) => {
    const schema = testSchemaName(`${randomBytes(4).toString('hex')}_queue`);
    const proxy = await startSlowProxy(inject('databaseUrl'));
    const child = spawn(process.execPath, [CHILD, proxy.url, schema]);
    const hanging = new AbortController();
    onTestFinished(async () => {
      hanging.abort();
      child.kill('SIGKILL');
      await proxy.close();
      const sql = connectSql(inject('databaseUrl'), { connections: 1 });
      await sql`drop schema if exists ${sql(schema)} cascade`;
      await sql.end();
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await expect.poll(() => output, { timeout: 10_000 }).toBe('opened\n');
    proxy.hold();
    child.stdin.write('start\n');
    void sleep(hangMs, undefined, { signal: hanging.signal }).then(
      () => proxy.letGo(),
      () => undefined,
    );
    await expect.poll(() => output, { timeout: 15_000 }).toBe(said);
  });
});

describe('a Postgres server that is not there', () => {
  const log = { info() {}, warn() {}, error() {} };

  it('is named in one line, without the password', async () => {
    const databaseUrl = 'postgres://owner:s3cret@127.0.0.1:1/bot';
    await expect(openQueues({ databaseUrl, schema: 'q', prefix: 'p', log })).rejects.toThrow(
      'Expected a PostgreSQL server at "127.0.0.1:1/bot", found "ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:1". ' +
        'Start it, or leave DATABASE_URL unset to use the embedded one.',
    );
  });

  it('is not shown when its URL can not be read', async () => {
    const opening = openQueues({ databaseUrl: 'owner:s3cret@host', schema: 'q', prefix: 'p', log });
    await expect(opening).rejects.toThrow('Expected DATABASE_URL to be a URL that begins with "postgres://"');
    expect(inspect(await opening.catch((error: unknown) => error), { depth: 9 })).not.toContain('s3cret');
  });

  it('is unavailable, not crashed, when the password is wrong', async () => {
    const url = new URL(inject('databaseUrl'));
    url.password = 'wr0ng';
    const opening = openQueues({ databaseUrl: url.href, schema: 'q', prefix: 'p', log });
    await expect(opening).rejects.toThrow(
      /^Expected a PostgreSQL server at "127.0.0.1:\d+\/\w+", found "28P01: password authentication failed/,
    );
    expect(inspect(await opening.catch((error: unknown) => error), { depth: 9, showHidden: true })).not.toContain(
      'wr0ng',
    );
  });
});
