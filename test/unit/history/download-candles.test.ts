import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Candle } from '../../../src/core/candle.ts';
import type { CandleColumns } from '../../../src/core/candle-columns.ts';
import type { InstrumentId } from '../../../src/core/ids.ts';
import type { EpochMs } from '../../../src/core/time.ts';
import type { Timeframe } from '../../../src/core/timeframe.ts';
import type { CandleShelf } from '../../../src/history/candle-shelf.ts';
import { type DownloadProgress, downloadCandles } from '../../../src/history/download-candles.ts';
import { FolderShelf } from '../../../src/history/folder-shelf.ts';
import { StoreShelf } from '../../../src/history/store-shelf.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { MemoryCandleStore } from '../../../src/simulation/memory-candle-store.ts';
import { dayNumber, fixedCalendar, ist, testInstrument } from '../../support/fixed-calendar.ts';
import { ScriptedHistory, type ScriptedHistoryOptions } from '../../support/scripted-history.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const TCS = testInstrument('NSE:TCS');
const INFY = testInstrument('NSE:INFY');
const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER };
/** 5m candles of a day. */
const DAY = 75;

interface Setup extends Partial<ScriptedHistoryOptions> {
  readonly at?: EpochMs;
  readonly shelf?: CandleShelf;
  readonly ids?: readonly InstrumentId[];
  readonly timeframe?: Timeframe;
  readonly from?: string;
  readonly to?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

function memoryShelf(): StoreShelf {
  const values = new Map<string, unknown>();
  const store = Object.assign(new MemoryCandleStore(), { flush: async () => {} });
  const named = {
    read: async (name: string) => values.get(name),
    write: async (name: string, value: unknown) => void values.set(name, value),
  };
  return new StoreShelf(store, named, 'memory');
}

async function run(setup: Setup = {}) {
  const { at = ist('2026-07-01', '20:00'), shelf = memoryShelf(), ids = [TCS.id], timeframe = '5m', ...rest } = setup;
  const waits: number[] = [];
  let now = at;
  const clock: Clock = {
    now: () => now,
    async sleepUntil(time, signal) {
      if (signal?.aborted) return;
      waits.push(time - now);
      now = Math.max(now, time);
    },
  };
  const source = new ScriptedHistory({ calendar: fixedCalendar, hours: TCS, now: () => now, ...rest });
  const summary = await downloadCandles(
    {
      instruments: ids.map((id) => ({ id, hours: TCS })),
      timeframe,
      span: { first: dayNumber(setup.from ?? '2026-06-01'), last: dayNumber(setup.to ?? '2026-06-30') },
    },
    {
      ...{ source, shelf, calendar: fixedCalendar, clock, random: () => 0.5 },
      ...(setup.onProgress ? { onProgress: setup.onProgress } : {}),
      ...(setup.signal ? { signal: setup.signal } : {}),
    },
  );
  return { summary, source, shelf, waits };
}

const first = <T>(values: readonly T[]): T => {
  const [value] = values;
  if (value === undefined) throw new Error('Expected a value');
  return value;
};

describe.each<[string, () => CandleShelf]>([
  ['a folder', () => new FolderShelf(tempFolder())],
  ['a store', memoryShelf],
])('a download into %s', (_, open) => {
  test('brings every candle of the span, and asks for nothing the second time', async () => {
    const shelf = open();
    const { summary, source } = await run({ shelf });
    const { audit, ...rest } = first(summary.instruments);
    expect(summary.stopped).toBeNull();
    expect(rest).toMatchObject({ candles: 22 * DAY, parts: 6, heldDays: 0, leftOut: 0, emptyDays: [], failure: null });
    expect(audit).toMatchObject({ candles: 22 * DAY, days: 22, fullDays: 22, missingCandles: 0, missingDays: [] });
    expect(source.calls[0]?.from, 'from the open on').toBe(ist('2026-06-01', '09:15'));
    const again = await run({ shelf });
    expect(again.source.calls).toEqual([]);
    expect(first(again.summary.instruments)).toMatchObject({ candles: 0, parts: 0, heldDays: 22, failure: null });
  });

  test('that stopped goes on where it stopped', async () => {
    const shelf = open();
    const down = { kind: 'transient', reason: 'connection reset' } as const;
    const stopped = await run({ shelf, fault: (call) => (call > 3 ? down : undefined) });
    expect(stopped.summary.stopped).toContain('after 6 tries there is still no answer (transient): connection reset');
    const kept = first(stopped.summary.instruments);
    expect(kept).toMatchObject({ parts: 3, candles: 11 * DAY });
    expect(kept.failure).toContain('connection reset');
    const resumed = await run({ shelf });
    expect(first(resumed.source.calls).from).toBe(ist('2026-06-16', '09:15'));
    expect(first(resumed.summary.instruments)).toMatchObject({ candles: 11 * DAY, heldDays: 11, failure: null });
    expect(first(resumed.summary.instruments).audit.fullDays).toBe(22);
  });

  test('fetches only the days around those that are there', async () => {
    const shelf = open();
    await run({ shelf, from: '2026-06-10', to: '2026-06-19' });
    const { source, summary } = await run({ shelf, daysPerPart: 100 });
    expect(source.calls.map(({ from, to }) => [from, to])).toEqual([
      [ist('2026-06-01', '09:15'), ist('2026-06-10', '00:00')],
      [ist('2026-06-22', '09:15'), ist('2026-07-01', '00:00')],
    ]);
    expect(first(summary.instruments)).toMatchObject({ heldDays: 8, candles: 14 * DAY });
  });

  test('takes a thinly traded day for whole once it was fetched, and says what it lacks', async () => {
    const shelf = open();
    const isHole = (time: EpochMs) => time === ist('2026-06-03', '10:00');
    const { summary } = await run({ shelf, isHole });
    expect(first(summary.instruments).audit).toMatchObject({ missingCandles: 1, fullDays: 21 });
    expect((await run({ shelf, isHole })).source.calls).toEqual([]);
  });

  test('reports a trading day without a candle, and asks for it again', async () => {
    const shelf = open();
    const isHole = (time: EpochMs) => time >= ist('2026-06-30', '00:00');
    const { summary } = await run({ shelf, isHole });
    expect(first(summary.instruments).emptyDays).toEqual(['2026-06-30']);
    const again = await run({ shelf });
    expect(again.source.calls).toHaveLength(1);
    expect(first(again.summary.instruments).emptyDays).toEqual([]);
  });

  test('fetches a day that is not over again, and does not call it whole', async () => {
    const shelf = open();
    const during = { shelf, from: '2026-06-30', at: ist('2026-06-30', '12:02') };
    const { summary } = await run(during);
    expect(first(summary.instruments)).toMatchObject({ candles: 33, emptyDays: [] });
    expect(first(summary.instruments).audit.candles, 'judged are days that are over').toBe(0);
    // Right after the close the broker may still correct them.
    const close = await run({
      shelf,
      from: '2026-06-30',
      at: ist('2026-06-30', '15:40'),
      isHole: (time) => time === ist('2026-06-30', '15:20'),
    });
    expect(first(close.summary.instruments).candles).toBe(DAY - 1);
    const evening = await run({ shelf, from: '2026-06-30' });
    expect(first(evening.summary.instruments)).toMatchObject({ candles: DAY, heldDays: 0 });
    expect(first(evening.summary.instruments).audit).toMatchObject({ candles: DAY, fullDays: 1 });
  });
});

describe('a download', () => {
  test('of daily candles names each by its open', async () => {
    const shelf = new FolderShelf(tempFolder());
    const { summary } = await run({ shelf, timeframe: '1d' });
    expect(first(summary.instruments)).toMatchObject({ candles: 22, failure: null });
    expect((await run({ shelf, timeframe: '1d' })).source.calls).toEqual([]);
  });

  test('does not ask for days that are there from elsewhere', async () => {
    const shelf = memoryShelf();
    const source = new ScriptedHistory({ calendar: fixedCalendar, hours: TCS, now: () => ist('2026-07-01', '20:00') });
    const query = { instrumentId: TCS.id, timeframe: '5m', from: ist('2026-06-01', '09:15') } as const;
    const imported = await source.fetch({ ...query, to: ist('2026-06-27', '00:00') });
    if (imported.kind === 'done') await shelf.put({ instrumentId: TCS.id, timeframe: '5m' }, imported.value, []);
    const { source: asked } = await run({ shelf });
    expect(asked.calls.map(({ from }) => from)).toEqual([ist('2026-06-29', '09:15')]);
  });

  test('waits as long as the broker asks, longer from try to try, and goes on', async () => {
    const throttled = { kind: 'throttled', retryAfterMs: 3_000 } as const;
    const unknown = { kind: 'unknown', reason: 'time-out' } as const;
    const answers = [throttled, unknown, unknown];
    const pauses: string[] = [];
    const { summary, waits } = await run({
      fault: (call) => answers[call - 1],
      onProgress: ({ pause }) => pause && pauses.push(pause.reason),
    });
    expect(waits).toEqual([3_250, 1_500, 3_000]);
    expect(pauses).toEqual(['the broker asks for fewer calls', 'time-out', 'time-out']);
    expect(summary.stopped).toBeNull();
    expect(first(summary.instruments).candles).toBe(22 * DAY);
  });

  test('leaves a refused instrument and goes on with the next', async () => {
    const refused = { kind: 'refused', code: 'NOT_LISTED', reason: 'no such token' } as const;
    const { summary } = await run({
      ids: [INFY.id, TCS.id],
      fault: (_, { instrumentId }) => (instrumentId === INFY.id ? refused : undefined),
    });
    expect(summary.stopped).toBeNull();
    expect(summary.instruments.map(({ failure }) => failure)).toEqual([
      'the broker refused it (NOT_LISTED): no such token',
      null,
    ]);
    expect(summary.instruments.map(({ candles }) => candles)).toEqual([0, 22 * DAY]);
  });

  test('stops for all when the session can not be had', async () => {
    const session = { kind: 'session', reason: 'wrong TOTP' } as const;
    const { summary } = await run({ ids: [INFY.id, TCS.id], fault: () => session });
    expect(summary.instruments).toHaveLength(1);
    expect(summary.stopped).toContain('(session): wrong TOTP');
  });

  test('that is interrupted keeps what it has', async () => {
    const abort = new AbortController();
    const { summary } = await run({
      signal: abort.signal,
      onProgress: ({ partsDone }) => partsDone === 2 && abort.abort(),
    });
    expect(summary.stopped).toBe('it was interrupted');
    expect(first(summary.instruments)).toMatchObject({ parts: 2, candles: 8 * DAY });
  });

  test('keeps no candle off the grid, outside the session or of another instrument', async () => {
    const candle = (day: string, clock: string, changes: Partial<Candle> = {}): Candle => ({
      ...{ instrumentId: TCS.id, timeframe: '5m', openTime: ist(day, clock), provenance: 'backfill' },
      ...{ open: 1, high: 1, low: 1, close: 1, volume: 1, openInterest: null },
      ...changes,
    });
    const value = [
      candle('2026-06-01', '09:10'),
      candle('2026-06-01', '09:15'),
      candle('2026-06-01', '09:22'),
      candle('2026-06-01', '15:30'),
      candle('2026-06-01', '09:25', { instrumentId: INFY.id }),
      candle('2026-06-06', '10:00'),
      candle('2026-07-01', '10:00'),
    ];
    const { summary } = await run({ daysPerPart: 100, fault: () => ({ kind: 'done', value }) });
    expect(first(summary.instruments)).toMatchObject({ candles: 1, leftOut: 6 });
  });

  test('tells how far it is, over all instruments', async () => {
    const seen: string[] = [];
    await run({
      ids: [TCS.id, INFY.id],
      daysPerPart: 20,
      onProgress: ({ instrumentId, partsDone, parts, candles }) =>
        seen.push(`${instrumentId} ${partsDone}/${parts} ${candles}`),
    });
    expect(seen).toEqual([
      'NSE:TCS 0/2 0',
      `NSE:TCS 1/2 ${15 * DAY}`,
      `NSE:TCS 2/2 ${22 * DAY}`,
      `NSE:INFY 0/2 ${22 * DAY}`,
      `NSE:INFY 1/2 ${37 * DAY}`,
      `NSE:INFY 2/2 ${44 * DAY}`,
    ]);
  });
});

describe('a folder of downloaded candles', () => {
  const series = { instrumentId: TCS.id, timeframe: '5m' } as const;

  test('holds nothing half-written, and no days without their candles', async () => {
    const folder = tempFolder();
    const shelf = new FolderShelf(folder);
    await run({ shelf });
    expect(readdirSync(join(folder, '5m')).sort()).toEqual(['NSE_TCS.parquet', 'NSE_TCS.parquet.days.json']);
    const days = readFileSync(join(folder, '5m', 'NSE_TCS.parquet.days.json'), 'utf8');
    expect(JSON.parse(days)[0]).toEqual(['2026-06-01', '2026-06-05']);
    rmSync(join(folder, '5m', 'NSE_TCS.parquet'));
    expect(await shelf.fetchedDays(series)).toEqual([]);
  });

  test('whose list of days can not be read is asked for again where days are not full', async () => {
    const folder = tempFolder();
    const shelf = new FolderShelf(folder);
    await run({ shelf, isHole: (time) => time === ist('2026-06-03', '10:00') });
    writeFileSync(join(folder, '5m', 'NSE_TCS.parquet.days.json'), '[["2026-06-0');
    const { source } = await run({ shelf });
    expect(source.calls).toHaveLength(1);
    const stored: CandleColumns = await shelf.read({ ...series, ...ALL });
    expect(stored.count).toBe(22 * DAY);
  });
});
