import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Candle, PROVENANCES } from '../../src/core/candle.ts';
import type { InstrumentId } from '../../src/core/ids.ts';
import type { CandleStore } from '../../src/ports/candle-store.ts';

export interface CandleStoreHost {
  /** An empty store; called before every test and every run of a property. */
  fresh(): Promise<CandleStore>;
  close(): Promise<void>;
}

const OPEN = 1_763_697_300_000;
const RELIANCE = 'NSE:RELIANCE' as InstrumentId;
const NIFTY = 'NSE:NIFTY 50' as InstrumentId;

function candleAt(openTime: number, close = 101.05): Candle {
  const prices = { open: 100.5, high: Math.max(102.25, close), low: 99.95, close };
  const rest = { volume: 1_200, openInterest: null, provenance: 'live' } as const;
  return { instrumentId: RELIANCE, timeframe: '1m', openTime, ...prices, ...rest };
}

const candles: fc.Arbitrary<Candle> = fc
  .record({
    instrumentId: fc.constantFrom(RELIANCE, NIFTY),
    timeframe: fc.constantFrom('1m', '5m'),
    minute: fc.integer({ min: 0, max: 20 }),
    steps: fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 1, max: 99_999_999_999_999 }))),
    volume: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    openInterest: fc.option(fc.integer({ min: 0, max: 1e12 }), { nil: null }),
    provenance: fc.constantFrom(...PROVENANCES),
  })
  .map(({ minute, steps, ...fields }) => {
    const [low = 1, open = 1, close = 1, high = 1] = [...steps].sort((a, b) => a - b).map((step) => step / 10_000);
    return { ...fields, openTime: OPEN + minute * 60_000, open, high, low, close };
  });

/** What every candle store must do, in memory or in a database. */
export function candleStoreContract(name: string, open: () => Promise<CandleStoreHost>, runs: number): void {
  describe(`${name} keeps the candle store's contract`, () => {
    let host: CandleStoreHost;
    let store: CandleStore;
    beforeAll(async () => {
      host = await open();
    });
    beforeEach(async () => {
      store = await host.fresh();
    });
    afterAll(() => host.close());

    test('a range holds its first moment and not its last', async () => {
      const minutes = [0, 1, 2, 3].map((minute) => candleAt(OPEN + minute * 60_000));
      await store.append(minutes);
      const query = { instrumentId: RELIANCE, timeframe: '1m', from: OPEN + 60_000, to: OPEN + 180_000 } as const;
      expect(await store.read(query)).toEqual([minutes[1], minutes[2]]);
    });

    test('candles are read in order of open time, however they came', async () => {
      await store.append([candleAt(OPEN + 120_000)]);
      await store.append([candleAt(OPEN), candleAt(OPEN + 60_000)]);
      const read = await store.read({ instrumentId: RELIANCE, timeframe: '1m', from: 0, to: OPEN + 600_000 });
      expect(read.map(({ openTime }) => openTime - OPEN)).toEqual([0, 60_000, 120_000]);
    });

    test('writing a candle again replaces it, within one batch and after', async () => {
      const query = { instrumentId: RELIANCE, timeframe: '1m', from: OPEN, to: OPEN + 1 } as const;
      await store.append([candleAt(OPEN, 100), candleAt(OPEN, 101)]);
      expect(await store.read(query)).toEqual([candleAt(OPEN, 101)]);
      const fetched: Candle = { ...candleAt(OPEN, 102), provenance: 'backfill', openInterest: 7 };
      await store.append([fetched]);
      expect(await store.read(query)).toEqual([fetched]);
    });

    test('instruments and timeframes are kept apart, and nothing is found where nothing was put', async () => {
      await store.append([candleAt(OPEN)]);
      const range = { from: 0, to: OPEN * 2 };
      expect(await store.read({ instrumentId: NIFTY, timeframe: '1m', ...range })).toEqual([]);
      expect(await store.read({ instrumentId: RELIANCE, timeframe: '5m', ...range })).toEqual([]);
      await store.append([]);
    });

    test('whatever was appended is read back equal', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(candles, { maxLength: 20 }), { maxLength: 4 }), async (batches) => {
          const fresh = await host.fresh();
          const expected = new Map<string, Candle>();
          for (const batch of batches) {
            await fresh.append(batch);
            for (const each of batch) expected.set(`${each.instrumentId}|${each.timeframe}|${each.openTime}`, each);
          }
          for (const instrumentId of [RELIANCE, NIFTY]) {
            for (const timeframe of ['1m', '5m'] as const) {
              const read = await fresh.read({ instrumentId, timeframe, from: 0, to: OPEN * 2 });
              const wanted = [...expected.values()].filter(
                (each) => each.instrumentId === instrumentId && each.timeframe === timeframe,
              );
              expect(read).toEqual(wanted.sort((a, b) => a.openTime - b.openTime));
            }
          }
        }),
        { numRuns: runs },
      );
    });
  });
}
