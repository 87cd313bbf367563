import { expect, it } from 'vitest';
import { enter } from '../../../src/engine/strategy/strategy.ts';
import { buildCandle } from '../../support/build-candle.ts';
import { EngineBench, RELIANCE } from '../../support/engine-bench.ts';
import { onCandles, scriptedStrategy } from '../../support/scripted-strategy.ts';

const BUY = enter({ side: 'BUY', reason: 'up' });
const past = ['10:00', '10:01', '10:02'].map((clock) => buildCandle(clock, 100));

it('knows past candles and decides on none of them', () => {
  const seen: number[] = [];
  const strategy = scriptedStrategy({
    instruments: [RELIANCE],
    warmUp: 3,
    create: onCandles((candle) => {
      seen.push(candle.openTime);
      return BUY;
    }),
  });
  const bench = new EngineBench({ strategy });
  expect(bench.engine.warmUp(past).map(({ type }) => type)).toEqual(past.map(() => 'candleClosed'));
  expect(seen, 'the strategy keeps its own count').toEqual([past[2]?.openTime]);
  bench.candle('10:03');
  expect(bench.decided.map(({ candleTime }) => candleTime)).toEqual([buildCandle('10:03', 100).openTime]);
});

it('squares nothing off while it warms up late in the day', () => {
  const strategy = scriptedStrategy({ instruments: [RELIANCE], create: onCandles(() => undefined) });
  const bench = new EngineBench({ strategy });
  const late = buildCandle('15:25', 100);
  expect(bench.engine.warmUp([late]).map(({ type }) => type)).toEqual(['candleClosed']);
});
