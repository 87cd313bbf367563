import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  BrokerGttId,
  BrokerOrderId,
  ClientOrderId,
  InstrumentId,
  SignalKey,
  StrategyId,
} from '../../../src/core/ids.ts';
import { gttLegs, gttRules, positions, trades } from '../../../src/db/schema/books.ts';
import { fills, orderEvents, orders, signals } from '../../../src/db/schema/decisions.ts';
import { brokerInstruments, candles, instruments, quotes } from '../../../src/db/schema/market-data.ts';
import { jobOutbox } from '../../../src/db/schema/messages.ts';
import { errorCode } from '../../../src/db/sql.ts';
import { type TestDatabase, testDatabase } from '../../support/test-database.ts';

const TIME = 1_763_700_000_000;
const names = { instrumentId: 'NSE:RELIANCE' as InstrumentId, strategyId: 'ema-5m' as StrategyId };
const id = 'abcdefghij012345' as ClientOrderId;
const key = 'ema-5m|NSE:RELIANCE|5m|1|ENTRY' as SignalKey;

const signal: typeof signals.$inferInsert = {
  ...{ ...names, key, timeframe: '5m', candleTime: TIME, kind: 'ENTRY', side: 'BUY', product: 'INTRADAY' },
  ...{ entryPrice: 100, quantity: 10, confidence: 50, reason: 'test', tags: [], provenance: 'live', mode: 'paper' },
  ...{ createdTime: TIME, expiresTime: TIME, status: 'ACTIVE' },
};
const order: typeof orders.$inferInsert = {
  ...{ ...names, clientOrderId: id, sequence: 1, signalKey: key, role: 'ENTRY', side: 'BUY', quantity: 10 },
  ...{ type: 'LIMIT', limitPrice: 100, product: 'INTRADAY', timeInForce: 'DAY', createdTime: TIME, notBefore: TIME },
  ...{ isHeld: false, amendments: 0 },
  ...{ status: 'INITIALIZED', filledQuantity: 0, updatedTime: TIME },
};
const fill: typeof fills.$inferInsert = {
  ...{ instrumentId: names.instrumentId, fillId: 'F-1', clientOrderId: id, side: 'BUY', quantity: 10, price: 100 },
  ...{ time: TIME, chargesPaise: 1, sequence: 2 },
};
const candle: typeof candles.$inferInsert = {
  ...{ instrumentId: names.instrumentId, timeframe: '1m', openTime: TIME, provenance: 'live', volume: 0 },
  ...{ open: 100, high: 101, low: 99, close: 100 },
};
const instrument: typeof instruments.$inferInsert = {
  ...{ id: names.instrumentId, exchange: 'NSE', symbol: 'RELIANCE', name: 'Reliance', kind: 'EQUITY' },
  ...{ tickSize: 0.05, lotSize: 1, hasDerivatives: true, updatedTime: TIME },
};
const trade: typeof trades.$inferInsert = {
  ...{ ...names, signalKey: key, side: 'LONG', quantity: 10, entryTime: TIME, entryPrice: 100, exitTime: TIME },
  ...{ exitPrice: 101, exitReason: 'target', grossPaise: 1000, chargesPaise: 100, netPaise: 900 },
};
const position: typeof positions.$inferInsert = {
  ...{ ...names, day: '2026-11-20', product: 'INTRADAY', quantity: -10, averagePrice: 100, openedTime: TIME },
  ...{ realisedPaise: 0, chargesPaise: 0, updatedTime: TIME },
};
const rule: typeof gttRules.$inferInsert = {
  ...{ ...names, clientGttId: id, kind: 'SINGLE', side: 'SELL', product: 'DELIVERY', isWithdrawn: false },
  ...{ createdTime: TIME, expires: TIME + 1 },
};
const leg: typeof gttLegs.$inferInsert = {
  ...{ clientGttId: id, name: 'SINGLE', quantity: 10, triggerPrice: 90, limitPrice: 89, status: 'ACTIVE' },
  ...{ brokerGttId: '4410021' as BrokerGttId, priorIds: [], updatedTime: TIME },
};
const event: typeof orderEvents.$inferInsert = {
  ...{ id: 'E-1', clientOrderId: id, status: 'ACCEPTED', time: TIME, moved: true, brokerOrderId: 'B' as BrokerOrderId },
};

let opened: TestDatabase;
beforeAll(async () => {
  opened = await testDatabase();
  const { orm } = opened.database;
  await orm.insert(instruments).values(instrument);
  await orm.insert(signals).values(signal);
  await orm.insert(orders).values(order);
  await orm.insert(fills).values(fill);
  await orm.insert(candles).values(candle);
  await orm.insert(trades).values(trade);
  await orm.insert(positions).values(position);
  await orm.insert(gttRules).values(rule);
  await orm.insert(gttLegs).values(leg);
  await orm.insert(orderEvents).values(event);
});
afterAll(() => opened.close());

/** The name of the constraint that refused the row. */
async function refusalOf(insert: PromiseLike<unknown>): Promise<string> {
  try {
    await insert;
    return 'taken';
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error;
    if (!(cause instanceof Error) || !/^23/.test(errorCode(cause) ?? '')) throw error;
    return 'constraint_name' in cause ? String(cause.constraint_name) : cause.message;
  }
}

const denial = { code: 'KILL_SWITCH_ON' } as const;
const option = { kind: 'OPTION', expiry: '2026-11-24', strike: 26_000, optionType: 'CE' } as const;

describe('the database refuses', () => {
  test.each<[string, Partial<typeof order>, string]>([
    ['an order of negative units', { quantity: -1 }, 'orders_quantity'],
    ['an order filled beyond its quantity', { filledQuantity: 11, averagePrice: 1 }, 'orders_quantity'],
    ['a full order that is not FILLED', { status: 'ACCEPTED', filledQuantity: 10, averagePrice: 1 }, 'orders_filled'],
    ['a FILLED order that is not full', { status: 'FILLED', filledQuantity: 9, averagePrice: 1 }, 'orders_filled'],
    ['a limit order without a limit', { limitPrice: null }, 'orders_limit_price'],
    ['a market order with a limit', { type: 'MARKET' }, 'orders_limit_price'],
    ['a stop order without a trigger', { type: 'STOP_LIMIT' }, 'orders_trigger_price'],
    ['a limit order with a trigger', { triggerPrice: 99 }, 'orders_trigger_price'],
    ['an average price before the first fill', { averagePrice: 100 }, 'orders_average_price'],
    ['a fill without an average price', { filledQuantity: 1 }, 'orders_average_price'],
    ['a price that is not positive', { limitPrice: 0 }, 'orders_prices'],
    ['an id of digits alone', { clientOrderId: '0123456789012345' as ClientOrderId }, 'orders_client_order_id'],
    ['an id with a colon', { clientOrderId: 'abcdefghij:12345' as ClientOrderId }, 'orders_client_order_id'],
    ['an order nobody signalled', { signalKey: 'none' as SignalKey }, 'orders_signal_key_signals_key_fk'],
    ['the same order twice', { clientOrderId: id }, 'orders_pkey'],
  ])('%s', async (_, change, constraint) => {
    const values = { ...order, clientOrderId: 'zzzzzzzzzz012345' as ClientOrderId, ...change };
    expect(await refusalOf(opened.database.orm.insert(orders).values(values))).toBe(constraint);
  });

  test.each<[string, Partial<typeof signal>, string]>([
    ['a denied signal without a reason', { status: 'DENIED' }, 'signals_denied'],
    ['an allowed signal with a reason', { denialCode: 'KILL_SWITCH_ON', denial }, 'signals_denied'],
    ['a denial that its code contradicts', { status: 'DENIED', denialCode: 'MAX_DRAWDOWN', denial }, 'signals_denial'],
    ['an allowed signal without units', { quantity: 0 }, 'signals_quantity'],
    ['a confidence above 100', { confidence: 100.5 }, 'signals_confidence'],
    ['a target that is not positive', { target: -1 }, 'signals_prices'],
    ['the same signal twice', { key }, 'signals_pkey'],
  ])('%s', async (_, change, constraint) => {
    const values = { ...signal, key: 'another' as SignalKey, ...change };
    expect(await refusalOf(opened.database.orm.insert(signals).values(values))).toBe(constraint);
  });

  test.each<[string, Partial<typeof fill>, string]>([
    ['the same fill twice', { fillId: 'F-1' }, 'fills_pkey'],
    ['a fill without units', { quantity: 0 }, 'fills_amounts'],
    [
      'a fill of no order',
      { clientOrderId: 'zzzzzzzzzz012345' as ClientOrderId },
      'fills_client_order_id_orders_client_order_id_fk',
    ],
  ])('%s', async (_, change, constraint) => {
    const values = { ...fill, fillId: 'F-2', ...change };
    expect(await refusalOf(opened.database.orm.insert(fills).values(values))).toBe(constraint);
  });

  test.each<[string, Partial<typeof candle>, string]>([
    ['a high below the open', { high: 99.5 }, 'candles_prices'],
    ['a low above the close', { low: 100.5, open: 101 }, 'candles_prices'],
    ['a price of nothing', { low: 0 }, 'candles_prices'],
    ['a negative volume', { volume: -1 }, 'candles_amounts'],
    ['the same candle twice', { openTime: TIME }, 'candles_pkey'],
  ])('a candle: %s', async (_, change, constraint) => {
    const values = { ...candle, openTime: TIME + 60_000, ...change };
    expect(await refusalOf(opened.database.orm.insert(candles).values(values))).toBe(constraint);
  });

  test.each<[string, Partial<typeof instrument>, string]>([
    ['an option without a strike', { ...option, strike: null }, 'instruments_option'],
    ['a share with an expiry', { expiry: '2026-11-24' }, 'instruments_derivative'],
    ['a lot of nothing', { lotSize: 0 }, 'instruments_sizes'],
  ])('%s', async (_, change, constraint) => {
    const values = { ...instrument, id: 'NSE:OTHER' as InstrumentId, ...change };
    expect(await refusalOf(opened.database.orm.insert(instruments).values(values))).toBe(constraint);
  });

  test('a trade whose net is not gross less charges, and the same trade twice', async () => {
    const { orm } = opened.database;
    const wrong = { ...trade, exitTime: TIME + 1, netPaise: 901 };
    expect(await refusalOf(orm.insert(trades).values(wrong))).toBe('trades_net');
    expect(await refusalOf(orm.insert(trades).values(trade))).toBe('trades_pkey');
    const backwards = { ...trade, exitTime: TIME - 1 };
    expect(await refusalOf(orm.insert(trades).values(backwards))).toBe('trades_times');
  });

  test('a flat position with a price or an opening time', async () => {
    const { orm } = opened.database;
    const flat = { ...position, day: '2026-11-21', quantity: 0 };
    expect(await refusalOf(orm.insert(positions).values(flat))).toBe('positions_average_price');
    expect(await refusalOf(orm.insert(positions).values({ ...flat, averagePrice: 0 }))).toBe('positions_flat');
  });

  test.each<[string, Partial<typeof leg>, string]>([
    ['a leg of no units', { quantity: 0 }, 'gtt_legs_amounts'],
    ['a leg at the broker without its id there', { brokerGttId: null }, 'gtt_legs_broker'],
    ['a leg in doubt that was never sent', { status: 'UNKNOWN' }, 'gtt_legs_submitted'],
    ['one rule of the broker for two legs', {}, 'gtt_legs_broker_gtt_id'],
    ['the same leg twice', { name: 'SINGLE', brokerGttId: '2' as BrokerGttId }, 'gtt_legs_pkey'],
    [
      'a leg of no rule',
      { clientGttId: 'zzzzzzzzzz012345' as ClientOrderId, brokerGttId: null, status: 'INITIALIZED' },
      'gtt_legs_client_gtt_id_gtt_rules_client_gtt_id_fk',
    ],
  ])('%s', async (_, changes, constraint) => {
    const row = { ...leg, name: 'TARGET' as const, ...changes };
    expect(await refusalOf(opened.database.orm.insert(gttLegs).values(row))).toBe(constraint);
  });

  test('a rule that expires before it is made', async () => {
    const other = { ...rule, clientGttId: 'zzzzzzzzzz012345' as ClientOrderId, expires: TIME };
    expect(await refusalOf(opened.database.orm.insert(gttRules).values(other))).toBe('gtt_rules_expires');
  });

  test('a report of a status that only fills bring, and the same report twice', async () => {
    const { sql, orm } = opened.database;
    const filled = sql`insert into order_events values ('E-2', ${id}, 'FILLED', null, null, ${TIME}, true)`;
    expect(await refusalOf(filled)).toBe('order_events_status');
    expect(await refusalOf(orm.insert(orderEvents).values(event))).toBe('order_events_pkey');
  });

  test('one token of a broker for two instruments, and the same job twice', async () => {
    const { orm } = opened.database;
    const other = { ...instrument, id: 'NSE:TCS' as InstrumentId };
    await orm.insert(instruments).values(other);
    const known = { broker: 'angel-one', segment: 'NSE', token: '2885', tradingSymbol: 'X-EQ', updatedTime: TIME };
    await orm.insert(brokerInstruments).values({ ...known, instrumentId: instrument.id });
    const second = orm.insert(brokerInstruments).values({ ...known, instrumentId: other.id });
    expect(await refusalOf(second)).toBe('broker_instruments_token');
    const job = { id: 'J-1', queue: 'orders', name: 'place', subject: id, priority: 1, notBefore: TIME } as const;
    await orm.insert(jobOutbox).values(job);
    expect(await refusalOf(orm.insert(jobOutbox).values(job))).toBe('job_outbox_pkey');
  });

  test('a quote without a price', async () => {
    const quote = { instrumentId: names.instrumentId, time: TIME, lastPrice: 0, volume: 0 };
    expect(await refusalOf(opened.database.orm.insert(quotes).values(quote))).toBe('quotes_prices');
  });
});
