/**
 * Puts together what looks after the account's rules: the book in Postgres, the executor under its lock, the keeper of the
 * times. Entry points: `rulesOfMarket` for the ledger, `openRules`.
 */
import { gttAlert } from '../alerts/gtt-alert.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Rupees } from '../core/money.ts';
import type { Database } from '../db/database.ts';
import type { RulesOf } from '../db/gtt-of-orders.ts';
import { PostgresDifferences } from '../db/postgres-differences.ts';
import { PostgresGtt } from '../db/postgres-gtt.ts';
import { PostgresGttLock } from '../db/postgres-gtt-lock.ts';
import { PostgresGttOrders } from '../db/postgres-gtt-orders.ts';
import { rulesOfLegs } from '../engine/orders/gtt-of-orders.ts';
import { GttExecutor } from '../jobs/gtt-executor.ts';
import type { OrderExecutor } from '../jobs/order-executor.ts';
import type { OutboxSweeper } from '../jobs/outbox-sweeper.ts';
import type { EffectPipeline } from './effect-pipeline.ts';
import type { Execution } from './execution.ts';
import { hoursOf } from './market-hours.ts';
import type { OpenMarket } from './open-market.ts';
import { alertOf } from './reconciler.ts';
import { RuleKeeper } from './rule-keeper.ts';
import { RuleLegs } from './rule-legs.ts';

export interface RulesParts {
  readonly market: OpenMarket;
  readonly database: Database;
  readonly sweeper: Pick<OutboxSweeper, 'enqueue'>;
  readonly pipeline: EffectPipeline;
  readonly execution: Execution;
  readonly executor: Pick<OrderExecutor, 'cancel'>;
  /** Looks into the broker's book of orders and tells what it shows. */
  readonly look: () => Promise<void>;
  readonly lastPrice: (id: InstrumentId) => Rupees | null;
  readonly signal: AbortSignal;
}

/** Null: legs that outlive the day are orders like others, on paper at the simulated exchange. */
export function rulesOfMarket({ desk, engine }: OpenMarket): RulesOf | null {
  if (desk === null || desk.rules === null) return null;
  const ticks = new Map(engine.instruments.map(({ id, tickSize }) => [id, tickSize]));
  return (planned) => rulesOfLegs(planned, (id) => ticks.get(id));
}

/** Null where there are no rules. */
export function openRules(parts: RulesParts): RuleKeeper | null {
  const { market, database, sweeper, pipeline, execution, executor, signal } = parts;
  const { desk: orders, clock } = market;
  if (orders === null || orders.rules === null) return null;
  const desk = orders.rules;
  const onTrouble = (text: string): void => market.trouble.tell(text);
  const ledger = new PostgresGtt(database);
  const legs = new RuleLegs({
    ...{ store: new PostgresGttOrders(database), look: parts.look, onTrouble, clock },
    cancelOrder: (id, stopping) => executor.cancel(id, stopping),
    onUpdate: execution.onUpdate,
    onDoubt: () => keeper.lookSoon(),
  });
  const keeper: RuleKeeper = new RuleKeeper({
    ...{ desk, ledger, legs, onTrouble, clock, signal, speed: orders.speed },
    executor: new GttExecutor({
      ...{ broker: desk.broker, ledger, lock: new PostgresGttLock(database), clock, onTrouble },
      ...{ searchGraceMs: desk.searchGraceMs, flightMs: desk.flightMs, lastPrice: parts.lastPrice },
      onMove: (rule, update) => {
        const alert = gttAlert(rule, update);
        if (alert === undefined) return;
        pipeline.raise(alert);
        pipeline.settle(clock.now()).catch(() => undefined);
      },
    }),
    enqueue: (jobs) => sweeper.enqueue(jobs),
    differences: new PostgresDifferences(database),
    onDifference: (difference) => {
      pipeline.raise(alertOf(difference, clock.now()));
      return pipeline.settle(clock.now());
    },
    hoursOf: (time) => hoursOf(market.engine, time),
  });
  orders.broker.adopt = (book) => legs.adopt(book);
  return keeper;
}
