import { sql } from 'drizzle-orm';
import { bigint, boolean, check, date, index, jsonb, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { GTT_LEGS, GTT_STATUSES } from '../../core/gtt.ts';
import type { BrokerGttId, BrokerOrderId, ClientOrderId } from '../../core/ids.ts';
import { ORDER_SIDES, PRODUCT_TYPES } from '../../core/order.ts';
import { EXIT_REASONS } from '../../core/trade.ts';
import { GTT_KINDS, TRADE_SIDES } from './closed-lists.ts';
import { epochMs, instrumentId, isOneOf, paise, price, signalKey, strategyId, units } from './columns.ts';
import { signals } from './decisions.ts';

/** A trading day's last state of each position; the latest day's row is the position. */
export const positions = pgTable(
  'positions',
  {
    /** The trading day in India. */
    day: date({ mode: 'string' }).notNull(),
    strategyId: strategyId().notNull(),
    instrumentId: instrumentId().notNull(),
    product: text({ enum: PRODUCT_TYPES }).notNull(),
    /** Signed: negative is short. */
    quantity: units().notNull(),
    averagePrice: price().notNull(),
    openedTime: epochMs(),
    realisedPaise: paise().notNull(),
    chargesPaise: paise().notNull(),
    updatedTime: epochMs().notNull(),
  },
  (t) => [
    primaryKey({ name: 'positions_pkey', columns: [t.day, t.strategyId, t.instrumentId, t.product] }),
    check('positions_product', isOneOf(t.product, PRODUCT_TYPES)),
    check('positions_flat', sql`(${t.quantity} = 0) = (${t.openedTime} is null)`),
    check('positions_average_price', sql`(${t.quantity} = 0) = (${t.averagePrice} = 0) and ${t.averagePrice} >= 0`),
  ],
);

export const trades = pgTable(
  'trades',
  {
    strategyId: strategyId().notNull(),
    instrumentId: instrumentId().notNull(),
    signalKey: signalKey()
      .notNull()
      .references(() => signals.key),
    side: text({ enum: TRADE_SIDES }).notNull(),
    quantity: units().notNull(),
    entryTime: epochMs().notNull(),
    entryPrice: price().notNull(),
    exitTime: epochMs().notNull(),
    exitPrice: price().notNull(),
    exitReason: text({ enum: EXIT_REASONS }).notNull(),
    grossPaise: paise().notNull(),
    chargesPaise: paise().notNull(),
    netPaise: paise().notNull(),
  },
  (t) => [
    // A position that was closed in a moment and opened again by late fills of the same signal is a second trade.
    primaryKey({ name: 'trades_pkey', columns: [t.signalKey, t.entryTime, t.exitTime] }),
    check('trades_side', isOneOf(t.side, TRADE_SIDES)),
    check('trades_exit_reason', isOneOf(t.exitReason, EXIT_REASONS)),
    check('trades_amounts', sql`${t.quantity} > 0 and ${t.entryPrice} > 0 and ${t.exitPrice} > 0`),
    check('trades_times', sql`${t.exitTime} >= ${t.entryTime}`),
    check('trades_net', sql`${t.netPaise} = ${t.grossPaise} - ${t.chargesPaise}`),
  ],
);

/** What was asked for; how it stands at the broker is in the legs. */
export const gttRules = pgTable(
  'gtt_rules',
  {
    clientGttId: text().$type<ClientOrderId>().primaryKey(),
    strategyId: strategyId().notNull(),
    instrumentId: instrumentId().notNull(),
    kind: text({ enum: GTT_KINDS }).notNull(),
    side: text({ enum: ORDER_SIDES }).notNull(),
    product: text({ enum: PRODUCT_TYPES }).notNull(),
    createdTime: epochMs().notNull(),
    expires: epochMs().notNull(),
    isWithdrawn: boolean().notNull(),
  },
  (t) => [
    check('gtt_rules_kind', isOneOf(t.kind, GTT_KINDS)),
    check('gtt_rules_side', isOneOf(t.side, ORDER_SIDES)),
    check('gtt_rules_product', isOneOf(t.product, PRODUCT_TYPES)),
    check('gtt_rules_expires', sql`${t.expires} > ${t.createdTime}`),
  ],
);

/** One trigger: the only one of a single rule, or one of the two of a pair. At a broker without pairs each is a rule. */
export const gttLegs = pgTable(
  'gtt_legs',
  {
    clientGttId: text()
      .$type<ClientOrderId>()
      .notNull()
      .references(() => gttRules.clientGttId),
    name: text({ enum: GTT_LEGS }).notNull(),
    quantity: units().notNull(),
    triggerPrice: price().notNull(),
    limitPrice: price().notNull(),
    status: text({ enum: GTT_STATUSES }).notNull(),
    brokerGttId: text().$type<BrokerGttId>(),
    priorIds: jsonb().$type<readonly BrokerGttId[]>().notNull(),
    submittedTime: epochMs(),
    reason: text(),
    updatedTime: epochMs().notNull(),
    /** The order that it carries out; null for a rule by hand. */
    clientOrderId: text().$type<ClientOrderId>(),
    /** What its trigger has placed, when that is known; the broker may use a number again another day. */
    brokerOrderId: text().$type<BrokerOrderId>(),
  },
  (t) => [
    primaryKey({ name: 'gtt_legs_pkey', columns: [t.clientGttId, t.name] }),
    unique('gtt_legs_broker_gtt_id').on(t.brokerGttId),
    unique('gtt_legs_client_order_id').on(t.clientOrderId),
    check('gtt_legs_name', isOneOf(t.name, GTT_LEGS)),
    check('gtt_legs_status', isOneOf(t.status, GTT_STATUSES)),
    check('gtt_legs_amounts', sql`${t.quantity} > 0 and ${t.triggerPrice} > 0 and ${t.limitPrice} > 0`),
    check(
      'gtt_legs_broker',
      sql`${t.status} not in ('ACTIVE', 'MODIFYING', 'CANCELLING') or ${t.brokerGttId} is not null`,
    ),
    check('gtt_legs_submitted', sql`${t.status} not in ('SUBMITTING', 'UNKNOWN') or ${t.submittedTime} is not null`),
  ],
);

/** Everything that was ever said of a leg, in the order in which it was heard. */
export const gttEvents = pgTable(
  'gtt_events',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    clientGttId: text()
      .$type<ClientOrderId>()
      .notNull()
      .references(() => gttRules.clientGttId),
    leg: text({ enum: GTT_LEGS }).notNull(),
    status: text({ enum: GTT_STATUSES }).notNull(),
    reason: text(),
    brokerGttId: text().$type<BrokerGttId>(),
    time: epochMs().notNull(),
    /** False for what came late. */
    moved: boolean().notNull(),
  },
  (t) => [
    index('gtt_events_rule').on(t.clientGttId),
    check('gtt_events_leg', isOneOf(t.leg, GTT_LEGS)),
    check('gtt_events_status', isOneOf(t.status, GTT_STATUSES)),
  ],
);
