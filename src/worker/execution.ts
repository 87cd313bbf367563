import type { Fill } from '../core/fill.ts';
import type { OrderUpdate } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import type { Broker } from '../ports/broker.ts';
import type { SessionRecord } from '../ports/ledger.ts';
import type { MarketEvent } from '../ports/market-event.ts';
import type { OrderFeed } from '../ports/order-feed.ts';
import type { FillRules } from '../simulation/fill-model.ts';
import { PaperBroker } from '../simulation/paper-broker.ts';
import { paperSteps, type SteppedEngine } from '../simulation/paper-steps.ts';
import { SimulatedExchange } from '../simulation/simulated-exchange.ts';
import type { EffectPipeline } from './effect-pipeline.ts';
import { liveSteps } from './live-steps.ts';
import type { BrokerDesk, OpenMarket } from './open-market.ts';
import { Reconciler, type ReconcilerOptions } from './reconciler.ts';

/** Our side of the books, and who is told of what differs. */
export type Books = Omit<ReconcilerOptions, 'broker' | 'listener'>;

/** Where orders end, and what that means for the order of things at an event. */
export interface Execution {
  readonly mode: 'paper' | 'live';
  readonly broker: Broker;
  /** What the executor has done; the ledger has it already. */
  readonly onUpdate: (update: OrderUpdate) => void;
  readonly onFill: (fill: Fill) => void;
  readonly steps: (engine: SteppedEngine, event: MarketEvent, reach: (time: EpochMs) => void) => Iterable<void>;
  /** Begins to listen to what becomes of the orders; null: nothing comes but what the calls themselves bring. */
  listen(hasWorking: () => boolean, onUp: () => void): OrderFeed | null;
  /** Holds the broker's books against ours; null where there is only one side. */
  readonly reconciler: ((books: Books) => Reconciler) | null;
}

/** Orders are filled by the simulated exchange at the prices that come. */
export function paperExecution(market: OpenMarket, rules: FillRules, pipeline: EffectPipeline): Execution {
  const exchange = new SimulatedExchange({
    ...market.engine,
    rules,
    report: (event) => {
      broker.hear(event);
      pipeline.tell(event);
    },
    settle: () => {},
  });
  const broker = new PaperBroker(exchange, market.clock);
  return {
    mode: 'paper',
    broker,
    onUpdate: (update) => pipeline.onExecuted(update),
    onFill: (fill) => pipeline.tell({ type: 'orderFilled', fill }),
    steps: (engine, event, reach) => paperSteps(engine, exchange, event, reach),
    listen: () => null,
    reconciler: null,
  };
}

/** An exchange of its own forgets its orders with the process, or at the end of the day: those that outlive it come back. */
export async function takeUpOnPaper(broker: Broker, { orders }: Pick<SessionRecord, 'orders'>): Promise<void> {
  for (const order of orders) {
    const isResting = order.status === 'SUBMITTED' || order.status === 'ACCEPTED';
    if (isResting && order.timeInForce === 'GTT' && order.filledQuantity === 0) await broker.place(order);
  }
}

/** Orders go to the broker; what becomes of them is told to the engine in its turn, between prices. */
export function brokerExecution({ queue, trouble }: OpenMarket, desk: BrokerDesk): Execution {
  const onUpdate = (update: OrderUpdate): void => queue.put({ type: 'orderUpdated', update });
  const onFill = (fill: Fill): void => queue.put({ type: 'orderFilled', fill });
  return {
    mode: 'live',
    broker: desk.broker,
    onUpdate,
    onFill,
    steps: liveSteps,
    reconciler: (books) => new Reconciler({ ...books, broker: desk.broker, listener: { onUpdate, onFill } }),
    listen: (hasWorking, onUp) =>
      desk.watch({
        hasWorking,
        listener: {
          ...{ onUpdate, onFill },
          onLink: (isUp, time, reason) => {
            desk.onLink(isUp, time, reason);
            if (isUp) onUp();
          },
        },
        onTrouble: (text) => trouble.tell(text),
      }),
  };
}
