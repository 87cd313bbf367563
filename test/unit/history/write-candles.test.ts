import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src/core/ids.ts';
import { loadCandles } from '../../../src/history/load-candles.ts';
import { writeCandlesParquet } from '../../../src/history/write-candles.ts';
import { generateCandles } from '../../../src/simulation/generate-candles.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const id = 'NFO:NIFTY:2026-11-23:26000:CE' as InstrumentId;

describe('writeCandlesParquet', () => {
  it('writes what loadCandles reads back, number for number', async () => {
    const path = join(tempFolder(), 'deep', 'er', 'any name.parquet');
    const candles = generateCandles({ seed: 'write', count: 5_000, startPrice: 250 });
    await writeCandlesParquet(path, id, candles);
    const [file] = await loadCandles({ path });
    expect(file).toEqual({ path, instrumentId: id, timeframe: '1m', refused: [], ...candles });
  });

  it('writes the same bytes for the same candles', async () => {
    const folder = tempFolder();
    const candles = generateCandles({ seed: 'bytes', count: 3_000, startPrice: 250 });
    const hashes: string[] = [];
    for (const name of ['a.parquet', 'b.parquet']) {
      await writeCandlesParquet(join(folder, name), id, candles);
      hashes.push(
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      );
    }
    expect(hashes[1]).toBe(hashes[0]);
  });

  it('replaces a file in one step and leaves nothing behind when it cannot', async () => {
    const folder = tempFolder();
    const path = join(folder, 'a.parquet');
    await writeCandlesParquet(path, id, generateCandles({ seed: 'a', count: 100, startPrice: 250 }));
    await writeCandlesParquet(path, id, generateCandles({ seed: 'b', count: 200, startPrice: 250 }));
    expect((await loadCandles({ path }))[0]?.count).toBe(200);
    mkdirSync(join(folder, 'taken.parquet'));
    const write = writeCandlesParquet(
      join(folder, 'taken.parquet'),
      id,
      generateCandles({ seed: 'c', count: 5, startPrice: 250 }),
    );
    await expect(write).rejects.toThrow('taken.parquet: expected a place where a file can be written, found:');
    const inFile = writeCandlesParquet(
      join(path, 'b.parquet'),
      id,
      generateCandles({ seed: 'd', count: 5, startPrice: 250 }),
    );
    await expect(inFile).rejects.toThrow('b.parquet: expected a place where a file can be written, found:');
    expect(readdirSync(folder).sort()).toEqual(['a.parquet', 'taken.parquet']);
  });
});
