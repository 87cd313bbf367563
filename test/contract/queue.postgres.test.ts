import { inspect } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { openQueues } from '../../src/jobs/queue-backend.ts';
import { queueContract } from './queue.contract.ts';

queueContract('postgres', async () => ({ stop: async () => {} }));

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
