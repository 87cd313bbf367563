import { describe, expect, it } from 'vitest';
import { listingsOf } from '../../../../src/simulators/angel-one/master/make-master.ts';
import { protectedPrice } from '../../../../src/simulators/angel-one/orders/market-protection.ts';
import { testInstrument } from '../../../support/fixed-calendar.ts';

const share = testInstrument('NSE:INFY');
const index = testInstrument('NSE:NIFTY 50', { kind: 'INDEX' });
const option = { exchange: 'NFO', kind: 'OPTION', optionType: 'CE', expiry: '2026-11-24', strike: 100 } as const;
const listings = listingsOf([
  share,
  testInstrument('NFO:NIFTY:2026-11-24:FUT', {
    exchange: 'NFO',
    symbol: 'NIFTY',
    kind: 'FUTURE',
    expiry: '2026-11-24',
    underlying: index.id,
  }),
  testInstrument('NFO:INFY:2026-11-24:FUT', {
    exchange: 'NFO',
    symbol: 'INFY',
    kind: 'FUTURE',
    expiry: '2026-11-24',
    underlying: share.id,
  }),
  testInstrument('NFO:NIFTY:2026-11-24:100:CE', { ...option, symbol: 'NIFTY', underlying: index.id }),
  testInstrument('NFO:INFY:2026-11-24:100:CE', { ...option, symbol: 'INFY', underlying: share.id }),
]);

describe('market price protection', () => {
  it.each([
    ['NSE:INFY', 1000, 1005, 995],
    ['NFO:NIFTY:2026-11-24:FUT', 1000, 1005, 995],
    ['NFO:INFY:2026-11-24:FUT', 1000, 1010, 990],
    ['NFO:NIFTY:2026-11-24:100:CE', 5, 6, 4],
    ['NFO:NIFTY:2026-11-24:100:CE', 15, 16.5, 13.5],
    ['NFO:NIFTY:2026-11-24:100:CE', 30, 31.5, 28.5],
    ['NFO:NIFTY:2026-11-24:100:CE', 100, 102.5, 97.5],
    ['NFO:INFY:2026-11-24:100:CE', 5, 7, 3],
    ['NFO:INFY:2026-11-24:100:CE', 100, 105, 95],
    // Never beyond the band, on the tick.
    ['NSE:INFY', 1000.15, 1005.15, 995.15],
  ])('of %s at %f lies at %f for a buy and %f for a sale', (id, price, buy, sell) => {
    const listing = listings.find(({ instrument }) => instrument.id === id) ?? expect.fail();
    expect([protectedPrice(listing, 'BUY', price), protectedPrice(listing, 'SELL', price)]).toEqual([buy, sell]);
  });
});
