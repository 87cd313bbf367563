import { sql } from 'drizzle-orm';
import { check, date, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import { GTT_STATUSES } from '../../core/gtt.ts';
import type { ClientOrderId } from '../../core/ids.ts';
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

/** One trigger, or a stop-loss (the first pair of prices) with a target (the second pair). */
export const gttRules = pgTable(
  'gtt_rules',
  {
    clientGttId: text().$type<ClientOrderId>().primaryKey(),
    strategyId: strategyId().notNull(),
    instrumentId: instrumentId().notNull(),
    kind: text({ enum: GTT_KINDS }).notNull(),
    side: text({ enum: ORDER_SIDES }).notNull(),
    quantity: units().notNull(),
    product: text({ enum: PRODUCT_TYPES }).notNull(),
    status: text({ enum: GTT_STATUSES }).notNull(),
    triggerPrice: price().notNull(),
    limitPrice: price().notNull(),
    targetTriggerPrice: price(),
    targetLimitPrice: price(),
    brokerGttId: text(),
    /** The second rule where the broker has no OCO and two single rules stand for it. */
    targetBrokerGttId: text(),
    statusReason: text(),
    createdTime: epochMs().notNull(),
    updatedTime: epochMs().notNull(),
  },
  (t) => [
    unique('gtt_rules_broker_gtt_id').on(t.brokerGttId),
    check('gtt_rules_kind', isOneOf(t.kind, GTT_KINDS)),
    check('gtt_rules_side', isOneOf(t.side, ORDER_SIDES)),
    check('gtt_rules_product', isOneOf(t.product, PRODUCT_TYPES)),
    check('gtt_rules_status', isOneOf(t.status, GTT_STATUSES)),
    check('gtt_rules_quantity', sql`${t.quantity} > 0`),
    check(
      'gtt_rules_target',
      sql`(${t.kind} = 'OCO') = (${t.targetTriggerPrice} is not null) and (${t.kind} = 'OCO') = (${t.targetLimitPrice} is not null)`,
    ),
    check(
      'gtt_rules_prices',
      sql`${t.triggerPrice} > 0 and ${t.limitPrice} > 0 and ${t.targetTriggerPrice} > 0 and ${t.targetLimitPrice} > 0`,
    ),
  ],
);
