/**
 * How many candles a second each indicator takes, its value read after every one, on one core.
 */
import type { Candle } from '../src/core/candle.ts';
import type { InstrumentId } from '../src/core/ids.ts';
import { Adx } from '../src/engine/indicators/adx.ts';
import { Atr } from '../src/engine/indicators/atr.ts';
import { BollingerBands } from '../src/engine/indicators/bollinger-bands.ts';
import { Ema } from '../src/engine/indicators/ema.ts';
import type { Indicator } from '../src/engine/indicators/indicator.ts';
import { Macd } from '../src/engine/indicators/macd.ts';
import { Rsi } from '../src/engine/indicators/rsi.ts';
import { Sma } from '../src/engine/indicators/sma.ts';
import { Stochastic } from '../src/engine/indicators/stochastic.ts';
import { Supertrend } from '../src/engine/indicators/supertrend.ts';
import { Vwap } from '../src/engine/indicators/vwap.ts';

const CANDLES = 500_000;
const ROUNDS = 3;

const INDICATORS: Readonly<Record<string, () => Indicator<number | object>>> = {
  sma: () => new Sma({ period: 20 }),
  ema: () => new Ema({ period: 21 }),
  rsi: () => new Rsi({ period: 14 }),
  macd: () => new Macd(),
  bollinger_bands: () => new BollingerBands(),
  atr: () => new Atr(),
  vwap: () => new Vwap(),
  supertrend: () => new Supertrend(),
  adx: () => new Adx(),
  stochastic: () => new Stochastic(),
};

export const bench = {
  name: 'indicators',
  async run(): Promise<Record<string, number>> {
    const candles = randomWalk(CANDLES);
    const results: Record<string, number> = {};
    for (const [name, make] of Object.entries(INDICATORS)) {
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < ROUNDS; round++) best = Math.min(best, millisecondsFor(make(), candles));
      results[`${name}_values_per_s`] = Math.round((CANDLES / best) * 1000);
    }
    return results;
  },
};

function millisecondsFor(indicator: Indicator<number | object>, candles: readonly Candle[]): number {
  const start = performance.now();
  let defined = 0;
  for (const candle of candles) {
    indicator.update(candle);
    if (indicator.value !== undefined) defined++;
  }
  const elapsed = performance.now() - start;
  const expected = candles.length - indicator.warmUp + 1;
  if (defined !== expected) throw new Error(`Expected "${expected}" values, found "${defined}"`);
  return elapsed;
}

/** The same prices on every run: a linear congruential generator steps them by up to two rupees. */
function randomWalk(count: number): Candle[] {
  const candles: Candle[] = [];
  let seed = 42;
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  let close = 2500;
  for (let i = 0; i < count; i++) {
    const open = close;
    close = Math.max(100, open + (next() - 0.5) * 4);
    candles.push({
      instrumentId: 'NSE:BENCH' as InstrumentId,
      timeframe: '1m',
      openTime: 1_767_584_700_000 + i * 60_000,
      open,
      high: Math.max(open, close) + next(),
      low: Math.min(open, close) - next(),
      close,
      volume: Math.floor(next() * 10_000),
      openInterest: null,
      provenance: 'import',
    });
  }
  return candles;
}
