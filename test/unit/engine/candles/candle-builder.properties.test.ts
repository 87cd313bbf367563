import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import type { Tick } from '../../../../src/core/tick.ts';
import { MINUTE_MS } from '../../../../src/core/time.ts';
import { TIMEFRAMES, type Timeframe, timeframeMs } from '../../../../src/core/timeframe.ts';
import { CandleBuilder } from '../../../../src/engine/candles/candle-builder.ts';
import { dayNumber, fixedCalendar } from '../../../support/fixed-calendar.ts';
import { at, collect, DAY, RELIANCE, TCS } from './candle-collector.ts';
import { naiveMinutes, naiveRollUp } from './naive-candles.ts';

/** Long enough for any order of the ticks to be within it. */
const LONG_GRACE_MS = 86_400_000;
const foundSession = fixedCalendar.sessionOn(RELIANCE, dayNumber(DAY));
if (foundSession === null) throw new Error(`Expected a session on ${DAY}`);
const session = foundSession;
const sessionMs = session.close - session.open;

/** A day's ticks in order of time: distinct times, rising cumulative volume, now and then open interest. */
const dayOfTicks = fc
  .uniqueArray(fc.integer({ min: 0, max: sessionMs - 1 }), { minLength: 1, maxLength: 60 })
  .chain((offsets) =>
    fc.tuple(
      fc.constant([...offsets].sort((a, b) => a - b)),
      fc.array(
        fc.record({
          lastPrice: fc.integer({ min: 1, max: 40_000 }).map((steps) => steps * 0.05),
          traded: fc.integer({ min: 0, max: 10_000 }),
          openInterest: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: null, freq: 1 }),
        }),
        { minLength: offsets.length, maxLength: offsets.length },
      ),
      fc.integer({ min: 0, max: 100_000 }),
    ),
  )
  .map(([offsets, parts, before]) => {
    let volume = before;
    return offsets.map((offset, i): Tick => {
      const part = parts[i] ?? { lastPrice: 1, traded: 0, openInterest: null };
      volume += part.traded;
      const { lastPrice, openInterest } = part;
      const time = session.open + offset;
      return { instrumentId: RELIANCE.id, time, lastPrice, volume, openInterest, bid: null, ask: null, sequence: null };
    });
  });

const shuffledDay = dayOfTicks.chain((ticks) =>
  fc.tuple(fc.constant(ticks), fc.shuffledSubarray(ticks, { minLength: ticks.length, maxLength: ticks.length })),
);

function buildAll(ticks: readonly Tick[], graceMs: number, timeframes: readonly Timeframe[] = ['1m']): Candle[] {
  const closed: Candle[] = [];
  const builder = new CandleBuilder({ calendar: fixedCalendar, graceMs, onClosed: (candle) => closed.push(candle) });
  builder.register(RELIANCE, timeframes);
  for (const tick of ticks) builder.onTick(tick);
  builder.advance(Number.POSITIVE_INFINITY);
  return closed;
}

describe('candles of any day', () => {
  it('equal a recomputation after the fact, whatever the order of the ticks within the grace', () => {
    fc.assert(
      fc.property(shuffledDay, ([ticks, shuffled]) => {
        const built = buildAll(shuffled, LONG_GRACE_MS);
        const naive = naiveMinutes(ticks, session);
        // An open interest that only an earlier minute brought is carried on; the recomputation knows minutes only.
        const known = built.map((one, i) => ({ ...one, openInterest: naive[i]?.openInterest ?? null }));
        expect(known).toEqual(naive);
      }),
    );
  });

  it('keep the latest open interest, carried over minutes that bring none', () => {
    fc.assert(
      fc.property(dayOfTicks, (ticks) => {
        for (const one of buildAll(ticks, 1_500)) {
          const seen = ticks.filter((tick) => tick.time < one.openTime + MINUTE_MS && tick.openInterest !== null);
          expect(one.openInterest).toBe(seen.at(-1)?.openInterest ?? null);
        }
      }),
    );
  });

  it('are the same wherever the clock is advanced between the ticks', () => {
    fc.assert(
      fc.property(
        dayOfTicks,
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        fc.boolean(),
        (ticks, stops, flat) => {
          const fill = flat ? 'flat' : 'none';
          const whole = collect(TIMEFRAMES, { fill });
          const split = collect(TIMEFRAMES, { fill });
          ticks.forEach((tick, i) => {
            whole.builder.onTick(tick);
            if (stops[i]) split.builder.advance(tick.time);
            split.builder.onTick(tick);
          });
          whole.builder.advance(session.close + MINUTE_MS);
          split.builder.advance(session.close + MINUTE_MS);
          expect(split.builder.refusals.late).toBe(0);
          expect(split.closed).toEqual(whole.closed);
        },
      ),
    );
  });

  it('roll up to what the minutes say, in every timeframe', () => {
    fc.assert(
      fc.property(dayOfTicks, fc.subarray([...TIMEFRAMES]), (ticks, timeframes) => {
        const built = buildAll(ticks, 1_500, timeframes);
        const minutes = built.filter((one) => one.timeframe === '1m');
        for (const timeframe of timeframes) {
          const expected = timeframe === '1m' ? minutes : naiveRollUp(minutes, timeframe, session);
          expect(built.filter((one) => one.timeframe === timeframe)).toEqual(expected);
        }
      }),
    );
  });

  it('roll up from ready candles as from ticks', () => {
    fc.assert(
      fc.property(dayOfTicks, (ticks) => {
        const fromTicks = buildAll(ticks, 1_500, TIMEFRAMES);
        const { builder, closed } = collect(TIMEFRAMES);
        for (const one of fromTicks) if (one.timeframe === '1m') builder.onBaseCandle(one);
        builder.advance(Number.POSITIVE_INFINITY);
        expect(closed).toEqual(fromTicks);
      }),
    );
  });

  it('share the volume of the day out among them, each timeframe the whole of it', () => {
    fc.assert(
      fc.property(shuffledDay, ([ticks, shuffled]) => {
        const [first, last] = [ticks[0], ticks.at(-1)];
        if (first === undefined || last === undefined) return;
        const total = last.volume - (first.time < session.open + MINUTE_MS ? 0 : first.volume);
        const built = buildAll(shuffled, LONG_GRACE_MS, TIMEFRAMES);
        for (const timeframe of TIMEFRAMES) {
          const sum = built.filter((one) => one.timeframe === timeframe).reduce((acc, one) => acc + one.volume, 0);
          expect(sum, timeframe).toBe(total);
        }
      }),
    );
  });

  it('do not change when ticks are repeated', () => {
    fc.assert(
      fc.property(dayOfTicks, fc.array(fc.nat(), { minLength: 60, maxLength: 60 }), (ticks, repeats) => {
        const numbered = ticks.map((tick, i) => ({ ...tick, sequence: i + 1 }));
        const repeated = numbered.flatMap((tick, i) => {
          const earlier = numbered[(repeats[i] ?? 0) % (i + 1)] ?? tick;
          return [tick, { ...earlier, lastPrice: earlier.lastPrice + 1, volume: earlier.volume + 5 }];
        });
        expect(buildAll(repeated, 1_500, TIMEFRAMES)).toEqual(buildAll(numbered, 1_500, TIMEFRAMES));
      }),
    );
  });

  it('never carry a negative volume, whatever the cumulative volume does', () => {
    fc.assert(
      fc.property(dayOfTicks, fc.array(fc.nat(100_000), { minLength: 60, maxLength: 60 }), (ticks, volumes) => {
        const wild = ticks.map((tick, i) => ({ ...tick, volume: volumes[i] ?? 0 }));
        for (const one of buildAll(wild, 1_500, TIMEFRAMES)) expect(one.volume).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('close once each, in the order of end, registration and timeframe, and at the time promised', () => {
    const instruments = [TCS, RELIANCE];
    fc.assert(
      fc.property(dayOfTicks, dayOfTicks, fc.subarray([...TIMEFRAMES]), fc.boolean(), (a, b, timeframes, flat) => {
        const { builder, closed } = collect(timeframes, { fill: flat ? 'flat' : 'none' }, instruments);
        const stream = [...a, ...b.map((tick) => ({ ...tick, instrumentId: TCS.id }))].sort((x, y) => x.time - y.time);
        for (const tick of stream) {
          while (builder.nextClose <= tick.time) {
            const [due, before] = [builder.nextClose, closed.length];
            builder.advance(due - 1);
            expect(closed.length, 'nothing closes before nextClose').toBe(before);
            builder.advance(due);
            expect(closed.length, 'something closes at nextClose').toBeGreaterThan(before);
          }
          builder.onTick(tick);
        }
        builder.advance(session.close + MINUTE_MS);
        expect(builder.nextClose).toBe(Number.POSITIVE_INFINITY);
        const ranks = closed.map((one) => {
          const end = Math.min(one.openTime + timeframeMs(one.timeframe), session.close);
          const registered = instruments.findIndex((instrument) => instrument.id === one.instrumentId);
          return end * 100 + registered * 10 + TIMEFRAMES.indexOf(one.timeframe);
        });
        expect(ranks).toEqual([...ranks].sort((x, y) => x - y));
        expect(new Set(ranks).size).toBe(ranks.length);
      }),
      { numRuns: 50 },
    );
  });

  it('leave no hole between the first trade and the close when filled flat', () => {
    fc.assert(
      fc.property(dayOfTicks, (ticks) => {
        const { builder, closed } = collect(['1m'], { fill: 'flat' });
        for (const tick of ticks) builder.onTick(tick);
        builder.advance(at('23:00:00'));
        const opens = closed.map((one) => one.openTime);
        const from = session.open + Math.floor(((ticks[0]?.time ?? 0) - session.open) / MINUTE_MS) * MINUTE_MS;
        const minutes = (session.close - from) / MINUTE_MS;
        expect(opens).toEqual(Array.from({ length: minutes }, (_, i) => from + i * MINUTE_MS));
      }),
    );
  });
});
