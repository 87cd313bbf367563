/**
 * Every strategy a configuration can name, by that name. Adding one is a line here; see README.md.
 */
import type { Strategy } from '../src/engine/strategy/strategy.ts';
import { emaCrossover } from './ema-crossover/strategy.ts';
import { openingRangeBreakout } from './opening-range-breakout/strategy.ts';
import { rsiMeanReversion } from './rsi-mean-reversion/strategy.ts';

const ALL: readonly Strategy[] = [emaCrossover, openingRangeBreakout, rsiMeanReversion];

export const strategies: ReadonlyMap<string, Strategy> = new Map(ALL.map((strategy) => [strategy.name, strategy]));
