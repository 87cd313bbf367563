import { z } from 'zod';
import type { Candle } from '../../src/core/candle.ts';
import type { StrategyId } from '../../src/core/ids.ts';
import type { Instrument } from '../../src/core/instrument.ts';
import type { Timeframe } from '../../src/core/timeframe.ts';
import {
  type Decision,
  defineStrategy,
  type StrategyContext,
  type StrategyHandlers,
} from '../../src/engine/strategy/strategy.ts';
import { instantiate, type StrategyInstance } from '../../src/engine/strategy/strategy-instance.ts';

type Context = StrategyContext<object>;

export interface Script {
  readonly id?: string;
  readonly instruments: readonly Instrument[];
  readonly timeframe?: Timeframe;
  readonly timeframes?: readonly Timeframe[];
  readonly scope?: 'instrument' | 'group';
  readonly warmUp?: number;
  /** Handlers with the context at hand; the decisions are the test's. */
  readonly create: (context: Context) => StrategyHandlers;
}

/** A strategy that does what the test says. */
export function scriptedStrategy(script: Script): StrategyInstance {
  const { id = 'scripted', instruments, timeframe = '1m', timeframes, scope = 'instrument', warmUp = 1 } = script;
  const strategy = defineStrategy<object>({
    name: 'scripted',
    summary: 'Does what the test says.',
    params: z.strictObject({}),
    scope,
    ...(timeframes === undefined ? {} : { timeframes }),
    warmUp: () => warmUp,
    create: (context) => script.create(context),
  });
  return instantiate(strategy, {}, { id: id as StrategyId, instruments, timeframe });
}

/** Decides on closed candles only. */
export function onCandles(decide: (candle: Candle, context: Context) => Decision): Script['create'] {
  return (context) => ({ onCandle: (candle) => decide(candle, context) });
}
