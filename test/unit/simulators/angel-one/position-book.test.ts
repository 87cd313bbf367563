import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listingsOf } from '../../../../src/simulators/angel-one/master/make-master.ts';
import {
  averagePriceOf,
  netQuantity,
  PositionBook,
  realisedPaise,
  unrealisedPaise,
} from '../../../../src/simulators/angel-one/orders/position-book.ts';
import { testInstrument } from '../../../support/fixed-calendar.ts';

const [infy] = listingsOf([testInstrument('NSE:INFY')]);
if (infy === undefined) throw new Error('Expected a listing');

const fills = fc.array(
  fc.record({
    side: fc.constantFrom('BUY' as const, 'SELL' as const),
    quantity: fc.integer({ min: 1, max: 500 }),
    price: fc.integer({ min: 100, max: 400_000 }).map((paise) => paise / 100),
  }),
  { minLength: 1, maxLength: 30 },
);

describe('a position', () => {
  it('is worth what its trades cost and would bring, however they came', () => {
    fc.assert(
      fc.property(fills, fc.integer({ min: 1, max: 4_000 }), (trades, lastPrice) => {
        const book = new PositionBook();
        let cash = 0;
        for (const { side, quantity, price } of trades) {
          book.add(infy, 'INTRADAY', side, quantity, price);
          cash += (side === 'BUY' ? -1 : 1) * price * quantity;
        }
        const position = book.find(infy, 'INTRADAY');
        if (position === undefined) throw new Error('Expected a position');
        const worth = (cash + netQuantity(position) * lastPrice) * 100;
        expect(Math.abs(realisedPaise(position) + unrealisedPaise(position, lastPrice) - worth)).toBeLessThan(2);
      }),
    );
  });

  it('stays as an empty row when it is closed, and goes overnight', () => {
    const book = new PositionBook();
    book.add(infy, 'INTRADAY', 'BUY', 5, 100);
    book.add(infy, 'INTRADAY', 'SELL', 5, 110);
    expect(book.positions).toHaveLength(1);
    expect(realisedPaise(book.positions[0] ?? expect.fail())).toBe(5_000);
    book.roll();
    expect(book.positions).toEqual([]);
  });

  it('is carried forward at its average, long or short, and delivered shares become a holding', () => {
    const book = new PositionBook();
    book.add(infy, 'CARRYFORWARD', 'SELL', 10, 100);
    book.add(infy, 'CARRYFORWARD', 'BUY', 4, 90);
    book.add(infy, 'DELIVERY', 'BUY', 3, 120);
    book.roll();
    const carried = book.find(infy, 'CARRYFORWARD') ?? expect.fail();
    expect([netQuantity(carried), averagePriceOf(carried), carried.carriedSold]).toEqual([-6, 100, 6]);
    expect(book.holdings).toEqual([{ listing: infy, quantity: 3, averagePrice: 120 }]);
    book.hold(infy, 3, 140);
    expect(book.holdings[0]?.averagePrice).toBe(130);
    book.hold(infy, -6, 150);
    expect(book.holdings).toEqual([]);
  });

  it('moves to another product at its price, also when it was carried over', () => {
    const book = new PositionBook();
    book.add(infy, 'CARRYFORWARD', 'BUY', 10, 100);
    book.roll();
    expect(book.convert(infy, 'CARRYFORWARD', 'INTRADAY', 'BUY', 11)).toBe(false);
    expect(book.convert(infy, 'CARRYFORWARD', 'INTRADAY', 'SELL', 1)).toBe(false);
    expect(book.convert(infy, 'CARRYFORWARD', 'INTRADAY', 'BUY', 4)).toBe(true);
    const moved = book.find(infy, 'INTRADAY') ?? expect.fail();
    expect([netQuantity(moved), averagePriceOf(moved), book.netOf(infy, 'CARRYFORWARD')]).toEqual([4, 100, 6]);
  });
});
