import { createServer } from 'node:net';
import { describe, expect, inject, test } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { testStateFolder } from '../support/test-server.ts';

function open(url: string, schema?: string) {
  return openDatabase({ url, stateFolder: testStateFolder(), role: 'test', schema });
}

async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('opening a database', () => {
  test('that nobody serves says where, and never the password', async () => {
    const port = await closedPort();
    const opening = open(`postgres://trader:s3cret@127.0.0.1:${port}/books`);
    await expect(opening).rejects.toMatchObject({ name: 'UnavailableError' });
    const message = await opening.catch((error: Error) => error.message);
    expect(message).toContain(`No database at 127.0.0.1:${port}`);
    expect(message).not.toContain('s3cret');
    expect(message).not.toContain('\n');
  });

  test('with a wrong password names the user, and never the password', async () => {
    const url = new URL(inject('databaseUrl'));
    url.password = 's3cret';
    const opening = open(url.href);
    await expect(opening).rejects.toMatchObject({ name: 'ConfigError' });
    const message = await opening.catch((error: Error) => error.message);
    expect(message).toContain(`refused user "signalman"`);
    expect(message).not.toContain('s3cret');
  });

  test('that does not exist names it', async () => {
    const url = new URL(inject('databaseUrl'));
    url.pathname = '/nowhere';
    await expect(open(url.href)).rejects.toThrow(/has no database "nowhere"/);
  });

  test.each(['not a url', 'mysql://root@localhost/books'])('from "%s" is refused', async (url) => {
    await expect(open(url)).rejects.toThrow(
      /Expected DATABASE_URL like "postgres:\/\/user:password@host:5432\/database"/,
    );
  });

  test.each(['Trading', 'drop table', 'pg_temp', ''])('refuses the schema name "%s"', async (schema) => {
    await expect(open(inject('databaseUrl'), schema)).rejects.toThrow(/Expected a schema name/);
  });
});
