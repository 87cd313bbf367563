import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeSample } from '../../scripts/make-sample.ts';
import { loadInstruments } from '../../src/config/load-instruments.ts';
import { loadMarketCalendar } from '../../src/config/load-market-calendar.ts';
import { parseInstrumentId } from '../../src/core/instrument.ts';
import type { Tick } from '../../src/core/tick.ts';
import { formatClock, formatIst } from '../../src/core/time.ts';
import { loadCandles } from '../../src/history/load-candles.ts';
import { loadTicks } from '../../src/history/load-ticks.ts';
import { verifyCandles } from '../../src/history/verify-candles.ts';
import { tempFolder } from '../support/temp-folder.ts';

const sample = fileURLToPath(new URL('../../backtest-data/', import.meta.url));
const calendar = loadMarketCalendar();
const instruments = loadInstruments(join(sample, 'instruments.json'));

function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  return Object.fromEntries(
    names.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  );
}

describe('the sample market', () => {
  it('is what the generator draws from its seed, byte for byte', async () => {
    const folder = tempFolder();
    await makeSample(folder);
    expect(filesIn(folder), 'run "npm run sample" when the generator was changed on purpose').toEqual(filesIn(sample));
  });

  it('agrees with its manifest and says loudly that it is synthetic', () => {
    const manifest = JSON.parse(readFileSync(join(sample, 'manifest.json'), 'utf8'));
    const files: { path: string; sha256: string; bytes: number }[] = manifest.files;
    const hashes = filesIn(sample);
    for (const file of files) expect(file.sha256).toBe(hashes[file.path]);
    const data = Object.keys(hashes).filter((name) => name !== 'manifest.json' && name !== 'README.md');
    expect(files.map((file) => file.path).sort()).toEqual(data.sort());
    expect(manifest.synthetic).toBe(true);
    expect(manifest.notice).toMatch(/^SYNTHETIC DATA\./);
    expect(readFileSync(join(sample, 'README.md'), 'utf8')).toContain('**SYNTHETIC. Not market data.**');
    expect(files.reduce((sum, file) => sum + file.bytes, 0)).toBeLessThan(12_000_000);
    for (const file of files) expect(file.bytes).toBeLessThan(file.path.startsWith('candles/') ? 1_000_000 : 3_000_000);
  });

  it('lists instruments whose fields agree with their ids', () => {
    expect(instruments.filter((instrument) => instrument.hasDerivatives)).toHaveLength(7);
    for (const instrument of instruments) {
      const { exchange, symbol, expiry, strike, optionType } = instrument;
      expect(parseInstrumentId(instrument.id)).toMatchObject({ exchange, symbol, expiry, strike, optionType });
      expect(instrument.tickSize).toBe(0.05);
    }
  });
});

describe("the sample's candles", () => {
  it('fill sixty trading days of each share and the index, and end the day before the session', async () => {
    const files = await loadCandles({ path: join(sample, 'candles', '1m') });
    expect(files).toHaveLength(8);
    for (const file of files) {
      const instrument = instruments.find((candidate) => candidate.id === file.instrumentId);
      if (instrument === undefined) throw new Error(`Expected an instrument, found "${file.instrumentId}"`);
      expect(file.refused).toEqual([]);
      expect(verifyCandles(file, instrument, calendar)).toMatchObject({
        ...{ days: 60, fullDays: 60, unknownDays: 0, missingCandles: 0, missingDays: [], outsideSession: 0 },
      });
      expect(formatIst(file.openTime[file.count - 1] ?? 0)).toMatch(/^2026-11-17T15:/);
    }
  });
});

describe("the sample's session", () => {
  let ticks: readonly Tick[] = [];
  beforeAll(async () => {
    ticks = await loadTicks(join(sample, 'session-2026-11-18.parquet'));
  });
  const of = (id: string): Tick[] => ticks.filter((tick) => tick.instrumentId === id);

  it('holds ticks of every instrument, inside its hours or its closing auction', () => {
    expect(ticks.length).toBeGreaterThan(80_000);
    expect(ticks.length).toBeLessThan(150_000);
    for (const instrument of instruments) {
      const own = of(instrument.id);
      const first = own[0]?.time ?? 0;
      const session = calendar.sessionOn(instrument, Math.floor((first + 19_800_000) / 86_400_000));
      if (session === null) throw new Error(`Expected a session of ${instrument.id}`);
      expect(formatIst(first).slice(0, 16)).toBe('2026-11-18T09:15');
      const { open, close, auction } = session;
      const late = own.filter((tick) => tick.time < open || tick.time >= close);
      const isInAuction = (time: number): boolean => auction !== null && time >= auction.open && time < auction.close;
      expect(late.length).toBe(instrument.kind === 'EQUITY' ? 4 : 0);
      expect(late.every((tick) => isInAuction(tick.time))).toBe(true);
      expect(close - (own.findLast((tick) => tick.time < close)?.time ?? 0)).toBeLessThan(60_000);
    }
  });

  it('begins where the candles end, but for an overnight gap', async () => {
    for (const file of await loadCandles({ path: join(sample, 'candles', '1m') })) {
      const [first] = of(file.instrumentId);
      expect(Math.abs((first?.lastPrice ?? 0) / (file.close[file.count - 1] ?? 1) - 1)).toBeLessThan(0.02);
    }
  });

  it('swings enough that a 9/21 average on five minutes crosses in every share and a 15-minute opening range breaks', async () => {
    const files = await loadCandles({ path: join(sample, 'candles', '1m') });
    for (const file of files) {
      const session = fiveMinuteCloses(of(file.instrumentId));
      const before = [...file.close.subarray(file.count - 300)].filter((_, row) => row % 5 === 4);
      expect(crossings([...before, ...session], before.length)).toBeGreaterThan(0);
      const range = of(file.instrumentId)
        .filter((tick) => formatClock(tick.time) < '09:30:00')
        .map((tick) => tick.lastPrice);
      expect(session.some((close) => close > Math.max(...range) || close < Math.min(...range))).toBe(true);
    }
  });
});

function fiveMinuteCloses(ticks: readonly Tick[]): number[] {
  const closes = new Map<number, number>();
  for (const tick of ticks) closes.set(Math.floor(tick.time / 300_000), tick.lastPrice);
  return [...closes.values()];
}

function crossings(closes: readonly number[], from: number): number {
  const average = (length: number): number[] => {
    let value = closes[0] ?? 0;
    return closes.map((close) => {
      value += (2 / (length + 1)) * (close - value);
      return value;
    });
  };
  const [fast, slow] = [average(9), average(21)];
  const isAbove = closes.map((_, row) => (fast[row] ?? 0) > (slow[row] ?? 0));
  return isAbove.filter((above, row) => row >= from && above !== isAbove[row - 1]).length;
}
