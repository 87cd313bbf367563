import { execFile } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { loadCandles } from '../../src/history/load-candles.ts';
import { tempFolder, writeText } from '../support/temp-folder.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const sample = fileURLToPath(new URL('../../backtest-data/candles/1m/', import.meta.url));
const HEADER = 'time,open,high,low,ltp,volume';
const ROWS = `${HEADER}\n2026-08-03 09:20,1,2,1,2,1\n2026-08-03 09:25,1,2,1,2,2\n2026-08-03 09:25,1,2,1,2,2\n2026-08-03 15:35,1,2,1,2,3\n`;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function signalman(...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'history', ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

describe('history verify', () => {
  it('tells what is in a folder, one paragraph a file', async () => {
    const run = await signalman('verify', sample);
    expect([run.code, run.stderr]).toEqual([0, '']);
    expect(run.stdout).toContain(
      'NSE:TCS 1m: 21315 candles, 2026-08-21T09:15:00+05:30 to 2026-11-17T15:14:00+05:30 (TCS.parquet)',
    );
    expect(run.stdout.match(/60 days, 60 of them full/g)).toHaveLength(8);
  });

  it('reports every file of a folder, the faulty one too, and fails', async () => {
    const folder = tempFolder();
    writeText(folder, 'A.csv', ROWS.replace('ltp', 'close'));
    writeFileSync(join(folder, 'B.csv.gz'), gzipSync(ROWS).subarray(0, 30));
    const run = await signalman('verify', folder, '--json');
    expect([run.code, run.stderr]).toEqual([1, '']);
    const { files } = JSON.parse(run.stdout);
    expect(files).toHaveLength(2);
    expect(files[0]).toMatchObject({
      ...{ instrumentId: 'NSE:A', timeframe: '5m', candles: 3, duplicates: 1, outsideSession: 1 },
      refused: [{ reason: 'duplicate time', count: 1, firstRow: 4 }],
    });
    expect(files[1].error).toContain('B.csv.gz: expected a whole gzip file, found one cut short');
  });

  it('answers a missing file and a wrong option in one line', async () => {
    const missing = await signalman('verify', join(tempFolder(), 'TCS.csv'));
    expect([missing.code, missing.stdout, missing.stderr.trim().split('\n').length]).toEqual([1, '', 1]);
    expect(missing.stderr).toContain('TCS.csv: expected a file, found none; check the path');
    const wrong = await signalman('verify', sample, '--label', 'middle');
    expect([wrong.code, wrong.stderr]).toEqual([2, '--label: expected one of start, end, found "middle"\n']);
    const unknown = await signalman('verify', sample, '--map', 'cloze=ltp');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      '--map: expected one of time, open, high, low, close, volume, instrument before "=", found "cloze"\n',
    ]);
  });
});

describe('history import', () => {
  it('writes mapped, end-labelled candles into the data folder and says what it left out', async () => {
    const folder = tempFolder();
    const path = writeText(folder, 'vendor dump.csv', ROWS);
    const out = join(folder, 'data');
    const options = ['--instrument', 'NSE:TCS', '--label', 'end', '--map', 'close=ltp', '--out', out];
    const run = await signalman('import', path, ...options, '--json');
    expect([run.code, run.stderr]).toEqual([0, '']);
    const { files } = JSON.parse(run.stdout);
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({ instrumentId: 'NSE:TCS', imported: 2, leftOut: 1, duplicates: 1 });
    expect(files[0].writtenTo).toEqual([join(out, '5m', 'NSE_TCS.parquet')]);
    const [file] = await loadCandles({ path: files[0].writtenTo[0] });
    expect([file?.instrumentId, file?.timeframe, [...(file?.volume ?? [])]]).toEqual(['NSE:TCS', '5m', [1, 2]]);
  });

  it('asks where to, and writes nothing when a file is faulty', async () => {
    const folder = tempFolder();
    const path = writeText(folder, 'TCS.csv', ROWS);
    const nowhere = await signalman('import', path, '--map', 'close=ltp');
    expect(nowhere.code).toBe(2);
    expect(nowhere.stderr).toContain('expected --out <folder> or --database');
    writeText(folder, 'INFY.csv', ROWS.replace(',2,1,2,1', ',2,1,x,1'));
    const faulty = await signalman('import', folder, '--map', 'close=ltp', '--out', join(folder, 'data'));
    expect([faulty.code, faulty.stdout]).toEqual([1, '']);
    expect(faulty.stderr).toContain('INFY.csv: line 2: expected a number for close, found "x"');
    expect(readdirSync(folder).sort()).toEqual(['INFY.csv', 'TCS.csv']);
  });
});
