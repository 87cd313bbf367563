import { expect, it } from 'vitest';
import { AngelOneBroker } from '../../../../src/brokers/angel-one/angel-one-broker.ts';
import { RestClient } from '../../../../src/brokers/angel-one/rest/rest-client.ts';
import { RestTransport } from '../../../../src/brokers/angel-one/rest/rest-transport.ts';
import { TokenBook } from '../../../../src/brokers/angel-one/token-book.ts';
import type { BrokerPositions } from '../../../../src/ports/broker.ts';
import { testInstrument } from '../../../support/fixed-calendar.ts';
import { scriptedHttp, success } from '../../../support/scripted-http.ts';

/** Rows as the protocol prints them: all values are texts. */
function positionRow(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    ...{ exchange: 'NSE', symboltoken: '1594', producttype: 'INTRADAY', tradingsymbol: 'INFY-EQ', multiplier: '-1' },
    ...{ buyqty: '10', sellqty: '25', netqty: '-15', avgnetprice: '1520.25', pnl: '-12.50' },
    ...changes,
  };
}

async function opened(rows: unknown): Promise<{ broker: AngelOneBroker; close: () => Promise<void> }> {
  const { origin } = await scriptedHttp(success(rows));
  const transport = new RestTransport(origin);
  const client = new RestClient({
    ...{ transport, apiKey: 'key', onHalt: () => {} },
    budget: { take: () => Promise.resolve(() => {}), rest: () => {} },
    tokens: { tokens: () => Promise.resolve({ jwt: 'j', refresh: 'r', feed: 'f' }), invalidate: () => {} },
  });
  const listed = {
    instrument: testInstrument('NSE:INFY'),
    segment: 'NSE',
    token: '1594',
    tradingSymbol: 'INFY-EQ',
  } as const;
  const clock = { now: () => 0, sleepUntil: () => Promise.resolve() };
  const broker = new AngelOneBroker(client, new TokenBook([listed]), clock, () => {});
  return { broker, close: () => transport.close() };
}

async function read(rows: unknown): Promise<BrokerPositions> {
  const { broker, close } = await opened(rows);
  const outcome = await broker.positions();
  await close();
  if (outcome.kind !== 'done') throw new Error(`Expected positions, found ${JSON.stringify(outcome)}`);
  return outcome.value;
}

it('positions are net units in our words; what this worker does not list keeps its name', async () => {
  const rows = [
    positionRow(),
    positionRow({
      symboltoken: '3045',
      tradingsymbol: 'SBIN-EQ',
      producttype: 'DELIVERY',
      netqty: 3,
      avgnetprice: 801,
    }),
    positionRow({ producttype: 'MARGIN', netqty: '1,000' }),
    positionRow({ producttype: 'CARRYFORWARD', netqty: '0' }),
  ];
  expect(await read(rows)).toEqual({
    positions: [
      { instrumentId: 'NSE:INFY', name: 'NSE INFY-EQ', product: 'INTRADAY', quantity: -15, averagePrice: 1520.25 },
      { instrumentId: null, name: 'NSE SBIN-EQ', product: 'DELIVERY', quantity: 3, averagePrice: 801 },
      { instrumentId: 'NSE:INFY', name: 'NSE INFY-EQ', product: null, quantity: 1000, averagePrice: 1520.25 },
      { instrumentId: 'NSE:INFY', name: 'NSE INFY-EQ', product: 'CARRY_FORWARD', quantity: 0, averagePrice: 0 },
    ],
    unreadRows: 0,
  });
});

it.each([[null], [[]]])('no positions are %j', async (rows) => {
  expect(await read(rows)).toEqual({ positions: [], unreadRows: 0 });
});

it.each([undefined, null, '', ' ', 'many', '1.5', Number.NaN])(
  '%j units are not read, and not taken for none',
  async (netqty) => {
    expect(await read([positionRow({ netqty }), positionRow()])).toMatchObject({
      positions: [{ quantity: -15 }],
      unreadRows: 1,
    });
  },
);

it('holdings are units that have arrived or will; a share may stand under the other exchange', async () => {
  const row = { exchange: 'NSE', symboltoken: '1594', tradingsymbol: 'INFY-EQ', quantity: 7, t1quantity: 3, isin: '' };
  const { broker, close } = await opened([
    row,
    { ...row, exchange: 'BSE', symboltoken: '500209', tradingsymbol: 'INFY', quantity: '2', t1quantity: null },
    { ...row, symboltoken: '3045', tradingsymbol: 'SBIN-EQ' },
    { ...row, quantity: null },
  ]);
  const outcome = await broker.holdings();
  await close();
  expect(outcome).toEqual({
    kind: 'done',
    value: {
      holdings: [
        { instrumentId: 'NSE:INFY', name: 'NSE INFY-EQ', quantity: 10 },
        { instrumentId: 'NSE:INFY', name: 'BSE INFY', quantity: 2 },
        { instrumentId: null, name: 'NSE SBIN-EQ', quantity: 10 },
      ],
      unreadRows: 1,
    },
  });
});
