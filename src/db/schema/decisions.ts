import { sql } from 'drizzle-orm';
import { boolean, check, doublePrecision, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { PROVENANCES } from '../../core/candle.ts';
import type { DenialReason } from '../../core/denial-reason.ts';
import type { BrokerOrderId, ClientOrderId } from '../../core/ids.ts';
import {
  ORDER_ROLES,
  ORDER_SIDES,
  ORDER_TYPES,
  type OrderUpdate,
  PRODUCT_TYPES,
  TIMES_IN_FORCE,
} from '../../core/order.ts';
import { ORDER_STATUSES } from '../../core/order-status.ts';
import { SIGNAL_KINDS, SIGNAL_STATUSES } from '../../core/signal.ts';
import { TIMEFRAMES } from '../../core/timeframe.ts';
import { DENIAL_CODES, OPTION_TYPES, TRADING_MODES } from './closed-lists.ts';
import { epochMs, instrumentId, isOneOf, paise, price, signalKey, strategyId, units } from './columns.ts';

/** What an update may report: every status but those that only fills bring. */
export const REPORTED_STATUSES = ORDER_STATUSES.filter(
  (status): status is OrderUpdate['status'] => status !== 'PARTIALLY_FILLED' && status !== 'FILLED',
);

/** The verdict is stored with its signal: allowed when there is no denial. */
export const signals = pgTable(
  'signals',
  {
    key: signalKey().primaryKey(),
    strategyId: strategyId().notNull(),
    instrumentId: instrumentId().notNull(),
    timeframe: text({ enum: TIMEFRAMES }).notNull(),
    candleTime: epochMs().notNull(),
    kind: text({ enum: SIGNAL_KINDS }).notNull(),
    side: text({ enum: ORDER_SIDES }).notNull(),
    optionType: text({ enum: OPTION_TYPES }),
    product: text({ enum: PRODUCT_TYPES }).notNull(),
    entryPrice: price().notNull(),
    target: price(),
    stopLoss: price(),
    trail: price(),
    quantity: units().notNull(),
    confidence: doublePrecision().notNull(),
    reason: text().notNull(),
    notes: text(),
    tags: text().array().notNull(),
    provenance: text({ enum: PROVENANCES }).notNull(),
    createdTime: epochMs().notNull(),
    expiresTime: epochMs().notNull(),
    status: text({ enum: SIGNAL_STATUSES }).notNull(),
    denialCode: text({ enum: DENIAL_CODES }),
    denial: jsonb().$type<DenialReason>(),
    mode: text({ enum: TRADING_MODES }).notNull(),
  },
  (t) => [
    check('signals_timeframe', isOneOf(t.timeframe, TIMEFRAMES)),
    check('signals_kind', isOneOf(t.kind, SIGNAL_KINDS)),
    check('signals_side', isOneOf(t.side, ORDER_SIDES)),
    check('signals_option_type', isOneOf(t.optionType, OPTION_TYPES)),
    check('signals_product', isOneOf(t.product, PRODUCT_TYPES)),
    check('signals_provenance', isOneOf(t.provenance, PROVENANCES)),
    check('signals_status', isOneOf(t.status, SIGNAL_STATUSES)),
    check('signals_denial_code', isOneOf(t.denialCode, DENIAL_CODES)),
    check('signals_mode', isOneOf(t.mode, TRADING_MODES)),
    check('signals_denied', sql`(${t.status} = 'DENIED') = (${t.denialCode} is not null)`),
    check('signals_denial', sql`${t.denialCode} is not distinct from ${t.denial}->>'code'`),
    check('signals_quantity', sql`${t.quantity} > 0 or (${t.quantity} = 0 and ${t.status} = 'DENIED')`),
    check('signals_confidence', sql`${t.confidence} between 0 and 100`),
    check('signals_prices', sql`${t.entryPrice} > 0 and ${t.target} > 0 and ${t.stopLoss} > 0 and ${t.trail} > 0`),
  ],
);

export const orders = pgTable(
  'orders',
  {
    clientOrderId: text().$type<ClientOrderId>().primaryKey(),
    sequence: integer().notNull(),
    strategyId: strategyId().notNull(),
    signalKey: signalKey()
      .notNull()
      .references(() => signals.key),
    instrumentId: instrumentId().notNull(),
    role: text({ enum: ORDER_ROLES }).notNull(),
    side: text({ enum: ORDER_SIDES }).notNull(),
    quantity: units().notNull(),
    type: text({ enum: ORDER_TYPES }).notNull(),
    limitPrice: price(),
    triggerPrice: price(),
    product: text({ enum: PRODUCT_TYPES }).notNull(),
    timeInForce: text({ enum: TIMES_IN_FORCE }).notNull(),
    ocoGroup: text(),
    createdTime: epochMs().notNull(),
    notBefore: epochMs().notNull(),
    deadline: epochMs(),
    isHeld: boolean().notNull(),
    amendments: integer().notNull(),
    reprices: integer(),
    pricedTime: epochMs(),
    status: text({ enum: ORDER_STATUSES }).notNull(),
    brokerOrderId: text().$type<BrokerOrderId>(),
    filledQuantity: units().notNull(),
    averagePrice: price(),
    statusReason: text(),
    updatedTime: epochMs().notNull(),
  },
  (t) => [
    // A queue takes an id of digits alone for a number of its own, and refuses ":".
    check('orders_client_order_id', sql`${t.clientOrderId} ~ '^[0-9a-z]{16}$' and ${t.clientOrderId} ~ '[a-z]'`),
    check('orders_role', isOneOf(t.role, ORDER_ROLES)),
    check('orders_side', isOneOf(t.side, ORDER_SIDES)),
    check('orders_type', isOneOf(t.type, ORDER_TYPES)),
    check('orders_product', isOneOf(t.product, PRODUCT_TYPES)),
    check('orders_time_in_force', isOneOf(t.timeInForce, TIMES_IN_FORCE)),
    check('orders_status', isOneOf(t.status, ORDER_STATUSES)),
    check('orders_quantity', sql`${t.quantity} > 0 and ${t.filledQuantity} between 0 and ${t.quantity}`),
    check('orders_filled', sql`(${t.status} = 'FILLED') = (${t.filledQuantity} = ${t.quantity})`),
    check('orders_average_price', sql`(${t.filledQuantity} > 0) = (${t.averagePrice} is not null)`),
    check('orders_limit_price', sql`(${t.type} in ('LIMIT', 'STOP_LIMIT')) = (${t.limitPrice} is not null)`),
    check('orders_trigger_price', sql`(${t.type} in ('STOP_MARKET', 'STOP_LIMIT')) = (${t.triggerPrice} is not null)`),
    check('orders_amendments', sql`${t.amendments} >= 0 and ${t.reprices} >= 0`),
    check('orders_priced', sql`(${t.reprices} is null) = (${t.pricedTime} is null)`),
    check('orders_prices', sql`${t.limitPrice} > 0 and ${t.triggerPrice} > 0 and ${t.averagePrice} > 0`),
  ],
);

/** Every report of an order, once; `moved` is false for one that came too late to change its status. */
export const orderEvents = pgTable(
  'order_events',
  {
    /** Hash of the whole update: the same report from the stream and from the executor is one event. */
    id: text().primaryKey(),
    clientOrderId: text()
      .$type<ClientOrderId>()
      .notNull()
      .references(() => orders.clientOrderId),
    status: text({ enum: ORDER_STATUSES }).$type<OrderUpdate['status']>().notNull(),
    brokerOrderId: text().$type<BrokerOrderId>(),
    reason: text(),
    time: epochMs().notNull(),
    moved: boolean().notNull(),
  },
  (t) => [check('order_events_status', isOneOf(t.status, REPORTED_STATUSES))],
);

export const fills = pgTable(
  'fills',
  {
    fillId: text().primaryKey(),
    clientOrderId: text()
      .$type<ClientOrderId>()
      .notNull()
      .references(() => orders.clientOrderId),
    instrumentId: instrumentId().notNull(),
    side: text({ enum: ORDER_SIDES }).notNull(),
    quantity: units().notNull(),
    price: price().notNull(),
    time: epochMs().notNull(),
    chargesPaise: paise().notNull(),
    /** Its place among orders and fills: by time alone those of one second would have no order. */
    sequence: integer().notNull(),
  },
  (t) => [
    check('fills_side', isOneOf(t.side, ORDER_SIDES)),
    check('fills_amounts', sql`${t.quantity} > 0 and ${t.price} > 0`),
  ],
);
