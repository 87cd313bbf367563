import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { CALL, INFY, idsOf, MORNING, NIFTY, openTestDesk, orderOf, rowsOf } from '../support/angel-one-simulator.ts';
import { ist, testInstrument } from '../support/fixed-calendar.ts';

const FUTURE = testInstrument('NFO:NIFTY:2026-11-24:FUT', {
  exchange: 'NFO',
  symbol: 'NIFTY',
  kind: 'FUTURE',
  lotSize: 75,
  expiry: '2026-11-24',
  underlying: NIFTY.id,
});
const HELD = { segment: 'NSE', quantity: 30, averagePrice: 1400 };

describe('market data over REST', () => {
  it('quotes up to fifty tokens in three modes, and lists what it could not fetch', async () => {
    const { client, infy } = await openTestDesk();
    const ask = (mode: string, tokens: readonly string[]) =>
      client.post('market/v1/quote/', { mode, exchangeTokens: { NSE: tokens } });
    const ltp = await ask('LTP', [infy.token, '', '999999']);
    expect(ltp.data).toEqual({
      fetched: [{ exchange: 'NSE', tradingSymbol: 'INFY-EQ', symbolToken: infy.token, ltp: 1500 }],
      unfetched: [
        { exchange: 'NSE', symbolToken: '', message: expect.any(String), errorCode: 'AB4018' },
        { exchange: 'NSE', symbolToken: '999999', message: expect.any(String), errorCode: 'AB1018' },
      ],
    });
    const full = (await ask('FULL', [infy.token])).data as { fetched: Record<string, unknown>[] };
    expect(full.fetched[0]).toMatchObject({ open: 1500, tradeVolume: 100, exchFeedTime: '17-Nov-2026 10:00:00' });
    const depth = full.fetched[0]?.depth as { buy: { price: number }[]; sell: { price: number }[] };
    expect([depth.buy.length, depth.sell.length]).toEqual([5, 5]);
    expect(depth.buy[0]?.price).toBeLessThan(depth.sell[0]?.price ?? 0);
    const none = await ask('LTP', ['999999']);
    expect(none.body).toMatchObject({ success: true, errorCode: '' });
    const tooMany = await ask(
      'LTP',
      Array.from({ length: 51 }, (_, index) => String(index)),
    );
    expect(tooMany.body).toMatchObject({ status: false, errorcode: 'AB1004' });
  });

  it('gives a last price, finds symbols, and switches the type of numbers', async () => {
    const { client, infy, simulator } = await openTestDesk();
    const body = { exchange: 'NSE', tradingsymbol: 'INFY-EQ', symboltoken: infy.token };
    expect((await client.post('order/v1/getLtpData', body)).data).toMatchObject({ ltp: 1500, symboltoken: infy.token });
    simulator.switches.current = { ...simulator.switches.current, numbers: 'strings' };
    expect((await client.post('order/v1/getLtpData', body)).data).toMatchObject({ ltp: '1500' });
    expect((await client.post('order/v1/searchScrip', { exchange: 'NSE', searchscrip: 'inf' })).data).toEqual([body]);
  });
});

describe('candles over REST', () => {
  it('speak IST on both sides, oldest first, the forming one last, an index without volume', async () => {
    const { client, market, infy } = await openTestDesk({ start: ist('2026-11-17', '09:59') });
    const index = market.listing('NSE:NIFTY 50');
    for (let minute = 0; minute < 3; minute++) {
      await market.print(infy, 1501 + minute, 10);
      await market.print(index, 26000 + minute);
      await market.reach(market.clock.now() + 60_000);
    }
    await market.print(infy, 1510, 7);
    const ask = (token: string, changes: object = {}) =>
      client.post('historical/v1/getCandleData', {
        exchange: 'NSE',
        symboltoken: token,
        interval: 'ONE_MINUTE',
        fromdate: '2026-11-17 09:15',
        todate: '2026-11-17 15:30',
        ...changes,
      });
    expect((await ask(infy.token)).data).toEqual([
      ['2026-11-17T09:59:00+05:30', 1500, 1501, 1500, 1501, 110],
      ['2026-11-17T10:00:00+05:30', 1502, 1502, 1502, 1502, 10],
      ['2026-11-17T10:01:00+05:30', 1503, 1503, 1503, 1503, 10],
      ['2026-11-17T10:02:00+05:30', 1510, 1510, 1510, 1510, 7],
    ]);
    expect(rowsOf((await ask(index.token)).data).map((row) => Object.values(row)[5])).toEqual([0, 0, 0]);
    expect((await ask(infy.token, { interval: 'ONE_DAY' })).data).toMatchObject([
      ['2026-11-17T00:00:00+05:30', 1500, 1510, 1500, 1510, 137],
    ]);
    expect((await ask(infy.token, { todate: '2026-11-17 10:00' })).data).toHaveLength(2);
    expect((await ask(infy.token, { fromdate: '2026-11-16 09:15', todate: '2026-11-16 15:30' })).data).toEqual([]);
    for (const changes of [
      { fromdate: '2026-11-17 15:30', todate: '2026-11-17 09:15' },
      { fromdate: '2026-10-01 09:15' },
      { interval: 'ONE_WEEK' },
      { symboltoken: '999999' },
      { fromdate: '17-11-2026' },
    ]) {
      expect((await ask(infy.token, changes)).body).toMatchObject({ status: false, errorcode: 'AB1004' });
    }
  });

  it('give open interest for contracts and none for shares', async () => {
    const { client, market, infy } = await openTestDesk();
    const call = market.listing(CALL.id);
    await market.print(call, 100);
    const ask = (exchange: string, symboltoken: string) =>
      client.post('historical/v1/getOIData', {
        exchange,
        symboltoken,
        interval: 'FIVE_MINUTE',
        fromdate: '2026-11-17 09:15',
        todate: '2026-11-17 10:00',
      });
    expect((await ask('NFO', call.token)).data).toEqual([{ time: '2026-11-17T10:00:00+05:30', oi: 1000 }]);
    expect((await ask('NSE', infy.token)).data).toEqual([]);
  });
});

describe('GTT rules', () => {
  const rule = (token: string, changes: object = {}) => ({
    tradingsymbol: 'INFY-EQ',
    symboltoken: token,
    exchange: 'NSE',
    transactiontype: 'BUY',
    producttype: 'DELIVERY',
    price: '1481',
    qty: '5',
    triggerprice: '1480',
    disclosedqty: '0',
    timeperiod: '90',
    ...changes,
  });

  it('fire once into a limit order without a tag', async () => {
    const { client, infy, market, settle, simulator } = await openTestDesk();
    const { id } = (await client.post('gtt/v1/createRule', rule(infy.token))).data as { id: string };
    const details = async () => (await client.post('gtt/v1/ruleDetails', { id })).data;
    expect(await details()).toMatchObject({ id, status: 'NEW', clientid: 'T1000', qty: '5' });
    await market.print(infy, 1481);
    expect(await details()).toMatchObject({ status: 'ACTIVE' });
    await market.print(infy, 1480);
    await market.print(infy, 1479);
    expect(await details()).toMatchObject({ status: 'SENTTOEXCHANGE' });
    await settle();
    await market.print(infy, 1479);
    expect(simulator.ledger.fills).toMatchObject([{ tag: '', quantity: 5, price: 1479, product: 'DELIVERY' }]);
    expect(simulator.ledger.rules.map(({ deed }) => deed)).toEqual(['created', 'triggered']);
    expect(
      (await client.post('gtt/v1/cancelRule', { id, symboltoken: infy.token, exchange: 'NSE' })).body,
    ).toMatchObject({ errorcode: 'AB9013' });
  });

  it('wait for a rise when the trigger lies above the price', async () => {
    const { client, infy, market, simulator } = await openTestDesk();
    await client.post('gtt/v1/createRule', rule(infy.token, { triggerprice: '1520', price: '1521' }));
    await market.print(infy, 1519);
    expect(simulator.ledger.orders).toHaveLength(0);
    await market.print(infy, 1520);
    expect(simulator.ledger.orders).toMatchObject([{ price: 1521, side: 'BUY' }]);
  });

  it('are listed by status and page, changed and cancelled', async () => {
    const { client, infy, market, simulator } = await openTestDesk();
    const ids: string[] = [];
    for (let at = 0; at < 3; at++) {
      ids.push(((await client.post('gtt/v1/createRule', rule(infy.token))).data as { id: string }).id);
    }
    const base = { id: ids[0], symboltoken: infy.token, exchange: 'NSE' };
    await client.post('gtt/v1/cancelRule', base);
    await client.post('gtt/v1/modifyRule', { ...rule(infy.token, { triggerprice: '1470' }), id: ids[1] });
    const list = async (body: object) => rowsOf((await client.post('gtt/v1/ruleList', body)).data).map(({ id }) => id);
    expect(await list({ status: ['NEW', 'ACTIVE'], page: 1, count: 10 })).toEqual([ids[1], ids[2]]);
    expect(await list({ status: ['CANCELLED'], page: 1, count: 10 })).toEqual([ids[0]]);
    expect(await list({ status: ['FORALL'], page: 2, count: 2 })).toEqual([ids[2]]);
    await market.print(infy, 1475);
    expect(simulator.ledger.rules.filter(({ deed }) => deed === 'triggered').map(({ ruleId }) => ruleId)).toEqual([
      ids[2],
    ]);
    for (const [body, errorcode] of [
      [{ status: [], page: 1, count: 10 }, 'AB9004'],
      [{ status: ['OPEN'], page: 1, count: 10 }, 'AB9001'],
      [{ status: ['NEW'], page: 0, count: 10 }, 'AB9017'],
      [{ status: ['NEW'], page: 1, count: 0 }, 'AB9018'],
      [{ status: ['FORALL'], page: 1, count: 500 }, 'AB1004'],
    ] as const) {
      expect((await client.post('gtt/v1/ruleList', body)).body).toMatchObject({ errorcode });
    }
  });

  it.each([
    [{ qty: '0' }, 'AB9006'],
    [{ disclosedqty: '6' }, 'AB9007'],
    [{ price: '0' }, 'AB9008'],
    [{ triggerprice: '' }, 'AB9009'],
    [{ exchange: 'NFO' }, 'AB9010'],
    [{ symboltoken: '999999' }, 'AB9011'],
    [{ tradingsymbol: 'INFY' }, 'AB9012'],
    [{ transactiontype: 'HOLD' }, 'AB9014'],
    [{ producttype: 'INTRADAY' }, 'AB9015'],
    [{ timeperiod: '400' }, 'AB9016'],
  ])('with %j are refused as %s', async (changes, errorcode) => {
    const { client, infy } = await openTestDesk();
    expect((await client.post('gtt/v1/createRule', rule(infy.token, changes))).body).toMatchObject({ errorcode });
  });

  it('are not found under the old prefix', async () => {
    const { client, infy } = await openTestDesk();
    const path = '/gtt-service/rest/secure/angelbroking/gtt/v1/createRule';
    const reply = await client.send('POST', path, rule(infy.token));
    expect([reply.status, reply.body]).toEqual([404, { message: 'no Route matched with those values' }]);
  });
});

describe('the portfolio', () => {
  it('shows holdings with their totals, sells them, and refuses to sell more', async () => {
    const first = await openTestDesk();
    const holdings = [{ ...HELD, token: first.infy.token }];
    const { client, infy, market, settle, simulator } = await openTestDesk({ account: { holdings } });
    expect((await client.get('portfolio/v1/getAllHolding')).data).toMatchObject({
      holdings: [{ tradingsymbol: 'INFY-EQ', quantity: 30, averageprice: 1400, profitandloss: 3000 }],
      totalholding: { totalholdingvalue: 45000, totalinvvalue: 42000, totalprofitandloss: 3000 },
    });
    const sell = { transactiontype: 'SELL', producttype: 'DELIVERY', quantity: '20', ordertag: 'sell' };
    await client.post('order/v1/placeOrder', orderOf(infy, sell));
    await client.post('order/v1/placeOrder', orderOf(infy, { ...sell, ordertag: 'sellagain' }));
    await settle();
    await market.print(infy, 1505);
    expect(simulator.ledger.orders).toMatchObject([{ status: 'complete' }, { status: 'rejected' }]);
    expect((await first.client.get('portfolio/v1/getHolding')).data).toBeNull();
  });

  it('converts a position, carries it over the night as a holding, and moves the cash', async () => {
    const { client, infy, market, settle } = await openTestDesk();
    await client.post('order/v1/placeOrder', orderOf(infy));
    await settle();
    await market.print(infy, 1500);
    const convert = {
      exchange: 'NSE',
      symboltoken: infy.token,
      tradingsymbol: 'INFY-EQ',
      oldproducttype: 'INTRADAY',
      newproducttype: 'DELIVERY',
      transactiontype: 'BUY',
      quantity: 10,
      type: 'DAY',
    };
    expect((await client.post('order/v1/convertPosition', { ...convert, quantity: 11 })).body).toMatchObject({
      errorcode: 'AB1017',
    });
    expect((await client.post('order/v1/convertPosition', convert)).body).toMatchObject({ status: true, data: null });
    expect(
      rowsOf((await client.get('order/v1/getPosition')).data).map(({ producttype, netqty }) => [producttype, netqty]),
    ).toEqual([
      ['INTRADAY', '0'],
      ['DELIVERY', '10'],
    ]);
    const before = (await client.get('user/v1/getRMS')).data;
    await market.reach(ist('2026-11-18', '08:30'));
    await client.login();
    expect((await client.get('order/v1/getPosition')).data).toBeNull();
    expect((await client.get('portfolio/v1/getHolding')).data).toMatchObject([{ quantity: 10, averageprice: 1500 }]);
    expect((await client.get('user/v1/getRMS')).data).toMatchObject({
      net: (before as { net: string }).net,
      utiliseddebits: '0.0000',
    });
    expect((await client.get('order/v1/getOrderBook')).data).toBeNull();
    expect((await client.get('order/v1/getTradeBook')).data).toBeNull();
  });
});

describe('estimates and derived lists', () => {
  it('estimate margin and charges', async () => {
    const { client, market, infy } = await openTestDesk();
    const call = market.listing(CALL.id);
    await market.print(call, 100);
    const position = {
      exchange: 'NFO',
      qty: 75,
      price: 0,
      productType: 'INTRADAY',
      token: call.token,
      tradeType: 'BUY',
    };
    expect((await client.post('margin/v1/batch', { positions: [position] })).data).toMatchObject({
      totalMarginRequired: 7500,
      marginComponents: { netPremium: 7500 },
    });
    expect((await client.post('margin/v1/batch', { positions: Array(51).fill(position) })).body).toMatchObject({
      errorcode: 'AB1004',
    });
    const order = {
      product_type: 'INTRADAY',
      transaction_type: 'BUY',
      quantity: '10',
      price: '1500',
      exchange: 'NSE',
      symbol_name: 'INFY',
      token: infy.token,
    };
    const charges = (await client.post('brokerage/v1/estimateCharges', { orders: [order, order] })).data;
    expect(charges).toMatchObject({
      summary: { trade_value: 30000, total_charges: 9.99 },
      charges: [{ trade_value: 15000 }, { trade_value: 15000 }],
    });
  });

  it('give greeks in session, and no data off hours', async () => {
    const { client, market } = await openTestDesk({ instruments: [INFY, NIFTY, CALL, FUTURE] });
    await market.print(market.listing(NIFTY.id), 26000);
    await market.print(market.listing(CALL.id), 180);
    await market.print(market.listing(FUTURE.id), 26050);
    await market.print(market.listing(FUTURE.id), 26100);
    const ask = () => client.post('marketData/v1/optionGreek', { name: 'NIFTY', expirydate: '24NOV2026' });
    const [row] = rowsOf((await ask()).data);
    expect(row).toMatchObject({ strikePrice: '26000.000000', optionType: 'CE' });
    expect(Number(row?.delta)).toBeGreaterThan(0.45);
    expect(Number(row?.delta)).toBeLessThan(0.65);
    expect(Number(row?.theta)).toBeLessThan(0);
    expect(Number(row?.impliedVolatility)).toBeGreaterThan(5);
    for (const [path, body] of [
      ['marketData/v1/gainersLosers', { datatype: 'PercPriceGainers', expirytype: 'NEAR' }],
      ['marketData/v1/OIBuildup', { datatype: 'Long Built Up', expirytype: 'NEAR' }],
    ] as const) {
      expect((await client.post(path, body)).body).toMatchObject({ status: true });
    }
    expect((await client.get('marketData/v1/putCallRatio')).data).toEqual([
      { pcr: 0, tradingSymbol: 'NIFTY24NOV26FUT' },
    ]);
    expect((await client.get('marketData/v1/nseIntraday')).data).toMatchObject([{ SymbolName: 'INFY' }]);
    await market.reach(ist('2026-11-17', '20:00'));
    expect((await ask()).body).toMatchObject({ errorcode: 'AB9019' });
  });

  it('ask for consent before a scrip under surveillance is bought', async () => {
    const { client, infy, simulator } = await openTestDesk();
    simulator.switches.current = { ...simulator.switches.current, cautionary: [`NSE:${infy.token}`] };
    expect((await client.post('order/v1/placeOrder', orderOf(infy))).body).toMatchObject({ errorcode: 'AB4036' });
    const placed = await client.post('order/v1/placeOrder', orderOf(infy, { scripconsent: 'yes' }));
    expect(idsOf(placed.data).orderid).toMatch(/^\d{15}$/);
    expect((await client.get('securities/v1/cautionaryScrips')).data).toMatchObject([{ symbol: 'INFY-EQ' }]);
  });
});

describe('the rest of the host', () => {
  it('serves the instrument file without credentials, and knows no other route', async () => {
    const { simulator } = await openTestDesk();
    const rows: unknown = await (await fetch(simulator.endpoints.instrumentMaster)).json();
    expect(rows).toContainEqual(expect.objectContaining({ symbol: 'INFY-EQ', exch_seg: 'NSE' }));
    expect((await fetch(`${simulator.url}/rest/secure/angelbroking/order/v1/gainersLosers`)).status).toBe(404);
  });

  it('does what it says with two codes of one account and the market clock for one-time passwords', async () => {
    const { client, market } = await openTestDesk({ behaviours: { totpClock: 'market' }, isLoggedIn: false });
    const epoch = Math.floor(MORNING / 1000);
    expect(market.clock.now()).toBe(MORNING);
    expect((await client.login(generateSync({ secret: TEST_ACCOUNT.totpSecret, epoch }))).body.status).toBe(true);
    expect((await client.login()).body.errorcode).toBe('AB1050');
  });
});
