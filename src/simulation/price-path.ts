/**
 * How a synthetic price moves in a day: a log-return path through regimes (trend, range, volatile), rougher at the open and
 * the close than at noon. Volume follows the same shape.
 */
import { MINUTE_MS } from '../core/time.ts';
import type { Random } from './random.ts';

type Regime = 'trend' | 'range' | 'volatile';

interface RegimeShape {
  readonly meanMinutes: number;
  /** Against the day's own volatility. */
  readonly roughness: number;
}

const REGIMES: Readonly<Record<Regime, RegimeShape>> = {
  trend: { meanMinutes: 55, roughness: 0.65 },
  range: { meanMinutes: 35, roughness: 0.75 },
  volatile: { meanMinutes: 15, roughness: 1.6 },
};
/** What a regime turns into. */
const NEXT: Readonly<Record<Regime, readonly Regime[]>> = {
  trend: ['range', 'trend', 'volatile'],
  range: ['trend', 'trend', 'volatile'],
  volatile: ['trend', 'range'],
};
/** A trend of mean length covers so many daily standard deviations. */
const TREND_REACH = 0.6;
/** A range pulls back to where it began, with this half-life. */
const RANGE_HALF_LIFE_MINUTES = 8;

export interface PathOptions {
  readonly random: Random;
  readonly steps: number;
  readonly stepMs: number;
  /** Standard deviation of the day's log return if the day were all diffusion. */
  readonly dailyVolatility: number;
}

/** Cumulative log returns since the open, one per step; the first is 0. */
export function createPath({ random, steps, stepMs, dailyVolatility }: PathOptions): Float64Array {
  const path = new Float64Array(steps);
  const stepMinutes = stepMs / MINUTE_MS;
  const stepVolatility = dailyVolatility / Math.sqrt(steps);
  const trendDrift = (TREND_REACH * dailyVolatility * stepMinutes) / REGIMES.trend.meanMinutes;
  const pull = 1 - 0.5 ** (stepMinutes / RANGE_HALF_LIFE_MINUTES);
  let regime: Regime = 'volatile';
  let drift = 0;
  let anchor = 0;
  let value = 0;
  for (let step = 1; step < steps; step++) {
    if (random.uniform() < stepMinutes / REGIMES[regime].meanMinutes) {
      const choices: readonly Regime[] = NEXT[regime];
      regime = choices[random.below(choices.length)] ?? 'range';
      drift = regime === 'trend' ? trendDrift * (random.uniform() < 0.5 ? -1 : 1) * (0.6 + 0.8 * random.uniform()) : 0;
      anchor = value;
    }
    const shape = Math.sqrt(intradayShape(step / steps));
    const back = regime === 'range' ? pull * (anchor - value) : 0;
    value += drift + back + stepVolatility * REGIMES[regime].roughness * shape * random.normal();
    path[step] = value;
  }
  return path;
}

/** Activity at a fraction (0 to 1) of the day: high at the open, low at noon, rising to the close; its mean is about 1. */
export function intradayShape(fraction: number): number {
  return 0.55 + 2.6 * Math.exp(-fraction / 0.07) + 2 * Math.exp((fraction - 1) / 0.13);
}
