/**
 * The durable book of decisions in PostgreSQL.
 *
 * Entry point: `PostgresLedger`. Invariants:
 * - the effects of one event are one transaction, and so are the jobs it promises;
 * - a row is locked before its order changes, and the change goes through the order machine on the row as it stands: the
 *   executor and the engine report of the same order, and neither may undo what the other wrote;
 * - orders are locked before anything refers to them, in the order of their ids, so that two writers never wait in a ring.
 */
import { asc, sql as expression } from 'drizzle-orm';
import { InvariantError } from '../core/errors.ts';
import type { BookedFill } from '../core/fill.ts';
import type { ClientOrderId } from '../core/ids.ts';
import type { Order, OrderUpdate } from '../core/order.ts';
import { dayOf, formatDay } from '../core/time.ts';
import { applyFill, transition } from '../engine/orders/order-machine.ts';
import { promisedJobs } from '../engine/orders/promised-jobs.ts';
import { updateId } from '../engine/orders/update-id.ts';
import type { Effect } from '../ports/engine-event.ts';
import type { Ledger, OutboxJob, SessionRecord } from '../ports/ledger.ts';
import type { Database } from './database.ts';
import { carryAsRules, type RulesOf } from './gtt-of-orders.ts';
import * as statements from './ledger-statements.ts';
import { rowReader, runRows } from './row-statement.ts';
import type { TradingMode } from './schema/closed-lists.ts';
import { fills, type orderEvents, orders, signals } from './schema/decisions.ts';
import { signalFromRow, signalToRow } from './signal-row.ts';
import type { Transaction } from './sql.ts';

const readOrder = rowReader(orders);

export class PostgresLedger implements Ledger {
  readonly #database: Pick<Database, 'sql' | 'orm'>;
  readonly #mode: TradingMode;
  readonly #rulesOf: RulesOf | null;
  readonly #chats: readonly string[];

  /** `rulesOf`: where orders end, legs can rest as good-till-triggered rules. `chats`: where alerts are to get to. */
  constructor(
    database: Pick<Database, 'sql' | 'orm'>,
    mode: TradingMode,
    rulesOf: RulesOf | null = null,
    chats: readonly string[] = [],
  ) {
    this.#database = database;
    this.#mode = mode;
    this.#rulesOf = rulesOf;
    this.#chats = chats;
  }

  async record(effects: readonly Effect[]): Promise<readonly OutboxJob[]> {
    const durable = effects.filter(({ type }) => type !== 'candleClosed');
    if (durable.length === 0) return [];
    return this.#database.sql.begin(async (transaction) => {
      const carried = await carryAsRules(transaction, durable, this.#rulesOf);
      // What is new is sent before what changes: an order may be planned and filled in one event.
      const [jobs] = await Promise.all([
        this.#insertNew(transaction, durable, carried.others),
        changeOrders(transaction, durable.filter(isOrderChange)),
      ]);
      return [...carried.jobs, ...jobs];
    });
  }

  async move(update: OrderUpdate): Promise<{ readonly order: Order; readonly moved: boolean } | undefined> {
    return this.#database.sql.begin(async (transaction) => {
      const { stored, known } = await lockOrders(transaction, [update.clientOrderId], [updateId(update)]);
      const before = stored.get(update.clientOrderId);
      if (before === undefined) return undefined;
      if (known.size > 0) return { order: before, moved: false };
      const { order, moved } = transition(before, update);
      await Promise.all([
        runRows(transaction, statements.INSERT_ORDER_EVENTS, [{ ...update, id: updateId(update), moved }]),
        order !== before && runRows(transaction, statements.CHANGE_ORDERS, [order]),
      ]);
      return { order, moved };
    });
  }

  /** The move that a price waits for: in one round trip, where a transaction takes four. */
  async claim(update: OrderUpdate): Promise<Order | undefined> {
    const { clientOrderId, status, brokerOrderId, reason, time } = update;
    const values = [clientOrderId, updateId(update), status, brokerOrderId, reason, time];
    const rows = await this.#database.sql.unsafe(statements.SEND_ORDER, values, { prepare: true });
    return rows.map(readOrder)[0];
  }

  async order(id: ClientOrderId): Promise<Order | undefined> {
    const rows = await this.#database.sql`select * from orders where client_order_id = ${id}`;
    return rows.map(readOrder)[0];
  }

  async unqueuedJobs(ageMs: number): Promise<readonly OutboxJob[]> {
    return this.#database.sql<OutboxJob[]>`
      select id, queue, name, subject, priority, not_before as "notBefore" from job_outbox
      where queued_time is null and promised_time <= extract(epoch from clock_timestamp()) * 1000 - ${ageMs}::bigint
      order by position`;
  }

  async markQueued(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#database.sql`
      update job_outbox set queued_time = extract(epoch from clock_timestamp()) * 1000
      where queued_time is null and id in (select json_array_elements_text(${JSON.stringify(ids)}::text::json))`;
  }

  async markModified(id: ClientOrderId): Promise<void> {
    await this.#database.sql`
      update job_outbox set served_time = extract(epoch from clock_timestamp()) * 1000
      where subject = ${id} and name = 'modify' and served_time is null`;
  }

  async session(): Promise<SessionRecord> {
    const { orm } = this.#database;
    // One snapshot: an order never comes without its signal, or a fill without its order.
    return orm.transaction(
      async (transaction) => {
        const signalRows = await transaction
          .select()
          .from(signals)
          .orderBy(asc(signals.createdTime), asc(expression`${signals.key} collate "C"`));
        const orderRows = await transaction
          .select()
          .from(orders)
          .orderBy(asc(orders.sequence), asc(expression`${orders.clientOrderId} collate "C"`));
        const fillRows = await transaction
          .select()
          .from(fills)
          .orderBy(asc(fills.time), asc(expression`${fills.fillId} collate "C"`));
        return { signals: signalRows.map(signalFromRow), orders: orderRows, fills: fillRows };
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    );
  }

  /** Everything that only adds. The statements travel together; the first to fail fails the transaction. */
  async #insertNew(
    transaction: Transaction,
    effects: readonly Effect[],
    promising: readonly Effect[],
  ): Promise<readonly OutboxJob[]> {
    const decided = effects.flatMap((effect) => (effect.type === 'signalDecided' ? [effect.signal] : []));
    const changed = effects.flatMap((effect) => (effect.type === 'signalChanged' ? [effect.signal] : []));
    const planned = effects.flatMap((effect) => (effect.type === 'orderPlanned' ? [effect.order] : []));
    const amended = new Map(
      effects.flatMap((effect) => (effect.type === 'orderAmended' ? [[effect.order.clientOrderId, effect.order]] : [])),
    );
    const closed = effects.flatMap((effect) => (effect.type === 'tradeClosed' ? [effect.trade] : []));
    const raised = effects.flatMap((effect) => (effect.type === 'alertRaised' ? [effect.alert] : []));
    const switched = effects.findLast((effect) => effect.type === 'switchesChanged');
    const jobs = promisedJobs(promising, { isTelegramOn: this.#chats.length > 0 });
    const delivered = raised.flatMap(({ key }) => this.#chats.map((chat) => ({ alertKey: key, chat })));
    const toRow = (signal: (typeof decided)[number]) => signalToRow(signal, this.#mode);
    const [, , , , , , , promised] = await Promise.all([
      decided.length > 0 && runRows(transaction, statements.INSERT_SIGNALS, decided.map(toRow)),
      changed.length > 0 && runRows(transaction, statements.CHANGE_SIGNALS, changed.map(toRow)),
      planned.length > 0 && runRows(transaction, statements.INSERT_ORDERS, planned),
      amended.size > 0 && runRows(transaction, statements.AMEND_ORDERS, [...amended.values()]),
      closed.length > 0 && runRows(transaction, statements.INSERT_TRADES, closed),
      raised.length > 0 && runRows(transaction, statements.INSERT_ALERTS, raised),
      delivered.length > 0 && runRows(transaction, statements.INSERT_DELIVERIES, delivered),
      jobs.length > 0 ? runRows(transaction, statements.INSERT_JOBS, jobs) : [],
      switched && transaction.unsafe(statements.CHANGE_SWITCHES, [JSON.stringify(switched.switches), switched.time]),
    ]);
    const ids = new Set(promised.map((row) => row.id));
    return jobs.filter(({ id }) => ids.delete(id));
  }
}

type OrderChange = Extract<Effect, { type: 'orderChanged' | 'fillBooked' }>;
type FillBooking = Extract<Effect, { type: 'fillBooked' }>;

function isOrderChange(effect: Effect): effect is OrderChange {
  return effect.type === 'orderChanged' || effect.type === 'fillBooked';
}

/** Applies reports and fills that are new to the orders as they are stored. */
async function changeOrders(transaction: Transaction, changes: readonly OrderChange[]): Promise<void> {
  if (changes.length === 0) return;
  const { stored, known } = await lockOrders(
    transaction,
    changes.map(({ order }) => order.clientOrderId),
    changes.flatMap((change) => (change.type === 'orderChanged' ? [updateId(change.update)] : [])),
  );
  for (const { order } of changes) if (!stored.has(order.clientOrderId)) throw unplanned(order.clientOrderId);
  const newFills = await insertFills(
    transaction,
    changes.flatMap((change) => (change.type === 'fillBooked' ? [change.fill] : [])),
  );
  const events: (typeof orderEvents.$inferInsert)[] = [];
  const changed = new Set<ClientOrderId>();
  const held = new Map<string, FillBooking>();
  for (const change of changes) {
    const id = change.order.clientOrderId;
    const before = stored.get(id);
    if (before === undefined) throw unplanned(id);
    if (change.type === 'fillBooked') {
      if (!newFills.delete(change.fill.fillId)) continue;
      stored.set(id, applyFill(before, change.fill));
      held.set(positionKey(change), change);
    } else {
      const eventId = updateId(change.update);
      if (known.has(eventId)) continue;
      known.add(eventId);
      const { order, moved } = transition(before, change.update);
      events.push({ ...change.update, id: eventId, moved });
      stored.set(id, order);
    }
    if (stored.get(id) !== before) changed.add(id);
  }
  const changedOrders = [...stored.values()].filter((order) => changed.has(order.clientOrderId));
  await Promise.all([
    events.length > 0 && runRows(transaction, statements.INSERT_ORDER_EVENTS, events),
    changedOrders.length > 0 && runRows(transaction, statements.CHANGE_ORDERS, changedOrders),
    held.size > 0 && runRows(transaction, statements.REPLACE_POSITIONS, [...held.values()].map(toPositionRow)),
  ]);
}

function unplanned(id: ClientOrderId): InvariantError {
  return new InvariantError(`Order ${id} is reported of but was never recorded as planned`);
}

async function lockOrders(
  transaction: Transaction,
  orderIds: readonly ClientOrderId[],
  eventIds: readonly string[],
): Promise<{ stored: Map<ClientOrderId, Order>; known: Set<unknown> }> {
  // The second statement starts when the first has its locks, so it sees what the previous holder wrote.
  const [orderRows, eventRows] = await Promise.all([
    transaction.unsafe(statements.LOCK_ORDERS, [JSON.stringify(orderIds)], { prepare: true }).execute(),
    transaction.unsafe(statements.KNOWN_EVENTS, [JSON.stringify(eventIds)], { prepare: true }).execute(),
  ]);
  const stored = orderRows.map(readOrder);
  return {
    stored: new Map(stored.map((order) => [order.clientOrderId, order])),
    known: new Set(eventRows.map((row) => row.id)),
  };
}

async function insertFills(transaction: Transaction, booked: readonly BookedFill[]): Promise<Set<unknown>> {
  const rows = booked.length > 0 ? await runRows(transaction, statements.INSERT_FILLS, booked) : [];
  return new Set(rows.map((row) => row.id));
}

function positionKey({ fill, position }: FillBooking): string {
  return `${dayOf(fill.time)}|${position.strategyId}|${position.instrumentId}|${position.product}`;
}

function toPositionRow({ fill, position }: FillBooking) {
  return { ...position, day: formatDay(dayOf(fill.time)), updatedTime: fill.time };
}
