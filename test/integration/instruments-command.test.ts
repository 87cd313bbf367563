import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { connectSql } from '../../src/db/sql.ts';
import { futureRow, indexRow, type ListServer, servedRows, shareRow } from '../support/instrument-list.ts';
import { tempFolder, writeText } from '../support/temp-folder.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** The command chooses its own schema, so it gets a database of its own. */
const DATABASE = `instruments_${process.pid}`;
const server = connectSql(inject('databaseUrl'), { connections: 1 });
await server.unsafe(`create database ${DATABASE}`);
afterAll(async () => {
  await server.unsafe(`drop database ${DATABASE} with (force)`);
  await server.end();
});

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function instruments(args: readonly string[], simulator?: ListServer): Promise<Run> {
  const url = new URL(inject('databaseUrl'));
  url.pathname = `/${DATABASE}`;
  const env = { ...process.env, DATABASE_URL: url.href, ANGEL_SIMULATOR_URL: simulator?.origin ?? '' };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'instruments', ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

const withoutMigrations = (text: string): string => text.replace(/^applied to schema .*\n/, '');

describe('instruments', () => {
  it('import, search and show go together, and what a simulator lists stays apart', { timeout: 30_000 }, async () => {
    const year = new Date().getUTCFullYear() + 1;
    const list = await servedRows([
      indexRow('Nifty 50', 'NIFTY', '99926000'),
      shareRow('RELIANCE', '2885'),
      futureRow('NIFTY', `24NOV${year}`, '5001'),
      futureRow('NIFTY', '24NOV2020', '5002'),
    ]);
    const none = await instruments(['search', 'nifty'], list);
    expect([none.code, none.stdout, withoutMigrations(none.stderr)]).toEqual([
      ...[1, '', 'There is no list of instruments: run "instruments import" first.\n'],
    ]);
    const imported = await instruments(['import'], list);
    expect([imported.code, imported.stderr]).toEqual([0, '']);
    expect(imported.stdout).toMatch(
      /^3 instruments of 4 rows from http:\/\/127\.0\.0\.1:\d+\/OpenAPI_File.*, in \d+\.\d s$/m,
    );
    expect(imported.stdout).toContain('  3 new, 0 no longer listed, 0 with another token than before');
    expect(imported.stdout).toContain('  left out: expired (1)');

    const found = await instruments(['search', 'nifty', '--json'], list);
    const { total, instruments: listed } = JSON.parse(found.stdout);
    expect([found.code, total, listed[0].id, listed[0].brokerToken]).toEqual([0, 2, 'NSE:NIFTY 50', '99926000']);
    const nothing = await instruments(['search', 'nobody'], list);
    expect([nothing.code, nothing.stdout]).toEqual([
      ...[0, 'No instrument has all words of "nobody": fewer words find more.\n'],
    ]);

    const shown = await instruments(['show', 'NIFTY'], list);
    expect([shown.code, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toBe(
      `NSE:NIFTY 50: index\n  tick 0.05, lot 1\n  at the broker: Nifty 50, token 99926000 of NSE\n  NFO ${year}-11-24: future, lot 65\n`,
    );
    const unknown = await instruments(['show', 'NOBODY', '--json'], list);
    expect([unknown.code, unknown.stderr]).toEqual([
      ...[1, 'Expected an instrument of the list, found "NOBODY": try "instruments search NOBODY"\n'],
    ]);
    expect(JSON.parse(unknown.stdout).error.kind).toBe('DataError');

    const real = await instruments(['show', 'NIFTY']);
    expect([real.code, withoutMigrations(real.stderr)]).toEqual([
      ...[1, 'There is no list of instruments: run "instruments import" first.\n'],
    ]);
  });

  it('answers a wrong list or a wrong word in one line, with the exit code that fits', {
    timeout: 30_000,
  }, async () => {
    const short = writeText(tempFolder(), 'short.json', JSON.stringify([shareRow('RELIANCE', '2885')]));
    const page = writeText(tempFolder(), 'page.json', '<!doctype html>');
    const cases: [args: string[], code: number, words: RegExp][] = [
      [['import', '--file', short], 1, /expected at least 10000 instruments, found 1: nothing was changed/],
      [['import', '--file', page], 1, /expected a JSON array of instruments, found a page of HTML/],
      [['import', '--file', `${page}.not`], 2, /expected a file with a list of instruments, found none/],
      [['import', '--file', page, '--url', 'https://x.test'], 2, /expected --file or --url, found both/],
      [['import', '--url', 'ftp://x.test'], 2, /expected an address that starts with https/],
      [['import', '--url', 'http://127.0.0.1:9/list'], 2, /for a simulator's list set ANGEL_SIMULATOR_URL=http/],
      [['search'], 2, /missing required argument 'words'/i],
      [['search', 'x', '--exchange', 'NYSE'], 2, /--exchange: expected one of NSE/],
      [['search', 'x', '--limit', '0'], 2, /--limit: expected a whole number of at least 1, found "0"/],
    ];
    // One after the other: of two imports at once the second would say that it waits.
    for (const [args, code, words] of cases) {
      const { stderr, code: found } = await instruments(args);
      const line = withoutMigrations(stderr);
      expect([found, line.trimEnd().split('\n').length], `${args.join(' ')}: ${line}`).toEqual([code, 1]);
      expect(line).toMatch(words);
    }
  });
});
