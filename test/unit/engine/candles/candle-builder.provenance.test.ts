import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { worstProvenance } from '../../../../src/engine/candles/worst-provenance.ts';
import { at, brief, candle, collect, GRACE_MS, RELIANCE, tick } from './candle-collector.ts';

const provenances = (candles: readonly Candle[]): string[] =>
  candles.map((one) => `${one.timeframe} ${one.provenance}`);

describe('provenance', () => {
  it('is live for candles from ticks', () => {
    const { builder, closed } = collect(['5m']);
    builder.onTick(tick('09:15:30', 100));
    builder.advance(at('09:21:00'));
    expect(provenances(closed)).toEqual(['1m live', '5m live']);
  });

  it('is marked on every candle that a gap touches', () => {
    const { builder, closed } = collect(['5m']);
    builder.onTick(tick('09:15:30', 100));
    builder.onTick(tick('09:16:30', 100));
    builder.markGap(RELIANCE.id, at('09:16:40'), at('09:17:00'));
    builder.onTick(tick('09:17:00', 100));
    builder.advance(at('09:25:00'));
    expect(provenances(closed), 'the gap ends where the third minute starts').toEqual([
      '1m live',
      '1m live-with-gap',
      '1m live',
      '5m live-with-gap',
    ]);
  });

  it('is marked on a larger candle whose missing minute made no candle at all', () => {
    const { builder, closed } = collect(['5m']);
    builder.onTick(tick('09:15:30', 100));
    builder.markGap(RELIANCE.id, at('09:16:00'), at('09:17:00'));
    builder.onTick(tick('09:18:00', 100));
    builder.advance(at('09:25:00'));
    expect(provenances(closed)).toEqual(['1m live', '1m live', '5m live-with-gap']);
  });

  it('is marked while the stream is still down, and no longer once it is known to be back', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:30', 100));
    builder.markGap(RELIANCE.id, at('09:15:40'), Number.POSITIVE_INFINITY);
    builder.advance(at('09:16:00') + GRACE_MS);
    builder.markGap(RELIANCE.id, at('09:15:40'), at('09:17:00'));
    builder.onTick(tick('09:17:30', 100));
    builder.advance(at('09:25:00'));
    expect(provenances(closed)).toEqual(['1m live-with-gap', '1m live']);
  });

  it('does not carry a gap into the next day', () => {
    const { builder, closed } = collect(['1d']);
    builder.onTick(tick('15:20:00', 100));
    builder.markGap(RELIANCE.id, at('15:21:00'), at('15:25:00'));
    builder.onTick(tick('09:15:00', 100, 0, { day: '2026-07-31' }));
    builder.advance(at('15:31:00', '2026-07-31'));
    expect(provenances(closed)).toEqual(['1m live', '1d live-with-gap', '1m live', '1d live']);
  });

  it('is backfill where history filled the gap', () => {
    const { builder, closed } = collect(['5m']);
    builder.onTick(tick('09:15:30', 100));
    builder.markGap(RELIANCE.id, at('09:16:00'), at('09:17:00'));
    builder.advance(at('09:16:00') + GRACE_MS);
    builder.onBaseCandle(candle('09:16:00', 100, { provenance: 'backfill' }));
    builder.onTick(tick('09:17:30', 100));
    builder.advance(at('09:25:00'));
    expect(provenances(closed)).toEqual(['1m live', '1m backfill', '1m live', '5m backfill']);
  });

  it('is the worst of the parts, and a known hole is worst', () => {
    const order = ['live', 'import', 'backfill', 'live-with-gap'] as const;
    for (const [i, a] of order.entries()) {
      for (const [j, b] of order.entries()) expect(worstProvenance(a, b)).toBe(order[Math.max(i, j)]);
    }
  });

  it('lets a ready candle take the place of the one forming in its minute', () => {
    const { builder, closed } = collect();
    builder.onTick(tick('09:15:30', 100, 10));
    builder.onTick(tick('09:16:30', 200, 20));
    builder.onBaseCandle(candle('09:16:00', 150, { provenance: 'backfill' }));
    expect(builder.onTick(tick('09:16:40', 200, 30))).toBe('late');
    builder.advance(at('09:25:00'));
    expect(brief(closed)).toEqual(['1m 09:15 100/100/100/100 10', '1m 09:16 149/152/148/150 100']);
  });
});
