import { describe, expect, it } from 'vitest';
import { AngelOneBroker } from '../../../../src/brokers/angel-one/angel-one-broker.ts';
import { RestClient } from '../../../../src/brokers/angel-one/rest/rest-client.ts';
import { RestTransport } from '../../../../src/brokers/angel-one/rest/rest-transport.ts';
import { TokenBook } from '../../../../src/brokers/angel-one/token-book.ts';
import type { BrokerBook } from '../../../../src/ports/broker.ts';
import type { Outcome } from '../../../../src/ports/outcome.ts';
import { ist, testInstrument } from '../../../support/fixed-calendar.ts';
import { type Reply, scriptedHttp, success } from '../../../support/scripted-http.ts';

const TAG = 'b7k2m9q4x1c8v5n3';
const NOW = ist('2026-08-17', '10:00');
const INFY = testInstrument('NSE:INFY');

/** Rows as the protocol prints them. */
function orderRow(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    ...{ variety: 'NORMAL', ordertype: 'LIMIT', producttype: 'INTRADAY', price: 1523.45, quantity: '7' },
    ...{ tradingsymbol: 'INFY-EQ', transactiontype: 'BUY', exchange: 'NSE', symboltoken: '1594', ordertag: TAG },
    ...{ averageprice: 1523.4, filledshares: '3', orderid: '260817000123456', text: '' },
    ...{ status: 'open', orderstatus: 'open', updatetime: '17-Aug-2026 09:30:16', uniqueorderid: 'u' },
    ...changes,
  };
}

function tradeRow(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    ...{ exchange: 'NSE', tradingsymbol: 'INFY-EQ', transactiontype: 'BUY', fillprice: '1523.40', fillsize: '3' },
    ...{ orderid: '260817000123456', fillid: '71234567', filltime: '09:30:16' },
    ...changes,
  };
}

interface Look {
  readonly book: BrokerBook;
  readonly troubles: readonly string[];
}

/** What the broker makes of books with these rows, one look after the other. */
async function look(...books: readonly (readonly [orders: unknown, trades: unknown])[]): Promise<readonly Look[]> {
  let number = 0;
  const reply: Reply = (response, request) => {
    const [orders, trades] = books[number] ?? [null, null];
    success(request.path.endsWith('getOrderBook') ? orders : trades)(response, request);
  };
  const { origin } = await scriptedHttp(reply);
  const transport = new RestTransport(origin);
  const client = new RestClient({
    ...{ transport, apiKey: 'key', onHalt: () => {} },
    budget: { take: () => Promise.resolve(() => {}), rest: () => {} },
    tokens: { tokens: () => Promise.resolve({ jwt: 'j', refresh: 'r', feed: 'f' }), invalidate: () => {} },
  });
  const listed = { instrument: INFY, segment: 'NSE', token: '1594', tradingSymbol: 'INFY-EQ' } as const;
  const clock = { now: () => NOW, sleepUntil: () => Promise.resolve() };
  let troubles: string[] = [];
  const broker = new AngelOneBroker(client, new TokenBook([listed]), clock, (text) => troubles.push(text));
  const looks: Look[] = [];
  for (; number < books.length; number += 1) {
    troubles = [];
    const outcome: Outcome<BrokerBook> = await broker.orders();
    if (outcome.kind !== 'done') throw new Error(`Expected a book, found ${JSON.stringify(outcome)}`);
    looks.push({ book: outcome.value, troubles });
  }
  await transport.close();
  return looks;
}

async function lookOnce(orders: unknown, trades: unknown): Promise<Look> {
  const [first] = await look([orders, trades]);
  if (first === undefined) throw new Error('Expected a look');
  return first;
}

describe('order book and trade book', () => {
  it('are one: fills by our id, at the time of the day of their order', async () => {
    const { book, troubles } = await lookOnce([orderRow()], [tradeRow()]);
    expect(book).toEqual({
      ...{ unreadRows: 0, foreignOrders: [] },
      orders: [
        {
          update: {
            ...{ clientOrderId: TAG, status: 'ACCEPTED', brokerOrderId: '260817000123456', reason: null },
            time: ist('2026-08-17', '09:30:16'),
          },
          fills: [
            {
              ...{ fillId: `${TAG}-71234567`, clientOrderId: TAG, instrumentId: 'NSE:INFY', side: 'BUY' },
              ...{ quantity: 3, price: 1523.4, time: ist('2026-08-17', '09:30:16') },
            },
          ],
          filledQuantity: 3,
        },
      ],
    });
    expect(troubles).toEqual([]);
  });

  it.each([
    ['the trade book lags', '7', [tradeRow()], 3, 7],
    ['the trade book is empty', '7', null, 0, 7],
    ['the order book lags', '0', [tradeRow()], 3, 3],
    ['a trade is there twice', '3', [tradeRow(), tradeRow()], 3, 3],
    ['two trades are there', '6', [tradeRow(), tradeRow({ fillid: '71234568' })], 6, 6],
  ])(
    'that lag behind each other say what is proven and what is claimed: %s',
    async (_, row, trades, shown, claimed) => {
      const { book } = await lookOnce([orderRow({ filledshares: row, status: 'complete' })], trades);
      const [booked] = book.orders;
      expect(booked?.fills.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(shown);
      expect(booked?.filledQuantity).toBe(claimed);
    },
  );

  it('tell an end with what is missing of its fills', async () => {
    const { book } = await lookOnce([orderRow({ orderstatus: 'cancelled', filledshares: '5' })], [tradeRow()]);
    expect(book.orders).toMatchObject([
      { update: { status: 'CANCELED' }, fills: [{ quantity: 3 }], filledQuantity: 5 },
    ]);
  });

  it.each([
    ['a token that is not listed', { symboltoken: '9999' }],
    ['a venue that is not known', { exchange: 'XSE' }],
    ['no side', { transactiontype: '' }],
  ])('never drop fills of ours without a word: %s', async (_, changes) => {
    const [first, second, third, fourth] = await look(
      [[orderRow(changes)], [tradeRow()]],
      [[orderRow(changes)], [tradeRow()]],
      [[orderRow()], [tradeRow()]],
      [[orderRow(changes)], [tradeRow()]],
    );
    expect(first?.book.orders).toMatchObject([{ fills: [], filledQuantity: 3, update: { clientOrderId: TAG } }]);
    expect(first?.troubles).toEqual([expect.stringContaining(`"${TAG}" has fills of 3 units that are not booked`)]);
    expect(second?.troubles, 'told once as long as it lasts').toEqual([]);
    expect(third?.book.orders[0]?.fills).toHaveLength(1);
    expect(fourth?.troubles, 'and again when it comes back').toHaveLength(1);
  });

  it('leave alone what is somebody else’s', async () => {
    const foreign = [
      orderRow({ ordertag: '', orderid: '1' }),
      orderRow({ ordertag: 'by hand', orderid: '2' }),
      orderRow({ ordertag: '1234567890123456', orderid: '3' }),
      orderRow({ ordertag: 'by hand', orderid: '4', quantity: 'many' }),
    ];
    const { book, troubles } = await lookOnce(foreign, [
      tradeRow({ orderid: '1' }),
      tradeRow({ orderid: '2', fillid: '' }),
    ]);
    const made = { instrumentId: 'NSE:INFY', name: 'NSE INFY-EQ', product: 'INTRADAY', side: 'BUY' };
    expect(book).toMatchObject({ orders: [], unreadRows: 0 });
    expect(book.foreignOrders).toMatchObject(['1', '2', '3'].map((brokerOrderId) => ({ brokerOrderId, ...made })));
    expect(troubles).toEqual([]);
  });

  it('are read row by row: one that can not be read hides no other, but nothing is absent from such a book', async () => {
    const other = 'c7k2m9q4x1c8v5n3';
    for (const bad of [orderRow({ filledshares: 'some' }), null, 'row', { orderid: '5', quantity: {} }, [1]]) {
      const { book, troubles } = await lookOnce([bad, orderRow({ ordertag: other })], null);
      expect(book.orders.map(({ update }) => update.clientOrderId)).toEqual([other]);
      expect(book.unreadRows).toBe(1);
      expect(troubles).toEqual([expect.stringMatching(/^1 of the broker's order rows can not be read \(/)]);
    }
  });

  it.each([
    ['no number', { fillid: '' }],
    ['no price', { fillprice: '' }],
    ['a price below zero', { fillprice: '-1' }],
    ['no size', { fillsize: '' }],
    ['half a unit', { fillsize: '0.5' }],
    ['words', { fillsize: 'three' }],
  ])('take no trade that proves nothing, and say so: %s', async (_, changes) => {
    const { book, troubles } = await lookOnce(
      [orderRow()],
      [tradeRow(changes), tradeRow({ fillid: '8', fillsize: '1' })],
    );
    expect(book.orders).toMatchObject([{ fills: [{ fillId: `${TAG}-8` }], filledQuantity: 3 }]);
    expect(book.unreadRows, 'orders are all there').toBe(0);
    expect(troubles).toEqual([expect.stringContaining('trade rows can not be read')]);
  });

  it('keep the id of a fill when the broker gives the order another one', async () => {
    const looks = await look(
      [[orderRow()], [tradeRow()]],
      [[orderRow({ orderid: '260817000999999' })], [tradeRow({ orderid: '260817000999999' })]],
    );
    const ids = looks.map(({ book }) => [book.orders[0]?.update.brokerOrderId, book.orders[0]?.fills[0]?.fillId]);
    expect(ids).toEqual([
      ['260817000123456', `${TAG}-71234567`],
      ['260817000999999', `${TAG}-71234567`],
    ]);
  });

  it('say nothing of what a bad row holds', async () => {
    const { troubles } = await lookOnce([orderRow({ quantity: { secret: 'must-not-show' } })], null);
    expect(troubles.join()).not.toContain('must-not-show');
  });
});
