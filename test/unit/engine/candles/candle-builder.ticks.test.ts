import { describe, expect, it } from 'vitest';
import { at, brief, collect, GRACE_MS, type RELIANCE, tick } from './candle-collector.ts';

describe('candles from ticks', () => {
  it('closes a minute at its end plus the grace, by the clock and not at the next tick', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:00', 100, 10));
    builder.onTick(tick('09:15:20', 103, 30));
    builder.onTick(tick('09:15:40', 99, 60));
    builder.onTick(tick('09:16:01', 105, 70));
    expect(closed).toEqual([]);
    builder.advance(at('09:16:00') + GRACE_MS - 1);
    expect(closed, 'one millisecond before the grace is over').toEqual([]);
    builder.advance(at('09:16:00') + GRACE_MS);
    expect(brief(closed)).toEqual(['1m 09:15 100/103/99/99 60']);
  });

  it('says when it next has something to close', () => {
    const { builder } = collect(['5m']);
    expect(builder.nextClose).toBe(Number.POSITIVE_INFINITY);
    builder.onTick(tick('09:16:30', 100));
    expect(builder.nextClose).toBe(at('09:17:00') + GRACE_MS);
    builder.advance(builder.nextClose);
    expect(builder.nextClose, 'the 5m candle is open').toBe(at('09:20:00') + GRACE_MS);
    builder.advance(builder.nextClose);
    expect(builder.nextClose).toBe(Number.POSITIVE_INFINITY);
  });

  it('takes a late tick while its candle waits, and opens the next one meanwhile', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:10', 100, 10));
    builder.onTick(tick('09:16:00', 110, 50));
    expect(builder.onTick(tick('09:15:59', 101, 40))).toBeUndefined();
    builder.advance(at('09:18:00'));
    expect(brief(closed)).toEqual(['1m 09:15 100/101/100/101 40', '1m 09:16 110/110/110/110 10']);
  });

  it('refuses a tick whose candle has closed, and counts it', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:10', 100));
    builder.advance(at('09:16:00') + GRACE_MS);
    expect(builder.onTick(tick('09:15:59', 500))).toBe('late');
    expect(builder.refusals.late).toBe(1);
    builder.advance(at('09:20:00'));
    expect(builder.onTick(tick('09:17:30', 100)), 'no candle was ever open there, but its time is over').toBe('late');
    expect(closed).toHaveLength(1);
  });

  it('refuses at the very moment the grace is over, whether or not a candle was open', () => {
    const { builder } = collect();
    builder.advance(at('09:16:00') + GRACE_MS - 1);
    expect(builder.onTick(tick('09:15:10', 100))).toBeUndefined();
    builder.advance(at('09:17:00') + GRACE_MS);
    expect(builder.onTick(tick('09:16:10', 100))).toBe('late');
  });

  it('has a clock that never goes back', () => {
    const { builder } = collect();
    builder.advance(at('09:20:00'));
    builder.advance(at('09:10:00'));
    expect(builder.onTick(tick('09:15:10', 100))).toBe('late');
  });

  it('closes at the price that came last when several have the same time', () => {
    const { builder, closed } = collect();
    for (const price of [100, 102, 101]) builder.onTick(tick('09:15:10', price));
    builder.advance(at('09:17:00'));
    expect(brief(closed)).toEqual(['1m 09:15 100/102/100/101 0']);
  });

  it('opens and closes by exchange time when ticks overtake each other', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:30', 102));
    builder.onTick(tick('09:15:50', 103));
    builder.onTick(tick('09:15:10', 101));
    builder.onTick(tick('09:15:40', 104));
    builder.advance(at('09:17:00'));
    expect(brief(closed)).toEqual(['1m 09:15 101/104/101/103 0']);
  });

  it('makes no candle of a minute without a trade', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:30', 102));
    builder.onTick(tick('09:18:30', 103));
    builder.advance(at('09:30:00'));
    expect(brief(closed)).toEqual(['1m 09:15 102/102/102/102 0', '1m 09:18 103/103/103/103 0']);
  });

  it('keeps the latest open interest of the minute', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:30', 102, 0, { openInterest: 5_000 }));
    builder.onTick(tick('09:15:40', 102, 0, { openInterest: 5_100 }));
    builder.onTick(tick('09:15:20', 102, 0, { openInterest: 4_900 }));
    builder.onTick(tick('09:16:20', 102));
    builder.advance(at('09:17:30'));
    expect(
      closed.map((one) => one.openInterest),
      'the second minute brings none',
    ).toEqual([5_100, 5_100]);
  });

  it('keeps instruments it does not know out of the books', () => {
    const { builder } = collect();
    expect(builder.onTick(tick('09:15:30', 102, 0, { instrumentId: 'NSE:OTHER' as typeof RELIANCE.id }))).toBe(
      'unknown-instrument',
    );
    expect(builder.refusals['unknown-instrument']).toBe(1);
  });
});
