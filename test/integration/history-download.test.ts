import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { connectSql } from '../../src/db/sql.ts';
import { loadCandles } from '../../src/history/load-candles.ts';
import { tempFolder } from '../support/temp-folder.ts';

const CHILD = fileURLToPath(new URL('history-download-child.ts', import.meta.url));
/** January and February 2026: 40 trading days of 75 five-minute candles; parts of ten days. */
const SPAN = ['--instrument', 'NSE:TCS', '--timeframe', '5m', '--from', '2026-01-01', '--to', '2026-02-28'];

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], options: { delayMs?: number; env?: Record<string, string> } = {}) {
  const env = { ...process.env, ...options.env };
  const child = spawn(process.execPath, [CHILD, String(options.delayMs ?? 0), ...args], { env });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => {
    said.stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    said.stderr += data.toString();
  });
  const ended = once(child, 'close').then((): Run => ({ code: child.exitCode, ...said }));
  return { child, ended, calls: () => callsIn(said.stderr) };
}

function callsIn(stderr: string): number {
  return stderr.split('\n').filter((line) => line.startsWith('fetching')).length;
}

async function newDatabase(): Promise<string> {
  const name = `download_${process.pid}_${randomBytes(4).toString('hex')}`;
  const sql = connectSql(inject('databaseUrl'), { connections: 1 });
  await sql`create database ${sql(name)}`;
  onTestFinished(async () => {
    await sql`drop database ${sql(name)} with (force)`;
    await sql.end();
  });
  const url = new URL(inject('databaseUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

describe('history download', () => {
  test('writes files, draws its progress beside the result and closes the history', async () => {
    const out = tempFolder();
    const run = await start(['download', ...SPAN, '--out', out]).ended;
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain('NSE:TCS 0/');
    expect(run.stderr).toContain('closed');
    const path = join(out, '5m', 'NSE_TCS.parquet');
    const [file] = await loadCandles({ path });
    expect(run.stdout).toContain(`NSE:TCS 5m: ${file?.count} candles fetched in`);
    expect(run.stdout).not.toContain('missing');
    const again = await start(['download', ...SPAN, '--out', out, '--json']).ended;
    expect(callsIn(again.stderr)).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      stopped: null,
      instruments: [{ candles: 0, parts: 0, emptyDays: [], failure: null, audit: { candles: file?.count } }],
    });
  });

  test('killed in the middle goes on where it was, with every candle once', async () => {
    const out = tempFolder();
    const killed = start(['download', ...SPAN, '--out', out], { delayMs: 150 });
    while (killed.calls() < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    killed.child.kill('SIGKILL');
    await killed.ended;
    const resumed = await start(['download', ...SPAN, '--out', out, '--json']).ended;
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(callsIn(resumed.stderr)).toBeLessThan(6);
    const whole = tempFolder();
    await start(['download', ...SPAN, '--out', whole]).ended;
    const read = async (folder: string) => (await loadCandles({ path: join(folder, '5m') }))[0];
    expect((await read(out))?.openTime).toEqual((await read(whole))?.openTime);
    const names = readdirSync(join(out, '5m')).filter((name) => !name.endsWith('.tmp'));
    expect(names.sort()).toEqual(['NSE_TCS.parquet', 'NSE_TCS.parquet.days.json']);
  });

  test('interrupted says what is kept, and fails', async () => {
    const out = tempFolder();
    const run = start(['download', ...SPAN, '--out', out], { delayMs: 150 });
    while (run.calls() < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    run.child.kill('SIGINT');
    const { code, stdout } = await run.ended;
    expect(code).toBe(1);
    expect(stdout).toContain(
      'Stopped: it was interrupted. What was fetched is kept; the same command goes on from there.',
    );
  });

  test('writes to the database, where verify finds the same', async () => {
    const env = { DATABASE_URL: await newDatabase() };
    const run = await start(['download', ...SPAN, '--db', '--json'], { env }).ended;
    expect(run.code, run.stderr).toBe(0);
    const [downloaded] = JSON.parse(run.stdout).instruments;
    expect(downloaded).toMatchObject({ place: 'the database', failure: null, emptyDays: [] });
    expect(downloaded.candles).toBeGreaterThan(2_000);
    const again = await start(['download', ...SPAN, '--database'], { env }).ended;
    expect(callsIn(again.stderr)).toBe(0);
    const verified = await start(['verify', '--db', '--json'], { env }).ended;
    expect(JSON.parse(verified.stdout).files).toMatchObject([
      {
        ...{ path: 'the database', instrumentId: 'NSE:TCS', timeframe: '5m', candles: downloaded.candles },
        ...{ missingCandles: 0, outsideSession: 0, duplicates: 0 },
      },
    ]);
    const sql = connectSql(env.DATABASE_URL, { connections: 1 });
    await sql`delete from signalman.candles where open_time in (select open_time from signalman.candles order by 1 offset 3 limit 2)`;
    await sql`
      insert into signalman.candles
      select instrument_id, timeframe, open_time + 28800000, open, high, low, close, volume, open_interest, provenance
      from signalman.candles order by open_time limit 1`;
    await sql.end();
    const faulty = await start(['verify', '--db', '--instrument', 'NSE:TCS'], { env }).ended;
    expect(faulty.stdout).toContain('2 candles missing in 1 gaps, the longest 2 from 2026-01-01T09:30:00+05:30');
    expect(faulty.stdout).toContain('1 candles outside the session, the first at 2026-01-01T17:15:00+05:30');
    const none = await start(['verify', '--db', '--instrument', 'NSE:INFY'], { env }).ended;
    expect([none.code, none.stderr.trim().split('\n').at(-1)]).toEqual([
      1,
      'the database: expected candles of that kind, found none',
    ]);
  });

  test.each<[string, readonly string[], string]>([
    ['nowhere to write', ['download', ...SPAN], 'expected either --out <folder> or --database'],
    ['two places to write', ['download', ...SPAN, '--db', '--out', 'x'], 'found both'],
    [
      'an unlisted instrument',
      ['download', ...SPAN, '--instrument', 'NSE:NOSUCH', '--out', 'never-made'],
      '--instrument: expected one that scripted lists, found "NSE:NOSUCH"',
    ],
    [
      'days that run backwards',
      ['download', ...SPAN, '--to', '2025-01-01', '--out', 'never-made'],
      '--to: expected a day from 2026-01-01 on, found "2025-01-01"',
    ],
    ['nothing to verify', ['verify'], 'expected either a path or --database, found neither'],
  ])('refuses %s in one line', async (_, args, line) => {
    const run = await start(args).ended;
    expect([run.code, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(line);
  });
});
