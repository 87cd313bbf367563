import type { Fill } from '../core/fill.ts';
import type { EpochMs } from '../core/time.ts';
import type { Broker } from '../ports/broker.ts';
import type { MarketEvent } from '../ports/market-event.ts';
import type { FillRules } from '../simulation/fill-model.ts';
import { PaperBroker } from '../simulation/paper-broker.ts';
import { paperSteps, type SteppedEngine } from '../simulation/paper-steps.ts';
import { SimulatedExchange } from '../simulation/simulated-exchange.ts';
import type { EffectPipeline } from './effect-pipeline.ts';
import type { OpenMarket } from './open-market.ts';

/** Where orders end, and what that means for the order of things at an event. */
export interface Execution {
  readonly broker: Broker;
  readonly onFill: (fill: Fill) => void;
  readonly steps: (engine: SteppedEngine, event: MarketEvent, reach: (time: EpochMs) => void) => Iterable<void>;
}

/** Orders are filled by the simulated exchange at the prices that come. */
export function paperExecution(market: OpenMarket, rules: FillRules, pipeline: EffectPipeline): Execution {
  const exchange = new SimulatedExchange({
    ...market.engine,
    rules,
    report: (event) => pipeline.tell(event),
    settle: () => {},
  });
  return {
    broker: new PaperBroker(exchange, market.clock),
    onFill: (fill) => pipeline.tell({ type: 'orderFilled', fill }),
    steps: (engine, event, reach) => paperSteps(engine, exchange, event, reach),
  };
}
