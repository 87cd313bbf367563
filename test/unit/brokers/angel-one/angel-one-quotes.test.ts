import { expect, it, onTestFinished } from 'vitest';
import { AngelOneQuotes } from '../../../../src/brokers/angel-one/angel-one-quotes.ts';
import { RestClient } from '../../../../src/brokers/angel-one/rest/rest-client.ts';
import { RestTransport } from '../../../../src/brokers/angel-one/rest/rest-transport.ts';
import { TokenBook } from '../../../../src/brokers/angel-one/token-book.ts';
import { ist, testInstrument } from '../../../support/fixed-calendar.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { failure, type Reply, scriptedHttp, success } from '../../../support/scripted-http.ts';

const NOW = ist('2026-11-17', '11:32:05');
const INFY = testInstrument('NSE:INFY');
const CALL = testInstrument('NFO:NIFTY:2026-11-24:26000:CE', { kind: 'OPTION', expiry: '2026-11-24' });
const MANY = Array.from({ length: 60 }, (_, index) => testInstrument(`NSE:S${index}`));
/** The same number on two exchanges. */
const BOOK = new TokenBook([
  { instrument: INFY, segment: 'NSE', token: '1594', tradingSymbol: 'INFY-EQ' },
  { instrument: CALL, segment: 'NFO', token: '1594', tradingSymbol: 'NIFTY24NOV2626000CE' },
  ...MANY.map((instrument, index) => {
    return { instrument, segment: 'NSE' as const, token: `${9_000 + index}`, tradingSymbol: instrument.symbol };
  }),
]);

async function openQuotes(...replies: readonly Reply[]) {
  const { origin, seen } = await scriptedHttp(...replies);
  const transport = new RestTransport(origin);
  onTestFinished(() => transport.close());
  const classes: string[] = [];
  const client = new RestClient({
    ...{ transport, apiKey: 'key', onHalt: () => {} },
    budget: {
      take: async (callClass) => {
        classes.push(callClass);
        return () => {};
      },
      rest: () => {},
    },
    tokens: { tokens: () => Promise.resolve({ jwt: 'j', refresh: 'r', feed: 'f' }), invalidate: () => {} },
  });
  return { quotes: new AngelOneQuotes({ client, book: BOOK, clock: new ManualClock(NOW) }), seen, classes };
}

const row = (exchange: string, ltp: number, more: object = {}) => ({
  ...{ exchange, tradingSymbol: 'x', symbolToken: '1594', ltp, tradeVolume: '1,200', opnInterest: 65_000 },
  ...more,
});

it('reads price, best bid and offer, volume and time, and open interest of contracts alone', async () => {
  const side = (price: number) => [{ price, quantity: 10, orders: 1 }];
  const infy = row('NSE', 1_500.05, {
    ...{ exchFeedTime: '17-Nov-2026 11:32:04', depth: { buy: side(1_500), sell: side(1_500.1) } },
  });
  const call = row('NFO', 152.4, { exchFeedTime: '', depth: { buy: side(0), sell: [] } });
  const { quotes, seen, classes } = await openQuotes(success({ fetched: [call, infy], unfetched: [] }));
  expect(await quotes.quotesOf([INFY.id, CALL.id])).toEqual({
    kind: 'done',
    value: [
      {
        ...{ instrumentId: INFY.id, time: NOW - 1_000, lastPrice: 1_500.05, bid: 1_500, ask: 1_500.1 },
        ...{ volume: 1_200, openInterest: null },
      },
      {
        ...{ instrumentId: CALL.id, time: NOW, lastPrice: 152.4, bid: null, ask: null },
        ...{ volume: 1_200, openInterest: 65_000 },
      },
    ],
  });
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ mode: 'FULL', exchangeTokens: { NSE: ['1594'], NFO: ['1594'] } });
  expect(classes, 'within the budget of the account').toEqual(['quote']);
});

it('leaves out what has no price, and what the broker says nothing of', async () => {
  const { quotes } = await openQuotes(success({ fetched: [row('NSE', 0)], unfetched: [] }));
  expect(await quotes.quotesOf([INFY.id, CALL.id])).toEqual({ kind: 'done', value: [] });
});

it('asks for fifty at a time, each instrument once', async () => {
  const { quotes, seen, classes } = await openQuotes(success({ fetched: [], unfetched: [] }));
  await quotes.quotesOf([...MANY, ...MANY].map(({ id }) => id));
  const counts = seen.map(({ body }) => JSON.parse(body).exchangeTokens.NSE.length);
  expect([counts, classes]).toEqual([
    [50, 10],
    ['quote', 'quote'],
  ]);
});

it('says what the broker said when it has not answered', async () => {
  const { quotes } = await openQuotes(failure('AB1004', 'Something Went Wrong, Please Try After Sometime'));
  expect(await quotes.quotesOf([INFY.id])).toMatchObject({ kind: expect.not.stringMatching('done') });
});
