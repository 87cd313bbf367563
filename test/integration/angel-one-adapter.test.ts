import { generateSync } from 'otplib';
import { describe, expect, it, vi } from 'vitest';
import * as gtt from '../../src/brokers/angel-one/rest/gtt-calls.ts';
import * as market from '../../src/brokers/angel-one/rest/market-calls.ts';
import * as orders from '../../src/brokers/angel-one/rest/order-calls.ts';
import * as portfolio from '../../src/brokers/angel-one/rest/portfolio-calls.ts';
import type { BrokerOrderId, ClientOrderId, InstrumentId } from '../../src/core/ids.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import type { BookedOrder } from '../../src/ports/broker.ts';
import { doneOf, openTestAdapter, type TestAdapter } from '../support/angel-one-adapter.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { INFY, orderOf } from '../support/angel-one-simulator.ts';
import { buildOrder } from '../support/build-order.ts';

vi.setConfig({ testTimeout: 6_000 });

const BUY = buildOrder({
  ...{ clientOrderId: 'b7k2m9q4x1c8v5n3' as ClientOrderId, instrumentId: INFY.id, type: 'LIMIT', limitPrice: 1500 },
});

async function booked({ broker }: TestAdapter): Promise<readonly BookedOrder[]> {
  return doneOf(await broker.orders()).orders;
}

describe('orders at Angel One', () => {
  it('are placed, found by their tag, filled and cancelled', async () => {
    const adapter = await openTestAdapter();
    const broker = adapter.angel.broker(adapter.book);
    const { brokerOrderId } = doneOf(await broker.place({ ...BUY, limitPrice: 1490 }));
    await adapter.settle();
    expect(await booked(adapter)).toMatchObject([
      { update: { clientOrderId: BUY.clientOrderId, status: 'ACCEPTED', brokerOrderId }, fills: [] },
    ]);
    await adapter.market.print(adapter.infy, 1485);
    await adapter.settle();
    const [filled] = await booked(adapter);
    expect(filled?.fills).toMatchObject([{ quantity: 10, instrumentId: INFY.id, side: 'BUY' }]);
    expect(filled?.fills[0]?.price).toBeLessThanOrEqual(1490);

    const second = { ...BUY, clientOrderId: 'c7k2m9q4x1c8v5n3' as ClientOrderId, limitPrice: 1400 };
    const placed = doneOf(await broker.place(second));
    await adapter.settle();
    expect((await broker.cancel({ ...second, brokerOrderId: placed.brokerOrderId })).kind).toBe('done');
    await adapter.settle();
    const ended = (await booked(adapter)).find(({ update }) => update.clientOrderId === second.clientOrderId);
    expect(ended?.update.status).toBe('CANCELED');
  });

  it('of every type reach the book', async () => {
    const adapter = await openTestAdapter();
    const broker = adapter.angel.broker(adapter.book);
    const types = [
      { type: 'LIMIT', limitPrice: 1400, triggerPrice: null },
      { type: 'STOP_LIMIT', limitPrice: 1560, triggerPrice: 1550 },
      { type: 'STOP_MARKET', limitPrice: null, triggerPrice: 1550 },
      { type: 'MARKET', limitPrice: null, triggerPrice: null },
    ] as const;
    for (const [at, each] of types.entries()) {
      const id = `t${at}k2m9q4x1c8v5n3` as ClientOrderId;
      doneOf(await broker.place({ ...BUY, ...each, clientOrderId: id.padEnd(16, 'x') as ClientOrderId }));
    }
    await adapter.settle();
    expect((await booked(adapter)).map(({ update }) => update.status)).not.toContain('REJECTED');
    expect(adapter.simulator.ledger.orders).toHaveLength(types.length);
  });

  it('whose answer is lost are unknown, and the book tells the truth', async () => {
    const kinds = [
      ['drop-before', 0],
      ['drop-after', 1],
      ['gateway-after', 1],
      ['empty-after', 1],
      ['something-wrong-after', 1],
      ['cut-answer', 1],
      ['throttle', 0],
      ['html', 0],
    ] as const;
    for (const [kind, truly] of kinds) {
      const adapter = await openTestAdapter();
      doneOf(await adapter.angel.broker(adapter.book).orders());
      adapter.simulator.arm({ kind, on: ['placeOrder'], count: 1 });
      const outcome = await adapter.angel.broker(adapter.book).place(BUY);
      expect(outcome.kind, kind).toBe('unknown');
      await adapter.settle();
      expect(await booked(adapter), kind).toHaveLength(truly);
      expect(adapter.simulator.ledger.orders, kind).toHaveLength(truly);
    }
  });

  it('of others are not ours', async () => {
    const adapter = await openTestAdapter();
    await adapter.client.login(
      generateSync({ secret: TEST_ACCOUNT.totpSecret, epoch: adapter.market.clock.now() / 1_000 }),
    );
    await adapter.client.post('order/v1/placeOrder', orderOf(adapter.infy, { ordertag: 'by hand' }));
    await adapter.settle();
    expect(await booked(adapter)).toEqual([]);
  });

  it('are refused in the broker’s words', async () => {
    const adapter = await openTestAdapter();
    const broker = adapter.angel.broker(adapter.book);
    const ghost = { ...BUY, brokerOrderId: '999999999999999' as BrokerOrderId };
    expect(await broker.cancel(ghost)).toMatchObject({ kind: 'refused', code: expect.stringMatching(/^AB10/) });
    const unknown = { ...BUY, instrumentId: 'NSE:NOSUCH' as InstrumentId };
    expect(await broker.place(unknown)).toMatchObject({ kind: 'refused', code: 'NOT_LISTED' });
  });
});

describe('what the account may not do', () => {
  it.each([
    ['a wrong MPIN', { mpin: '0000' }],
    ['a wrong client code', { clientCode: 'NOBODY' }],
    ['a wrong API key', { apiKey: 'wrong-key' }],
    ['a wrong TOTP secret', { totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ' }],
  ])('%s stops everything with one clear line and no storm', async (_, wrong) => {
    const adapter = await openTestAdapter({}, wrong);
    // Waiting for the next code is what the hand clock would wait for in vain.
    const asked = Promise.all(Array.from({ length: 20 }, () => adapter.angel.broker(adapter.book).orders()));
    for (let i = 0; i < 4; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      await adapter.market.reach(adapter.market.clock.now() + 31_000);
    }
    for (const outcome of await asked) expect(outcome.kind).toBe('session');
    expect(adapter.halts).toHaveLength(1);
    expect(adapter.halts[0]).toMatch(/ANGEL_|Angel One refused the login/);
    const calls = adapter.simulator.ledger.report();
    expect(JSON.stringify(calls)).not.toContain(TEST_ACCOUNT.totpSecret);
  });

  it('an address that is not registered stops trading, not reading', async () => {
    const adapter = await openTestAdapter({ account: { registeredIps: ['203.0.113.7'] } });
    const broker = adapter.angel.broker(adapter.book);
    for (let i = 0; i < 3; i += 1) expect(await broker.place(BUY)).toMatchObject({ kind: 'refused', code: 'AG7002' });
    expect(adapter.halts).toHaveLength(1);
    expect(adapter.halts[0]).toContain('register its public IP');
    expect(await booked(adapter)).toEqual([]);
  });
});

describe('a session that expires', () => {
  it('is renewed for what is read', async () => {
    const adapter = await openTestAdapter();
    expect(await booked(adapter)).toEqual([]);
    adapter.simulator.arm({ kind: 'token-expired', count: 1 });
    const asked = booked(adapter);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await adapter.market.reach(adapter.market.clock.now() + 31_000);
    expect(await asked).toEqual([]);
  });
});

describe('past candles', () => {
  it('come closed, in order, and only those asked for', async () => {
    const adapter = await openTestAdapter();
    const open = adapter.market.clock.now();
    for (let minute = 0; minute < 3; minute += 1) {
      await adapter.market.reach(open + minute * MINUTE_MS + 1_000);
      await adapter.market.print(adapter.infy, 1500 + minute);
    }
    const history = adapter.angel.history(adapter.book);
    const query = { instrumentId: INFY.id, timeframe: '1m', from: open, to: open + HOUR_MS } as const;
    const parts = history.split(query);
    expect(parts).toHaveLength(1);
    const candles = doneOf(await history.fetch(parts[0] ?? query));
    expect(candles.map(({ openTime, close }) => [(openTime - open) / MINUTE_MS, close])).toEqual([
      [0, 1500],
      [1, 1501],
    ]);
    expect(candles.every(({ provenance }) => provenance === 'backfill')).toBe(true);
  });
});

describe('every other call', () => {
  it('is answered in a shape we read', async () => {
    const adapter = await openTestAdapter();
    const { client } = adapter.angel;
    const { infy } = adapter;
    const named = { exchange: infy.segment, tradingSymbol: infy.tradingSymbol, token: infy.token };
    expect(doneOf(await portfolio.profile(client))).toMatchObject({ clientcode: TEST_ACCOUNT.clientCode });
    expect(doneOf(await portfolio.funds(client)).net).toBeGreaterThan(0);
    expect(doneOf(await portfolio.holdings(client))).toEqual({ rows: [], unread: [] });
    doneOf(await portfolio.allHoldings(client));
    doneOf(await portfolio.positions(client));
    expect(doneOf(await market.lastPrice(client, named)).ltp).toBe(1500);
    const quoted = doneOf(await market.quotes(client, 'FULL', [named, { exchange: 'NSE', token: '1' }]));
    expect(quoted.fetched).toMatchObject([{ token: infy.token, lastPrice: 1500 }]);
    expect(quoted.unfetched).toHaveLength(1);
    expect(doneOf(await market.searchScrip(client, 'NSE', 'INFY'))).not.toEqual([]);
    doneOf(await market.putCallRatios(client));
    doneOf(await market.gainersLosers(client, 'PercOIGainers', 'NEAR'));
    doneOf(await market.openInterestBuildUp(client, 'Long Built Up', 'NEAR'));
    doneOf(await market.optionGreeks(client, 'NIFTY', '24NOV2026'));
    const hour = { from: adapter.market.clock.now() - HOUR_MS, to: adapter.market.clock.now() };
    doneOf(await market.openInterest(client, { ...named, ...hour, interval: 'FIVE_MINUTE' }));
    const leg = { exchange: 'NSE', token: infy.token, productType: 'INTRADAY', tradeType: 'BUY', qty: 10, price: 1500 };
    expect(doneOf(await portfolio.margin(client, [{ ...leg, tradeType: 'BUY' }])).totalMarginRequired).toBeGreaterThan(
      0,
    );
    const charged: portfolio.ChargedOrder = {
      product_type: 'INTRADAY',
      transaction_type: 'BUY',
      quantity: '10',
      price: '1500',
      exchange: 'NSE',
      symbol_name: 'INFY',
      token: infy.token,
    };
    expect(doneOf(await portfolio.estimateCharges(client, [charged])).tradeValue).toBe(15_000);
    const conversion: Parameters<typeof portfolio.convertPosition>[1] = {
      exchange: infy.segment,
      symboltoken: infy.token,
      tradingsymbol: infy.tradingSymbol,
      oldproducttype: 'INTRADAY',
      newproducttype: 'DELIVERY',
      transactiontype: 'BUY',
      quantity: 10,
    };
    expect((await portfolio.convertPosition(client, conversion)).kind, 'there is no position to convert').toBe(
      'refused',
    );
    const modified = doneOf(await adapter.angel.broker(adapter.book).place({ ...BUY, limitPrice: 1400 }));
    await adapter.settle();
    const change: Parameters<typeof orders.modifyOrder>[1] = {
      variety: 'NORMAL',
      orderid: modified.brokerOrderId,
      ordertype: 'LIMIT',
      producttype: 'INTRADAY',
      duration: 'DAY',
      price: '1410',
      triggerprice: '0',
      quantity: '12',
      tradingsymbol: infy.tradingSymbol,
      symboltoken: infy.token,
      exchange: infy.segment,
    };
    doneOf(await orders.modifyOrder(client, change, 'modify'));
    await adapter.settle();
    const [row] = doneOf(await orders.orderBook(client)).rows;
    expect(row).toMatchObject({ quantity: 12 });
    expect(doneOf(await orders.orderDetails(client, row?.uniqueorderid ?? ''))).toMatchObject({ quantity: 12 });
  });

  it('takes a rule through its life', async () => {
    const adapter = await openTestAdapter();
    const { client } = adapter.angel;
    const { tradingSymbol: tradingsymbol, token: symboltoken, segment: exchange } = adapter.infy;
    const body = { tradingsymbol, symboltoken, exchange, transactiontype: 'BUY', producttype: 'DELIVERY' } as const;
    const prices = { price: '1480', qty: '5', triggerprice: '1482' };
    const { id } = doneOf(await gtt.createRule(client, { ...body, ...prices, timeperiod: '90' }));
    doneOf(await gtt.modifyRule(client, { id, symboltoken, exchange, ...prices, qty: '6' }));
    expect(doneOf(await gtt.ruleDetails(client, id))).toMatchObject({ id, qty: 6, triggerprice: 1482 });
    expect(doneOf(await gtt.ruleList(client, ['NEW', 'ACTIVE'])).rows).toHaveLength(1);
    doneOf(await gtt.cancelRule(client, { id, symboltoken, exchange }));
    expect(doneOf(await gtt.ruleList(client, ['NEW', 'ACTIVE']))).toEqual({ rows: [], unread: [] });
  });
});
