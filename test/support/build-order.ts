import type { Fill } from '../../src/core/fill.ts';
import type { BrokerOrderId, ClientOrderId, InstrumentId, SignalKey, StrategyId } from '../../src/core/ids.ts';
import type { Order, OrderUpdate } from '../../src/core/order.ts';
import type { Signal } from '../../src/core/signal.ts';
import { ist } from './fixed-calendar.ts';

const DAY = '2026-07-30';
const STRATEGY = 'test-strategy' as StrategyId;
const INSTRUMENT = 'NSE:RELIANCE' as InstrumentId;
const KEY = 'test-strategy|NSE:RELIANCE|1m|1785383100000|ENTRY' as SignalKey;

/** A market entry for ten shares, planned at 10:00 on a Thursday. */
export function buildOrder(changes: Partial<Order> = {}): Order {
  const createdTime = changes.createdTime ?? ist(DAY, '10:00');
  return {
    clientOrderId: 'testorder0000001' as ClientOrderId,
    sequence: 1,
    strategyId: STRATEGY,
    signalKey: KEY,
    instrumentId: INSTRUMENT,
    role: 'ENTRY',
    side: 'BUY',
    quantity: 10,
    type: 'MARKET',
    limitPrice: null,
    triggerPrice: null,
    product: 'INTRADAY',
    timeInForce: 'DAY',
    ocoGroup: null,
    createdTime,
    notBefore: createdTime,
    deadline: null,
    isHeld: false,
    amendments: 0,
    reprices: null,
    pricedTime: null,
    status: 'INITIALIZED',
    brokerOrderId: null,
    filledQuantity: 0,
    averagePrice: null,
    statusReason: null,
    updatedTime: createdTime,
    ...changes,
  };
}

export function buildUpdate(
  order: Order,
  status: OrderUpdate['status'],
  changes: Partial<OrderUpdate> = {},
): OrderUpdate {
  return {
    clientOrderId: order.clientOrderId,
    status,
    brokerOrderId: null,
    reason: null,
    time: order.updatedTime + 1,
    ...changes,
  };
}

export function buildFill(order: Order, changes: Partial<Fill> = {}): Fill {
  return {
    fillId: `${order.clientOrderId}-1`,
    clientOrderId: order.clientOrderId,
    instrumentId: order.instrumentId,
    side: order.side,
    quantity: order.quantity,
    price: 100,
    time: order.createdTime + 1,
    ...changes,
  };
}

/** An allowed entry for ten shares at 100. */
export function buildSignal(changes: Partial<Signal> = {}): Signal {
  return {
    key: KEY,
    strategyId: STRATEGY,
    instrumentId: INSTRUMENT,
    timeframe: '1m',
    candleTime: ist(DAY, '09:59'),
    kind: 'ENTRY',
    side: 'BUY',
    optionType: null,
    product: 'INTRADAY',
    entryPrice: 100,
    target: null,
    stopLoss: null,
    trail: null,
    quantity: 10,
    confidence: 50,
    reason: 'test',
    notes: null,
    tags: [],
    provenance: 'import',
    createdTime: ist(DAY, '10:00'),
    expiresTime: ist(DAY, '10:01'),
    status: 'ACTIVE',
    verdict: { kind: 'ALLOWED' },
    ...changes,
  };
}

export function brokerId(text: string): BrokerOrderId {
  return text as BrokerOrderId;
}
