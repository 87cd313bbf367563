import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fill } from '../../../../src/core/fill.ts';
import type { InstrumentId, StrategyId } from '../../../../src/core/ids.ts';
import { toPaise } from '../../../../src/core/money.ts';
import type { Order } from '../../../../src/core/order.ts';
import { LastPrices } from '../../../../src/engine/portfolio/last-prices.ts';
import { type Booking, Portfolio } from '../../../../src/engine/portfolio/portfolio.ts';
import type { ChargeableFill } from '../../../../src/ports/charge-model.ts';
import { buildFill, buildOrder } from '../../../support/build-order.ts';
import { ist, testInstrument } from '../../../support/fixed-calendar.ts';
import { chargesBy, NO_CHARGES, SIMPLE_CHARGES } from '../../../support/simple-charges.ts';

const CAPITAL = toPaise(100_000);
const TCS = testInstrument('NSE:TCS');
const INFY = testInstrument('NSE:INFY');
const EMA = 'ema' as StrategyId;
const RSI = 'rsi' as StrategyId;

class Books {
  readonly prices = new LastPrices();
  readonly charged: ChargeableFill[] = [];
  readonly portfolio: Portfolio;
  #time = ist('2026-07-30', '10:00');

  constructor(charges = NO_CHARGES) {
    const remember = chargesBy((fill) => {
      this.charged.push(fill);
      return charges.totalOf(fill);
    });
    this.portfolio = new Portfolio(CAPITAL, remember, this.prices);
  }

  /** Books one fill of an order of its own; a minute passes. */
  book(side: 'BUY' | 'SELL', quantity: number, price: number, changes: Partial<Order> = {}, time?: number): Booking {
    this.#time += 60_000;
    const order = buildOrder({ strategyId: EMA, instrumentId: TCS.id, side, quantity, ...changes });
    const fill: Fill = buildFill(order, { quantity, price, time: time ?? this.#time });
    const instrument = order.instrumentId === TCS.id ? TCS : INFY;
    return this.portfolio.book(fill, order, instrument, 'signal');
  }

  price(instrumentId: InstrumentId, price: number): void {
    this.prices.slot(instrumentId).price = price;
  }
}

describe('the portfolio', () => {
  it('starts with its capital', () => {
    const { portfolio } = new Books();
    expect(portfolio.equityPaise).toBe(CAPITAL);
    expect(portfolio.peakEquityPaise).toBe(CAPITAL);
    expect(portfolio.dayPaise).toBe(0);
    expect([...portfolio.open]).toEqual([]);
  });

  it('keeps a position for each strategy and instrument', () => {
    const books = new Books();
    books.book('BUY', 10, 100);
    books.book('BUY', 5, 100, { strategyId: RSI });
    books.book('SELL', 7, 50, { instrumentId: INFY.id });
    expect(books.portfolio.position(EMA, TCS.id, 'INTRADAY').quantity).toBe(10);
    expect(books.portfolio.position(RSI, TCS.id, 'INTRADAY').quantity).toBe(5);
    expect(books.portfolio.position(EMA, INFY.id, 'INTRADAY').quantity).toBe(-7);
    expect(books.portfolio.accountQuantity(TCS.id), 'over all strategies').toBe(15);
    expect(
      [...books.portfolio.open].map(({ quantity }) => quantity),
      'in the order they were opened',
    ).toEqual([10, 5, -7]);
  });

  it('is worth capital, realised and unrealised, less charges', () => {
    const books = new Books(chargesBy(() => 250));
    books.book('BUY', 10, 100);
    expect(books.portfolio.equityPaise, 'no price seen yet: at cost').toBe(CAPITAL - 250);
    books.price(TCS.id, 103);
    expect(books.portfolio.equityPaise).toBe(CAPITAL - 250 + 3_000);
    books.book('SELL', 4, 103);
    expect(books.portfolio.equityPaise).toBe(CAPITAL - 500 + 3_000);
    books.price(TCS.id, 90);
    expect(books.portfolio.equityPaise).toBe(CAPITAL - 500 + 1_200 - 6_000);
    books.book('SELL', 6, 90);
    expect(books.portfolio.equityPaise).toBe(CAPITAL - 750 + 1_200 - 6_000);
  });

  it('keeps a position that was turned around among the open ones', () => {
    const books = new Books();
    books.book('BUY', 5, 50, { instrumentId: INFY.id });
    books.book('BUY', 10, 100);
    const { trade, position } = books.book('SELL', 25, 101);
    expect(trade).toMatchObject({ side: 'LONG', quantity: 10, grossPaise: 1_000 });
    expect(books.portfolio.open.has(position)).toBe(true);
    expect(books.portfolio.accountQuantity(TCS.id)).toBe(-15);
    books.price(TCS.id, 99);
    expect(books.portfolio.equityPaise).toBe(CAPITAL + 1_000 + 3_000);
    expect([...books.portfolio.open].at(-1), 'opened last').toBe(position);
  });

  it('remembers its peak', () => {
    const books = new Books();
    books.book('BUY', 10, 100);
    books.price(TCS.id, 120);
    expect(books.portfolio.peakEquityPaise).toBe(CAPITAL + 20_000);
    books.price(TCS.id, 80);
    expect(books.portfolio.peakEquityPaise).toBe(CAPITAL + 20_000);
    expect(books.portfolio.equityPaise).toBe(CAPITAL - 20_000);
  });

  it('takes the peak at a trade without being asked', () => {
    const books = new Books();
    books.book('BUY', 10, 100);
    books.book('SELL', 10, 130);
    books.book('BUY', 10, 130);
    books.book('SELL', 10, 110);
    expect(books.portfolio.peakEquityPaise).toBe(CAPITAL + 30_000);
  });

  it('counts the day from where it began, open positions included', () => {
    const books = new Books();
    books.book('BUY', 10, 100);
    books.price(TCS.id, 110);
    expect(books.portfolio.dayPaise).toBe(10_000);
    books.portfolio.startDay(0);
    expect(books.portfolio.dayPaise).toBe(0);
    books.price(TCS.id, 95);
    expect(books.portfolio.dayPaise).toBe(-15_000);
  });

  it('counts losing trades in a row, after charges, until one wins or the day ends', () => {
    const books = new Books(chargesBy(() => 100));
    const trade = (exit: number): number => {
      books.book('BUY', 10, 100);
      books.book('SELL', 10, exit);
      return books.portfolio.losingStreak;
    };
    expect(trade(99)).toBe(1);
    expect(trade(100.1), 'a gain that the charges eat').toBe(2);
    expect(trade(100.2), 'exactly even is no loss').toBe(0);
    expect(trade(90)).toBe(1);
    expect(trade(90)).toBe(2);
    books.portfolio.startDay(0);
    expect(books.portfolio.losingStreak).toBe(0);
  });

  it('charges the depository once for each share and day of delivery sales, for the whole account', () => {
    const books = new Books();
    const delivery = { product: 'DELIVERY' } as const;
    books.book('BUY', 50, 100, delivery);
    books.book('BUY', 50, 100, { ...delivery, strategyId: RSI });
    books.book('BUY', 50, 100, { ...delivery, instrumentId: INFY.id });
    books.book('SELL', 5, 100, delivery);
    books.book('SELL', 5, 100, delivery);
    books.book('SELL', 5, 100, { ...delivery, strategyId: RSI });
    books.book('SELL', 5, 100, { ...delivery, instrumentId: INFY.id });
    const friday = ist('2026-07-31', '09:20');
    books.book('SELL', 5, 100, delivery, friday);
    books.book('SELL', 5, 100, delivery, friday + 1);
    expect(books.charged.map(({ isFirstDebitOfDay }) => isFirstDebitOfDay)).toEqual([
      ...[false, false, false],
      ...[true, false, false, true],
      ...[true, false],
    ]);
  });

  it('charges no depository for what was not in the depository', () => {
    const books = new Books();
    books.book('SELL', 10, 100);
    books.book('BUY', 10, 100);
    books.book('SELL', 10, 100, { product: 'CARRY_FORWARD' });
    expect(books.charged.some(({ isFirstDebitOfDay }) => isFirstDebitOfDay)).toBe(false);
  });

  it('tells the charge model what the order had turned over before the fill', () => {
    const books = new Books();
    const order = { quantity: 30, status: 'PARTIALLY_FILLED' } as const;
    books.book('BUY', 10, 100);
    books.book('BUY', 10, 101, { ...order, filledQuantity: 10, averagePrice: 100 });
    books.book('BUY', 10, 102, { ...order, filledQuantity: 20, averagePrice: 100.5 });
    expect(books.charged.map(({ orderTurnoverBefore }) => orderTurnoverBefore)).toEqual([0, 1_000, 2_010]);
    expect(books.charged[0]).toMatchObject({
      instrument: TCS,
      product: 'INTRADAY',
      side: 'BUY',
      price: 100,
      quantity: 10,
    });
  });
});

describe('whatever is traded', () => {
  const steps = fc.array(
    fc.record({
      side: fc.constantFrom<'BUY' | 'SELL'>('BUY', 'SELL'),
      quantity: fc.integer({ min: 1, max: 30 }),
      ticks: fc.integer({ min: 1_000, max: 3_000 }),
      strategyId: fc.constantFrom(EMA, RSI),
      instrumentId: fc.constantFrom(TCS.id, INFY.id),
    }),
    { maxLength: 30 },
  );

  it('equity is capital plus cash flows plus what is held at last prices', () => {
    fc.assert(
      fc.property(steps, (fills) => {
        const books = new Books(SIMPLE_CHARGES);
        let cash = CAPITAL;
        for (const { side, quantity, ticks, strategyId, instrumentId } of fills) {
          const price = ticks / 20;
          books.price(instrumentId, price);
          const { chargesPaise } = books.book(side, quantity, price, { strategyId, instrumentId });
          cash -= toPaise(price, quantity) * (side === 'BUY' ? 1 : -1) + chargesPaise;
        }
        const held = [TCS.id, INFY.id].reduce((sum, id) => {
          return sum + toPaise(books.prices.of(id) ?? 0, books.portfolio.accountQuantity(id));
        }, 0);
        const { open, equityPaise } = books.portfolio;
        expect(Math.abs(equityPaise - cash - held), 'two roundings a position').toBeLessThanOrEqual(open.size);
        for (const position of open) expect(position.quantity).not.toBe(0);
      }),
    );
  });
});

describe('last prices', () => {
  it('are unknown before the first trade', () => {
    const prices = new LastPrices();
    expect(prices.of(TCS.id)).toBeUndefined();
    const slot = prices.slot(TCS.id);
    expect(prices.of(TCS.id), 'a slot is no price').toBeUndefined();
    slot.price = 101;
    expect(prices.of(TCS.id)).toBe(101);
    expect(prices.slot(TCS.id)).toBe(slot);
  });
});
