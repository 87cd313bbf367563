import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../src/core/errors.ts';
import type { InstrumentId } from '../../../src/core/ids.ts';
import type { Tick } from '../../../src/core/tick.ts';
import { formatClock } from '../../../src/core/time.ts';
import {
  createSyntheticMarket,
  type ShareModel,
  type SyntheticMarket,
} from '../../../src/simulation/market-generator.ts';
import { optionsAround } from '../../../src/simulation/option-chain.ts';
import { dayNumber, fixedCalendar, ist, testInstrument } from '../../support/fixed-calendar.ts';

const index = testInstrument('NSE:NIFTY 50', { kind: 'INDEX' });
const shares: ShareModel[] = [
  ['NSE:RELIANCE', 1400, 0.3],
  ['NSE:TCS', 3050, 0.2],
].map(([id, startPrice, weight]) => ({
  instrument: testInstrument(String(id), { hasDerivatives: true }),
  startPrice: Number(startPrice),
  weight: Number(weight),
  ...{ beta: 1, ownVolatility: 0.006, dailyVolume: 5_000_000 },
}));
const options = optionsAround(26_000, {
  ...({ exchange: 'NFO', symbol: 'NIFTY', expiry: '2026-08-11', lotSize: 65, freezeQuantity: 1800 } as const),
  ...{ underlying: index.id, strikeStep: 100, strikesEachSide: 1 },
});
/** A Wednesday after the closing auction came in. */
const DAY = dayNumber('2026-08-05');

function market(seed: string): SyntheticMarket {
  return createSyntheticMarket({
    seed,
    calendar: fixedCalendar,
    shares,
    index: { instrument: index, startPrice: 26_000 },
  });
}

function ticksOf(ticks: readonly Tick[], id: string): Tick[] {
  return ticks.filter((tick) => tick.instrumentId === id);
}

function isOnTick(price: number): boolean {
  return Math.abs(price * 20 - Math.round(price * 20)) < 1e-6 && price === Math.round(price * 10_000) / 10_000;
}

describe('candles of a synthetic market', () => {
  it('are sound, on the tick, inside the session and without holes, whatever the seed', () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        for (const { instrumentId, candles } of market(seed).candlesOn(DAY)) {
          const close = instrumentId === index.id ? '15:30' : '15:15';
          expect(candles.openTime[0]).toBe(ist('2026-08-05', '09:15'));
          expect(candles.openTime.at(-1)).toBe(ist('2026-08-05', close) - 60_000);
          expect(candles.count).toBe(instrumentId === index.id ? 375 : 360);
          for (let row = 0; row < candles.count; row++) {
            const [o = 0, h = 0, l = 0, c = 0] = [
              candles.open[row],
              candles.high[row],
              candles.low[row],
              candles.close[row],
            ];
            expect(l > 0 && l <= Math.min(o, c) && h >= Math.max(o, c)).toBe(true);
            expect([o, h, l, c].every(isOnTick)).toBe(true);
            const volume = candles.volume[row] ?? -1;
            expect(instrumentId === index.id ? volume === 0 : volume >= 1 && Number.isInteger(volume)).toBe(true);
          }
        }
      }),
      { numRuns: 10 },
    );
  });

  it('are the same for the same seed, whatever was asked of another market before', () => {
    const [first, second] = [market('same'), market('same')];
    market('other').candlesOn(DAY);
    for (const day of [DAY, DAY + 1]) expect(first.candlesOn(day)).toEqual(second.candlesOn(day));
    expect(market('same').candlesOn(DAY)).not.toEqual(market('another').candlesOn(DAY));
  });

  it('trade most at the open, least at noon and more again at the close', () => {
    const volumes = new Float64Array(360);
    const drawn = market('volume');
    for (let day = DAY; day < DAY + 60; day++) {
      const share = drawn.candlesOn(day).find((entry) => entry.instrumentId === 'NSE:TCS');
      for (let row = 0; row < 360; row++) volumes[row] = (volumes[row] ?? 0) + (share?.candles.volume[row] ?? 0);
    }
    const half = (from: number): number => volumes.subarray(from, from + 30).reduce((sum, volume) => sum + volume, 0);
    expect(half(0)).toBeGreaterThan(1.8 * half(165));
    expect(half(330)).toBeGreaterThan(1.4 * half(165));
    const daily = volumes.reduce((sum, volume) => sum + volume, 0) / 43;
    expect(Math.abs(daily / 5_000_000 - 1), 'about the volume that was asked for').toBeLessThan(0.25);
  });

  it('move with the index: five-minute returns correlate', () => {
    const drawn = market('correlation');
    const returns = new Map<InstrumentId, number[]>();
    for (let day = DAY; day < DAY + 28; day++) {
      for (const { instrumentId, candles } of drawn.candlesOn(day)) {
        const list = returns.get(instrumentId) ?? [];
        for (let row = 5; row < 360; row += 5)
          list.push(Math.log((candles.close[row] ?? 1) / (candles.close[row - 5] ?? 1)));
        returns.set(instrumentId, list);
      }
    }
    const ofIndex = returns.get(index.id) ?? [];
    for (const share of shares) {
      const correlation = correlationOf(returns.get(share.instrument.id) ?? [], ofIndex);
      expect(correlation).toBeGreaterThan(0.5);
      expect(correlation, 'but they have a mind of their own').toBeLessThan(0.97);
    }
  });

  it('go on from one day to the next with a gap of at most a few percent', () => {
    const drawn = market('gaps');
    let last: number | undefined;
    let gaps = 0;
    for (let day = DAY; day < DAY + 40; day++) {
      const candles = drawn.candlesOn(day).find((entry) => entry.instrumentId === 'NSE:TCS')?.candles;
      if (candles === undefined) continue;
      const gap = last === undefined ? 0 : Math.abs(Math.log((candles.open[0] ?? 1) / last));
      expect(gap).toBeLessThan(0.05);
      if (gap > 0.001) gaps += 1;
      last = candles.close.at(-1);
    }
    expect(gaps).toBeGreaterThan(10);
  });

  it('rest on closed days, follow special hours, and never go back in time', () => {
    const drawn = market('days');
    expect(drawn.candlesOn(dayNumber('2026-08-08')), 'a Saturday').toEqual([]);
    const [muhurat] = drawn.candlesOn(dayNumber('2026-11-08'));
    expect([muhurat?.candles.count, formatClock(muhurat?.candles.openTime[0] ?? 0)]).toEqual([75, '18:00:00']);
    expect(() => drawn.candlesOn(DAY)).toThrow(InvariantError);
    expect(() => drawn.priceOf('NSE:SBIN' as InstrumentId)).toThrow('found "NSE:SBIN"');
  });
});

describe('ticks of a synthetic market', () => {
  const ticks = market('ticks').ticksOn(DAY, options);

  it('are the same for the same seed, to the byte', () => {
    expect(JSON.stringify(market('ticks').ticksOn(DAY, options))).toBe(JSON.stringify(ticks));
  });

  it('are in order of time; sequences rise by one and cumulative volumes never fall', () => {
    const last = new Map<InstrumentId, Tick>();
    let time = 0;
    const faults = ticks.filter((tick) => {
      const before = last.get(tick.instrumentId);
      const isNext = tick.sequence === (before?.sequence ?? 0) + 1;
      const isSound = tick.time >= time && isNext && tick.volume >= (before?.volume ?? 0);
      last.set(tick.instrumentId, tick);
      time = tick.time;
      return !isSound;
    });
    expect(faults).toEqual([]);
    expect(last.size).toBe(shares.length + 1 + options.length);
  });

  it('keep prices above zero, on the tick, and the last price at the bid or the ask', () => {
    const faults = ticks.filter(({ lastPrice, bid, ask }) => {
      if (!(lastPrice > 0 && isOnTick(lastPrice))) return true;
      if (bid === null || ask === null) return false;
      const areQuotesSound = bid > 0 && bid < ask && isOnTick(bid) && isOnTick(ask);
      return !areQuotesSound || (lastPrice !== bid && lastPrice !== ask);
    });
    expect(faults).toEqual([]);
  });

  it('trade while their segment does, and shares once more in the closing auction', () => {
    const last = (id: string): number => ticksOf(ticks, id).at(-1)?.time ?? 0;
    expect(last(index.id)).toBeLessThan(ist('2026-08-05', '15:30'));
    expect(last(index.id)).toBeGreaterThan(ist('2026-08-05', '15:29'));
    expect(last(options[0]?.id ?? '')).toBeLessThan(ist('2026-08-05', '15:40'));
    expect(last(options[0]?.id ?? '')).toBeGreaterThan(ist('2026-08-05', '15:38'));
    for (const share of shares) {
      const own = ticksOf(ticks, share.instrument.id);
      expect(own[0]?.time).toBeLessThan(ist('2026-08-05', '09:15') + 1_000);
      const auction = own.filter((tick) => tick.time >= ist('2026-08-05', '15:15'));
      expect(auction.length).toBeGreaterThan(0);
      expect(
        auction.every((tick) => tick.time >= ist('2026-08-05', '15:30') && tick.time < ist('2026-08-05', '15:35')),
      ).toBe(true);
      expect(new Set(auction.map((tick) => tick.lastPrice)).size, 'one price').toBe(1);
    }
  });

  it('have no volume and no quotes for the index, whole lots and open interest for options', () => {
    expect(
      ticksOf(ticks, index.id).every((tick) => tick.volume === 0 && tick.bid === null && tick.openInterest === null),
    ).toBe(true);
    for (const option of options) {
      const own = ticksOf(ticks, option.id);
      expect(
        own.every(
          (tick) => tick.volume % 65 === 0 && (tick.openInterest ?? -1) >= 0 && (tick.openInterest ?? 1) % 65 === 0,
        ),
      ).toBe(true);
    }
  });

  it('price puts and calls of a strike in parity with the index', () => {
    const spot = ticksOf(ticks, index.id).find((tick) => tick.time >= ist('2026-08-05', '12:00'));
    const at = (id: string): Tick | undefined =>
      ticksOf(ticks, id).find((tick) => tick.time >= ist('2026-08-05', '12:00'));
    for (const strike of [25_900, 26_000, 26_100]) {
      const call = at(`NFO:NIFTY:2026-08-11:${strike}:CE`);
      const put = at(`NFO:NIFTY:2026-08-11:${strike}:PE`);
      const years = 6.15 / 365;
      const fair = (spot?.lastPrice ?? 0) - strike * Math.exp(-0.065 * years);
      // The three were not seen in the same second.
      expect(Math.abs((call?.lastPrice ?? 0) - (put?.lastPrice ?? 0) - fair)).toBeLessThan(12);
    }
  });

  it('are the only source of their day: asking for its candles too is a fault', () => {
    const drawn = market('once');
    drawn.ticksOn(DAY);
    expect(() => drawn.candlesOn(DAY)).toThrow('Expected a day after 2026-08-05, found 2026-08-05');
  });

  it('leave out options that have expired', () => {
    const drawn = market('expired').ticksOn(dayNumber('2026-08-12'), options);
    expect(drawn.some((tick) => tick.instrumentId.startsWith('NFO:'))).toBe(false);
  });
});

function correlationOf(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - meanA) * ((b[i] ?? 0) - meanB)));
  return (
    covariance / Math.sqrt(mean(a.map((value) => (value - meanA) ** 2)) * mean(b.map((value) => (value - meanB) ** 2)))
  );
}
