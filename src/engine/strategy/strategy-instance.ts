import type { ZodType } from 'zod';
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

/** A strategy as registries hold it: the type of its params is known to itself alone. */
export interface RegisteredStrategy {
  readonly name: string;
  readonly summary: string;
  readonly params: ZodType;
  /** Parses the params (throws a `ZodError`) and gives an instance. */
  configure(rawParams: unknown, options: InstanceOptions): StrategyInstance;
}

export function register<Params>(strategy: Strategy<Params>): RegisteredStrategy {
  return {
    name: strategy.name,
    summary: strategy.summary,
    params: strategy.params,
    configure(rawParams, options) {
      const params = Object.freeze(strategy.params.parse(rawParams));
      return {
        ...options,
        strategyName: strategy.name,
        scope: strategy.scope,
        timeframes: [...new Set([options.timeframe, ...(strategy.timeframes ?? [])])],
        warmUp: strategy.warmUp(params),
        create: (context) => strategy.create({ ...context, params }),
      };
    },
  };
}
