import fc from 'fast-check';
import type { Alert } from '../../src/core/alert.ts';
import { ALERT_KINDS, ALERT_LEVELS } from '../../src/core/alert.ts';
import { PROVENANCES } from '../../src/core/candle.ts';
import type { DenialReason } from '../../src/core/denial-reason.ts';
import type { BookedFill } from '../../src/core/fill.ts';
import type { BrokerOrderId, InstrumentId, SignalKey, StrategyId } from '../../src/core/ids.ts';
import {
  ORDER_ROLES,
  ORDER_SIDES,
  ORDER_TYPES,
  type Order,
  type OrderUpdate,
  PRODUCT_TYPES,
  TIMES_IN_FORCE,
} from '../../src/core/order.ts';
import { ORDER_STATUSES } from '../../src/core/order-status.ts';
import type { Position } from '../../src/core/position.ts';
import { SIGNAL_KINDS, type Signal } from '../../src/core/signal.ts';
import { TIMEFRAMES } from '../../src/core/timeframe.ts';
import { clientOrderId } from '../../src/engine/orders/client-order-id.ts';
import { applyFill, TRANSITIONS, transition } from '../../src/engine/orders/order-machine.ts';
import type { Effect } from '../../src/ports/engine-event.ts';

/** What an engine would ask a ledger to record, and what the ledger must then hold. */
export interface Story {
  readonly effects: readonly Effect[];
  readonly signals: readonly Signal[];
  readonly orders: readonly Order[];
  readonly fills: readonly BookedFill[];
}

const times = fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 });
const prices = fc.integer({ min: 1, max: 900_000_000 }).map((steps) => steps / 10_000);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
/** Anything a person or a broker may write, except the one character PostgreSQL can not store. */
const words = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', '').toWellFormed());
const instruments = fc
  .constantFrom('NSE:RELIANCE', 'NSE:NIFTY 50', 'NFO:NIFTY:2026-11-24:26000:CE')
  .map((id) => id as InstrumentId);
const strategies = fc.constantFrom('ema-5m', 'rsi "mean"', 'Zeta', 'étoile').map((id) => id as StrategyId);

const denials: fc.Arbitrary<DenialReason> = fc.oneof(
  fc.constant({ code: 'KILL_SWITCH_ON' } as const),
  fc.record({ code: fc.constant('STALE_SIGNAL' as const), at: times, expired: times }),
  fc.record({ code: fc.constant('NOT_TRADABLE' as const), instrumentId: instruments, why: words }),
  fc.record({
    code: fc.constant('MAX_DRAWDOWN' as const),
    limitPercent: fc.double({ min: 0, max: 100, noNaN: true }).map((value) => value + 0),
    drawdownPercent: fc.double({ min: 0, max: 100, noNaN: true }).map((value) => value + 0),
  }),
);

const signalFields = fc.record({
  strategyId: strategies,
  instrumentId: instruments,
  timeframe: fc.constantFrom(...TIMEFRAMES),
  candleTime: times,
  kind: fc.constantFrom(...SIGNAL_KINDS),
  side: fc.constantFrom(...ORDER_SIDES),
  optionType: maybe(fc.constantFrom('CE', 'PE')),
  product: fc.constantFrom(...PRODUCT_TYPES),
  entryPrice: prices,
  target: maybe(prices),
  stopLoss: maybe(prices),
  trail: maybe(prices),
  quantity: fc.integer({ min: 1, max: 1_000_000 }),
  confidence: fc.double({ min: 0, max: 100, noNaN: true }).map((value) => value + 0),
  reason: words,
  notes: maybe(words),
  tags: fc.array(words, { maxLength: 3 }),
  provenance: fc.constantFrom(...PROVENANCES),
  createdTime: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_005 }),
  expiresTime: times,
});

/** Denied ones too, some of them before they were sized. */
const signals: fc.Arbitrary<Signal> = fc
  .tuple(signalFields, fc.option(denials, { nil: null, freq: 2 }), fc.boolean())
  .map(([fields, reason, isSized]) => {
    const { strategyId, instrumentId, timeframe, candleTime, kind } = fields;
    const key = `${strategyId}|${instrumentId}|${timeframe}|${candleTime}|${kind}` as SignalKey;
    if (reason === null) return { ...fields, key, status: 'ACTIVE', verdict: { kind: 'ALLOWED' } };
    const quantity = isSized ? fields.quantity : 0;
    return { ...fields, key, quantity, status: 'DENIED', verdict: { kind: 'DENIED', reason } };
  });

const orderFields = fc
  .record({
    role: fc.constantFrom(...ORDER_ROLES),
    side: fc.constantFrom(...ORDER_SIDES),
    quantity: fc.integer({ min: 1, max: 50 }),
    type: fc.constantFrom(...ORDER_TYPES),
    limit: prices,
    trigger: prices,
    product: fc.constantFrom(...PRODUCT_TYPES),
    timeInForce: fc.constantFrom(...TIMES_IN_FORCE),
    ocoGroup: maybe(words),
    createdTime: times,
    notBefore: times,
    deadline: maybe(times),
    amendments: fc.integer({ min: 0, max: 9 }),
    isHeld: fc.boolean(),
    following: maybe(fc.record({ reprices: fc.integer({ min: 0, max: 9 }), pricedTime: times })),
  })
  .map(({ limit, trigger, following, ...fields }) => ({
    ...fields,
    reprices: following?.reprices ?? null,
    pricedTime: following?.pricedTime ?? null,
    limitPrice: fields.type === 'LIMIT' || fields.type === 'STOP_LIMIT' ? limit : null,
    triggerPrice: fields.type === 'STOP_MARKET' || fields.type === 'STOP_LIMIT' ? trigger : null,
  }));

type Step =
  | {
      readonly kind: 'report';
      readonly pick: number;
      readonly brokerOrderId: BrokerOrderId | null;
      readonly reason: string | null;
    }
  | { readonly kind: 'fill'; readonly quantity: number; readonly price: number }
  | { readonly kind: 'cancel' };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('report' as const),
      pick: fc.nat(),
      brokerOrderId: maybe(words.map((text) => text as BrokerOrderId)),
      reason: maybe(words),
    }),
    fc.record({ kind: fc.constant('fill' as const), quantity: fc.integer({ min: 1, max: 30 }), price: prices }),
    fc.constant({ kind: 'cancel' as const }),
  ),
  { maxLength: 8 },
);

const alerts: fc.Arbitrary<Alert> = fc.record({
  key: words,
  kind: fc.constantFrom(...ALERT_KINDS),
  level: fc.constantFrom(...ALERT_LEVELS),
  text: words,
  time: times,
});

type ValueOf<A> = A extends fc.Arbitrary<infer Value> ? Value : never;
const drafts = fc.record({
  signals: fc.uniqueArray(signals, { selector: ({ key }) => key, minLength: 1, maxLength: 5 }),
  orders: fc.array(fc.record({ fields: orderFields, signal: fc.nat(), walk: steps }), { maxLength: 4 }),
  alerts: fc.array(alerts, { maxLength: 3 }),
  ends: fc.array(fc.constantFrom('ACTIVE', 'COMPLETED', 'CANCELLED', 'EXPIRED'), { maxLength: 5 }),
});

export const stories: fc.Arbitrary<Story> = drafts.map(tell);

function tell(draft: ValueOf<typeof drafts>): Story {
  const effects: Effect[] = draft.signals.map((signal) => ({ type: 'signalDecided', signal }));
  const allowed = draft.signals.filter(({ status }) => status === 'ACTIVE');
  const orders: Order[] = [];
  const fills: BookedFill[] = [];
  for (const [index, { fields, signal: pick, walk }] of draft.orders.entries()) {
    const signal = allowed[pick % Math.max(allowed.length, 1)];
    if (!signal) continue;
    const order = planned(signal, fields, index);
    effects.push({ type: 'orderPlanned', order });
    orders.push(walkOrder(order, walk, effects, fills));
  }
  const ended = new Map(draft.signals.map((signal) => [signal.key, signal]));
  for (const [index, status] of draft.ends.entries()) {
    const signal = allowed[index];
    if (!signal) continue;
    const changed = { ...signal, status };
    ended.set(signal.key, changed);
    effects.push({ type: 'signalChanged', signal: changed });
  }
  effects.push(...draft.alerts.map((alert) => ({ type: 'alertRaised', alert }) as const));
  return { effects, signals: [...ended.values()], orders, fills };
}

function planned(signal: Signal, fields: ValueOf<typeof orderFields>, index: number): Order {
  return {
    ...fields,
    clientOrderId: clientOrderId(signal.key, `leg-${index}`),
    // Orders of one number are told apart by their ids.
    sequence: 1 + (index >> 1),
    strategyId: signal.strategyId,
    signalKey: signal.key,
    instrumentId: signal.instrumentId,
    status: 'INITIALIZED',
    brokerOrderId: null,
    filledQuantity: 0,
    averagePrice: null,
    statusReason: null,
    updatedTime: fields.createdTime,
  };
}

/** Lets the order live: only reports that its table knows, only fills that it has room for. */
function walkOrder(first: Order, walk: readonly Step[], effects: Effect[], fills: BookedFill[]): Order {
  let order = first;
  for (const [index, step] of walk.entries()) {
    const time = first.createdTime + index;
    if (step.kind === 'cancel') {
      effects.push({ type: 'cancelRequested', order, reason: 'test', time });
      continue;
    }
    if (step.kind === 'report') {
      const possible = Object.keys(TRANSITIONS[order.status]);
      const status = ORDER_STATUSES.find((each) => each === possible[step.pick % possible.length]);
      if (status === undefined || status === 'FILLED' || status === 'PARTIALLY_FILLED') continue;
      const { brokerOrderId, reason } = step;
      const update: OrderUpdate = { clientOrderId: order.clientOrderId, status, brokerOrderId, reason, time };
      order = transition(order, update).order;
      effects.push({ type: 'orderChanged', order, update });
      continue;
    }
    const quantity = Math.min(step.quantity, order.quantity - order.filledQuantity);
    if (quantity === 0) continue;
    const fill: BookedFill = {
      fillId: `${order.clientOrderId}/${index}`,
      clientOrderId: order.clientOrderId,
      instrumentId: order.instrumentId,
      side: order.side,
      quantity,
      price: step.price,
      time,
      chargesPaise: step.quantity,
      sequence: index + 1,
    };
    order = applyFill(order, fill);
    fills.push(fill);
    effects.push({ type: 'fillBooked', fill, order, position: positionAfter(order, fill) });
  }
  return order;
}

function positionAfter(order: Order, fill: BookedFill): Position {
  return {
    strategyId: order.strategyId,
    instrumentId: order.instrumentId,
    product: order.product,
    quantity: order.side === 'BUY' ? order.filledQuantity : -order.filledQuantity,
    averagePrice: order.averagePrice ?? 0,
    openedTime: fill.time,
    realisedPaise: 0,
    chargesPaise: fill.chargesPaise,
  };
}
