import { describe, expect, it } from 'vitest';
import { idsOf, openTestDesk, orderOf, rowsOf } from '../support/angel-one-simulator.ts';

const BOOK = 'order/v1/getOrderBook';
const TRADES = 'order/v1/getTradeBook';
const PLACE = 'order/v1/placeOrder';
const MODIFY = 'order/v1/modifyOrder';
const CANCEL = 'order/v1/cancelOrder';

describe('the life of an order over the wire', () => {
  it('goes from the front office to the exchange, fills in parts and ends in books, funds and position', async () => {
    const { market, client, infy, stream, settle, simulator } = await openTestDesk({
      behaviours: { participationPercent: 50 },
    });
    expect((await client.get(BOOK)).body).toEqual({ status: true, message: 'SUCCESS', errorcode: '', data: null });
    const placed = await client.post(PLACE, orderOf(infy));
    expect(placed.status).toBe(200);
    expect(placed.data).toMatchObject({ script: 'INFY-EQ' });
    const { orderid, uniqueorderid } = idsOf(placed.data);
    expect(orderid).toMatch(/^261117\d{9}$/);
    expect(rowsOf((await client.get(BOOK)).data)).toMatchObject([
      { orderid, uniqueorderid, ordertag: 'b7k2m9q4x1c8v5n3', orderstatus: 'put order req received', quantity: '10' },
    ]);

    await settle();
    expect(stream.map(({ code }) => code)).toEqual(['AB09', 'AB01']);
    await market.print(infy, 1499.5, 8);
    const partial = (await client.get(`order/v1/details/${uniqueorderid}`)).data;
    expect(partial).toMatchObject({
      orderstatus: 'open',
      filledshares: '4',
      unfilledshares: '6',
      averageprice: 1499.5,
    });
    await market.print(infy, 1499, 40);
    expect(stream.map(({ code }) => code)).toEqual(['AB09', 'AB01', 'AB01', 'AB05']);
    expect(stream.at(-1)?.row).not.toHaveProperty('uniqueorderid');

    const trades = rowsOf((await client.get(TRADES)).data);
    expect(trades.map(({ fillsize, fillprice }) => [fillsize, fillprice])).toEqual([
      ['4', '1499.50'],
      ['6', '1499.00'],
    ]);
    expect(new Set(trades.map(({ fillid }) => fillid)).size).toBe(2);
    expect(rowsOf((await client.get('order/v1/getPosition')).data)).toMatchObject([
      { netqty: '10', producttype: 'INTRADAY', buyamount: '14992.00', unrealised: '-2.00' },
    ]);
    const used = (14992 * 0.2).toFixed(4);
    expect((await client.get('user/v1/getRMS')).data).toMatchObject({ utiliseddebits: used });
    expect(simulator.ledger.fills).toHaveLength(2);
    expect(simulator.ledger.ordersByTag).toEqual({ b7k2m9q4x1c8v5n3: 1 });
  });

  it('keeps its id through a change of price and quantity', async () => {
    const { market, client, infy, stream, settle } = await openTestDesk();
    const { orderid } = idsOf((await client.post(PLACE, orderOf(infy, { price: '1490' }))).data);
    await settle();
    const changed = await client.post(MODIFY, { ...orderOf(infy, { price: 1495, quantity: 12 }), orderid });
    expect(idsOf(changed.data).orderid).toBe(orderid);
    expect(stream.at(-1)).toMatchObject({ code: 'AB11', row: { orderstatus: 'modify pending' } });
    await settle();
    expect(stream.slice(-2).map(({ code }) => code)).toEqual(['AB04', 'AB01']);
    await market.print(infy, 1494);
    expect(stream.at(-1)).toMatchObject({
      code: 'AB05',
      row: { orderid, averageprice: 1494, filledshares: '12', price: 1495 },
    });
  });

  it('counts the quantity of a change as the total, or as what remains, by switch', async () => {
    for (const [modifyQuantity, total] of [
      ['total', '12'],
      ['remaining', '16'],
    ] as const) {
      const { market, client, infy, settle } = await openTestDesk({
        behaviours: { modifyQuantity, participationPercent: 50 },
      });
      const { orderid } = idsOf((await client.post(PLACE, orderOf(infy))).data);
      await settle();
      await market.print(infy, 1499, 8);
      await client.post(MODIFY, { ...orderOf(infy, { quantity: '12' }), orderid });
      await settle();
      expect(rowsOf((await client.get(BOOK)).data)[0]).toMatchObject({ quantity: total, filledshares: '4' });
    }
  });

  it('lets a fill win the race against a cancel, and never fills what was cancelled', async () => {
    const { market, client, infy, stream, settle, simulator } = await openTestDesk();
    const first = idsOf((await client.post(PLACE, orderOf(infy))).data).orderid;
    await settle();
    await client.post(CANCEL, { variety: 'NORMAL', orderid: first });
    await market.print(infy, 1499);
    await settle();
    expect(stream.at(-1)).toMatchObject({ code: 'AB05', row: { orderid: first } });
    expect(simulator.ledger.changes.map(({ result }) => result)).toEqual(['asked', 'too-late']);
    expect((await client.post(CANCEL, { variety: 'NORMAL', orderid: first })).body).toMatchObject({
      status: false,
      errorcode: 'AB1007',
    });

    const second = idsOf((await client.post(PLACE, orderOf(infy, { price: '1490' }))).data).orderid;
    await settle();
    await client.post(CANCEL, { variety: 'NORMAL', orderid: second });
    await settle();
    expect(stream.at(-1)).toMatchObject({
      code: 'AB02',
      row: { orderid: second, cancelsize: '10', unfilledshares: '0' },
    });
    await market.print(infy, 1400);
    expect(simulator.ledger.fills).toHaveLength(1);
  });

  it('holds a stop until its trigger, then works it as a limit order', async () => {
    const { market, client, infy, stream, settle } = await openTestDesk();
    const stop = orderOf(infy, {
      variety: 'STOPLOSS',
      ordertype: 'STOPLOSS_LIMIT',
      transactiontype: 'SELL',
      triggerprice: '1490',
      price: '1489',
    });
    const { orderid } = idsOf((await client.post(PLACE, stop)).data);
    await settle();
    expect(stream.at(-1)).toMatchObject({ code: 'AB10', row: { orderstatus: 'trigger pending' } });
    await client.post(MODIFY, { ...stop, orderid, triggerprice: '1492' });
    await settle();
    expect(stream.at(-1)).toMatchObject({ code: 'AB04', row: { status: 'modified', orderstatus: 'trigger pending' } });
    await market.print(infy, 1485);
    expect(stream.at(-1)).toMatchObject({ code: 'AB01', row: { orderstatus: 'open', filledshares: '0' } });
    await market.print(infy, 1490);
    expect(stream.at(-1)).toMatchObject({ code: 'AB05', row: { averageprice: 1490 } });
  });

  it('makes a limit order of a market order, refuses it, or leaves it, by switch', async () => {
    for (const [marketOrders, row] of [
      ['protect', { ordertype: 'LIMIT', price: 1507.5, orderstatus: 'open' }],
      ['refuse', { ordertype: 'MARKET', orderstatus: 'rejected' }],
      ['market', { ordertype: 'MARKET', price: 0, orderstatus: 'open' }],
    ] as const) {
      const { client, infy, settle } = await openTestDesk({ behaviours: { marketOrders } });
      await client.post(PLACE, orderOf(infy, { ordertype: 'MARKET', price: '0' }));
      await settle();
      expect(rowsOf((await client.get(BOOK)).data)).toMatchObject([row]);
    }
  });

  it('rejects afterwards, with the reason in text, what risk system or exchange will not have', async () => {
    const { client, infy, market, settle, stream } = await openTestDesk();
    const call = market.listing('NFO:NIFTY:2026-11-24:26000:CE');
    await market.print(call, 100);
    for (const [changes, text] of [
      [{ quantity: '100000', producttype: 'DELIVERY' }, /Insufficient funds/],
      [{ producttype: 'DELIVERY', transactiontype: 'SELL' }, /holdings/],
      [{ price: '1500.03' }, /tick size/],
      [{ price: '1900' }, /Limit Price Protection|circuit/],
      [{ variety: 'STOPLOSS', ordertype: 'STOPLOSS_LIMIT', triggerprice: '1400', price: '1401' }, /Trigger price/],
    ] as const) {
      expect((await client.post(PLACE, orderOf(infy, changes))).body).toMatchObject({ status: true });
      await settle();
      expect(stream.at(-1)).toMatchObject({ code: 'AB03', row: { orderstatus: 'rejected' } });
      expect(stream.at(-1)?.row.text).toMatch(text);
    }
    await client.post(PLACE, orderOf(call, { price: '100', quantity: '1875' }));
    await settle();
    expect(stream.at(-1)?.row.text).toMatch(/freeze/);
  });

  it('keeps an order of the night until the session opens, and cancels what the close leaves', async () => {
    const { market, client, infy, stream, settle } = await openTestDesk({
      start: Date.parse('2026-11-17T20:00:00+05:30'),
    });
    const { orderid } = idsOf((await client.post(PLACE, orderOf(infy, { price: '1450' }))).data);
    await settle();
    expect(stream.at(-1)).toMatchObject({ code: 'AB06', row: { variety: 'AMO' } });
    await market.reach(Date.parse('2026-11-18T09:15:01+05:30'));
    expect(stream.slice(-2).map(({ code }) => code)).toEqual(['AB09', 'AB01']);
    await market.reach(Date.parse('2026-11-18T15:30:01+05:30'));
    expect(stream.at(-1)).toMatchObject({ code: 'AB02', row: { orderid, orderstatus: 'cancelled' } });
  });

  it('closes intraday positions at its own time with an order that carries no tag', async () => {
    const { market, client, infy, settle, simulator } = await openTestDesk();
    await client.post(PLACE, orderOf(infy));
    await settle();
    await market.print(infy, 1499);
    await market.reach(Date.parse('2026-11-17T15:20:01+05:30'));
    await market.print(infy, 1498);
    expect(simulator.ledger.fills).toMatchObject([
      { side: 'BUY', tag: 'b7k2m9q4x1c8v5n3' },
      { side: 'SELL', tag: '', quantity: 10 },
    ]);
    expect(rowsOf((await client.get('order/v1/getPosition')).data)).toMatchObject([
      { netqty: '0', realised: '-10.00' },
    ]);
  });

  it('leaves delivery orders alone when it closes what is intraday', async () => {
    const { market, client, infy, settle } = await openTestDesk();
    await client.post(PLACE, orderOf(infy, { price: '1450', producttype: 'DELIVERY', ordertag: 'delivery' }));
    await client.post(PLACE, orderOf(infy, { price: '1450', ordertag: 'intraday' }));
    await settle();
    await market.reach(Date.parse('2026-11-17T15:20:01+05:30'));
    expect(rowsOf((await client.get(BOOK)).data).map(({ orderstatus }) => orderstatus)).toEqual(['open', 'cancelled']);
  });

  it('charges each trade, and blocks no margin twice for an order that is changed', async () => {
    const { market, client, infy, stream, settle } = await openTestDesk({ account: { fundsPaise: 20_000_00 } });
    const net = async (): Promise<number> => Number(((await client.get('user/v1/getRMS')).data as { net: string }).net);
    const delivery = orderOf(infy, { producttype: 'DELIVERY', price: '1490' });
    const { orderid } = idsOf((await client.post(PLACE, delivery)).data);
    await settle();
    expect(await net()).toBe(5_100);
    await client.post(MODIFY, { ...delivery, orderid, quantity: '14' });
    await settle();
    await client.post(MODIFY, { ...delivery, orderid, quantity: '13', price: '1495' });
    await settle();
    expect(stream.at(-1)?.row).toMatchObject({ quantity: '13', price: 1495, orderstatus: 'open' });
    await market.print(infy, 1495);
    expect(stream.at(-1)).toMatchObject({ code: 'AB05' });
    // 0.0333 % of the turnover, in paise, rounded down to what is there.
    expect(await net()).toBeCloseTo(20_000 - 1495 * 13 * 1.000333, 1);
  });

  it('refuses a change that the funds do not cover, and the order stays as it was', async () => {
    const { client, infy, stream, settle, simulator } = await openTestDesk({ account: { fundsPaise: 20_000_00 } });
    const delivery = orderOf(infy, { producttype: 'DELIVERY', price: '1490' });
    const { orderid } = idsOf((await client.post(PLACE, delivery)).data);
    await settle();
    await client.post(MODIFY, { ...delivery, orderid, quantity: '14' });
    await settle();
    expect(simulator.ledger.changes.map(({ result }) => result)).toEqual(['asked', 'refused']);
    const [row] = rowsOf((await client.get(BOOK)).data);
    expect(row).toMatchObject({ quantity: '10', status: 'open', orderstatus: 'open' });
    expect(row?.text).toMatch(/Insufficient funds/);
    expect(stream.slice(-2).map(({ code }) => code)).toEqual(['AB11', 'AB01']);
  });

  it('leaves the whole of a print to others once an order is cancelled', async () => {
    const { market, client, infy, settle, simulator } = await openTestDesk({
      behaviours: { participationPercent: 50 },
    });
    const first = idsOf((await client.post(PLACE, orderOf(infy))).data).orderid;
    await client.post(PLACE, orderOf(infy, { ordertag: 'second' }));
    await settle();
    await client.post(CANCEL, { variety: 'NORMAL', orderid: first });
    await settle();
    await market.print(infy, 1499, 20);
    expect(simulator.ledger.fills).toMatchObject([{ tag: 'second', quantity: 10 }]);
  });

  it('gives an immediate-or-cancel order one print', async () => {
    const { market, client, infy, stream, settle } = await openTestDesk({ behaviours: { participationPercent: 50 } });
    await client.post(PLACE, orderOf(infy, { duration: 'IOC' }));
    await settle();
    await market.print(infy, 1499, 8);
    expect(stream.at(-1)).toMatchObject({ code: 'AB02', row: { filledshares: '4', cancelsize: '6' } });
  });

  it('places twice what is sent twice, and the ledger says so', async () => {
    const { client, infy, simulator } = await openTestDesk();
    await client.post(PLACE, orderOf(infy));
    await client.post(PLACE, orderOf(infy));
    expect(simulator.ledger.doubledTags).toEqual(['b7k2m9q4x1c8v5n3']);
    const report = await (await fetch(`${simulator.control}/ledger`)).json();
    expect(report).toMatchObject({ doubledTags: ['b7k2m9q4x1c8v5n3'], calls: { placeOrder: { done: 2 } } });
  });
});

describe('what the front office refuses at once', () => {
  it.each([
    [{ variety: 'BRACKET' }, 'AB1008'],
    [{ variety: 'ROBO' }, 'AB2002'],
    [{ variety: 'STOPLOSS' }, 'AB1008'],
    [{ ordertype: 'STOPLOSS_LIMIT', triggerprice: '1501' }, 'AB1008'],
    [{ producttype: 'CARRYFORWARD' }, 'AB1012'],
    [{ producttype: undefined }, 'AB1012'],
    [{ symboltoken: '999999' }, 'AB1018'],
    [{ tradingsymbol: 'INFY' }, 'AB1009'],
    [{ ordertag: '12345678901234567890' }, 'AB4008'],
    [{ quantity: '0' }, 'AB1007'],
    [{ quantity: '1.5' }, 'AB1007'],
    [{ quantity: undefined }, 'AB1007'],
    [{ price: '0' }, 'AB1007'],
    [{ transactiontype: 'HOLD' }, 'AB1007'],
    [{ duration: 'GTC' }, 'AB1007'],
  ])('answers %j with %s', async (changes, errorcode) => {
    const { client, infy, simulator } = await openTestDesk();
    const reply = await client.post(PLACE, orderOf(infy, changes));
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ status: false, errorcode, data: null });
    expect(simulator.ledger.orders).toHaveLength(0);
  });

  it('refuses a broken lot, a wrong variety of a change, and a body that is no JSON', async () => {
    const { market, client, infy, settle } = await openTestDesk();
    const call = market.listing('NFO:NIFTY:2026-11-24:26000:CE');
    expect((await client.post(PLACE, orderOf(call, { price: '100', quantity: '80' }))).body).toMatchObject({
      errorcode: 'AB1007',
    });
    const { orderid, uniqueorderid } = idsOf((await client.post(PLACE, orderOf(infy, { price: '1490' }))).data);
    await settle();
    expect((await client.post(CANCEL, { variety: 'STOPLOSS', orderid })).body).toMatchObject({ errorcode: 'AB1008' });
    expect((await client.post(CANCEL, { variety: 'NORMAL', orderid: '1' })).body).toMatchObject({
      errorcode: 'AB1013',
    });
    expect((await client.get(`order/v1/details/${orderid}`)).body).toMatchObject({ errorcode: 'AB1007' });
    expect((await client.get(`order/v1/details/${uniqueorderid}`)).data).toMatchObject({ orderid });
    const broken = await client.post(PLACE, '{"variety":');
    expect([broken.status, broken.body.errorcode]).toEqual([400, 'AB1004']);
  });
});
