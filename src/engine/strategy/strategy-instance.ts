import type { StrategyId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { Timeframe } from '../../core/timeframe.ts';
import type { Strategy, StrategyContext, StrategyHandlers } from './strategy.ts';

/** Where one configured strategy runs. */
export interface InstanceOptions {
  readonly id: StrategyId;
  readonly instruments: readonly Instrument[];
  readonly timeframe: Timeframe;
}

/** A configured strategy: its params are parsed and their type is closed over. */
export interface StrategyInstance extends InstanceOptions {
  readonly strategyName: string;
  readonly scope: 'instrument' | 'group';
  /** The configured timeframe first, then the ones the strategy adds. */
  readonly timeframes: readonly Timeframe[];
  readonly warmUp: number;
  create(context: Omit<StrategyContext<unknown>, 'params'>): StrategyHandlers;
}

/** `params` are what the strategy's own schema gave. */
export function instantiate<Params>(
  strategy: Strategy<Params>,
  params: Params,
  options: InstanceOptions,
): StrategyInstance {
  return {
    ...options,
    strategyName: strategy.name,
    scope: strategy.scope,
    timeframes: [...new Set([options.timeframe, ...(strategy.timeframes ?? [])])],
    warmUp: strategy.warmUp(params),
    create: (context) => strategy.create({ ...context, params }),
  };
}
