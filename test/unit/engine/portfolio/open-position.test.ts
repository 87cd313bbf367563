import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId, SignalKey, StrategyId } from '../../../../src/core/ids.ts';
import type { Trade } from '../../../../src/core/trade.ts';
import { OpenPosition } from '../../../../src/engine/portfolio/open-position.ts';
import { buildFill, buildOrder } from '../../../support/build-order.ts';
import { keepBooks, type PlainFill } from './naive-books.ts';

const KEY = 'key-1' as SignalKey;
const ORDER = buildOrder();
const TIME = ORDER.createdTime;

function open(): OpenPosition {
  return new OpenPosition('ema' as StrategyId, 'NSE:RELIANCE' as InstrumentId, 'INTRADAY');
}

/** `B10@100` buys ten at 100; times rise by a second. */
function run(position: OpenPosition, ...texts: readonly string[]): { trades: Trade[]; booked: number[] } {
  const trades: Trade[] = [];
  const booked: number[] = [];
  for (const [index, text] of texts.entries()) {
    const [, side, quantity, price] = /^([BS])(\d+)@([\d.]+)$/.exec(text) ?? [];
    const fill = buildFill(ORDER, {
      side: side === 'B' ? 'BUY' : 'SELL',
      quantity: Number(quantity),
      price: Number(price),
      time: TIME + index * 1_000,
    });
    const { chargesPaise, trade } = position.apply(fill, `key-${index}` as SignalKey, 'target', 33.4);
    booked.push(chargesPaise);
    if (trade) trades.push(trade);
  }
  return { trades, booked };
}

describe('a position', () => {
  it('is flat before its first fill', () => {
    expect(open().position()).toEqual({
      strategyId: 'ema',
      instrumentId: 'NSE:RELIANCE',
      product: 'INTRADAY',
      quantity: 0,
      averagePrice: 0,
      openedTime: null,
      realisedPaise: 0,
      chargesPaise: 0,
    });
    expect(open().signalKey).toBeNull();
  });

  it('becomes a trade when it is flat again', () => {
    const { trades } = run(open(), 'B10@100.05', 'S10@101.1');
    expect(trades).toEqual([
      {
        strategyId: 'ema',
        instrumentId: 'NSE:RELIANCE',
        signalKey: 'key-0',
        side: 'LONG',
        quantity: 10,
        entryTime: TIME,
        entryPrice: 100.05,
        exitTime: TIME + 1_000,
        exitPrice: 101.1,
        exitReason: 'target',
        grossPaise: 1_050,
        chargesPaise: 67,
        netPaise: 983,
      },
    ]);
  });

  it('gains on a short when the price falls', () => {
    const { trades } = run(open(), 'S10@100', 'B10@97.5');
    expect(trades).toMatchObject([{ side: 'SHORT', entryPrice: 100, exitPrice: 97.5, grossPaise: 2_500 }]);
  });

  it('opens, adds and reduces before it closes', () => {
    const { trades } = run(open(), 'B10@100', 'B30@104', 'S15@105', 'S25@101');
    expect(trades).toMatchObject([{ quantity: 40, entryPrice: 103, exitPrice: 102.5, grossPaise: -2_000 }]);
  });

  it('knows the mean price of what is open: a sale does not change it', () => {
    const position = open();
    run(position, 'B10@100', 'S5@110');
    expect(position.position()).toMatchObject({ quantity: 5, averagePrice: 100, realisedPaise: 5_000 });
  });

  it('keeps what it has realised when it is added to', () => {
    const position = open();
    run(position, 'B10@100', 'S5@110', 'B10@120');
    expect(position.realisedPaise, 'a purchase realises nothing').toBe(5_000);
    expect(position.position()).toMatchObject({ quantity: 15, averagePrice: 113.3333 });
    expect(position.unrealisedPaise(120)).toBe(10_000);
  });

  it('turned from long to short closes one trade and opens the next, charges shared by quantity', () => {
    const position = open();
    const { trades, booked } = run(position, 'B10@100', 'S30@102');
    expect(trades).toMatchObject([{ side: 'LONG', quantity: 10, grossPaise: 2_000, chargesPaise: 45, exitPrice: 102 }]);
    expect(booked).toEqual([33, 34]);
    expect(position.position()).toMatchObject({
      quantity: -20,
      averagePrice: 102,
      openedTime: TIME + 1_000,
      realisedPaise: 0,
      chargesPaise: 22,
    });
    expect(position.signalKey, 'the signal that turned it').toBe('key-1');
  });

  it('starts its next trade from nothing', () => {
    const { trades } = run(open(), 'B10@100', 'S10@101', 'B5@200', 'S5@199');
    expect(trades).toMatchObject([
      { signalKey: 'key-0', grossPaise: 1_000, chargesPaise: 67 },
      { signalKey: 'key-2', quantity: 5, entryPrice: 200, grossPaise: -500, chargesPaise: 67 },
    ]);
  });

  it('gives the same snapshot until the next fill, and a new one after it', () => {
    const position = open();
    run(position, 'B10@100');
    const before = position.position();
    expect(position.position()).toBe(before);
    run(position, 'S4@100');
    expect(position.position()).not.toBe(before);
    expect(before.quantity, 'handed out, never changed').toBe(10);
  });

  it('has no negative zero in its money', () => {
    const position = open();
    run(position, 'S10@100');
    expect(Object.is(position.position().realisedPaise, 0)).toBe(true);
    const { trades } = run(position, 'B10@100');
    expect(Object.is(trades[0]?.grossPaise, 0)).toBe(true);
  });
});

const plainFills: fc.Arbitrary<readonly PlainFill[]> = fc
  .array(
    fc.record({
      side: fc.constantFrom<'BUY' | 'SELL'>('BUY', 'SELL'),
      quantity: fc.integer({ min: 1, max: 40 }),
      pricePaise: fc.integer({ min: 1, max: 60_000 }).map((ticks) => ticks * 5),
      charges: fc.double({ min: 0, max: 3_000, noNaN: true }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((fills) => fills.map((fill, index) => ({ ...fill, time: TIME + index })));

describe('any sequence of fills', () => {
  it('gives the books that a pencil gives', () => {
    fc.assert(
      fc.property(plainFills, (fills) => {
        const position = open();
        const { trades } = fold(position, fills);
        const expected = keepBooks(fills);
        expect(trades).toHaveLength(expected.trades.length);
        for (const [index, plain] of expected.trades.entries()) {
          const { side, quantity, entryTime, exitTime, grossPaise } = plain;
          expect(trades[index]).toMatchObject({ side, quantity, entryTime, exitTime, grossPaise });
          expect(Math.abs((trades[index]?.chargesPaise ?? 0) - plain.charges)).toBeLessThanOrEqual(0.500_001);
          expect(trades[index]?.netPaise).toBe(grossPaise - (trades[index]?.chargesPaise ?? 0));
        }
        expect(position.quantity).toBe(expected.quantity);
        expect(position.position().openedTime).toBe(expected.openedTime);
        expect(position.averagePrice).toBeCloseTo(expected.averagePaise / 100, 6);
        expect(Math.abs(position.realisedPaise - expected.realisedPaise)).toBeLessThanOrEqual(0.500_001);
      }),
      { numRuns: 1_000 },
    );
  });

  it('books charges on fills that add up to those of the trades, to the paisa', () => {
    fc.assert(
      fc.property(plainFills, (fills) => {
        const position = open();
        const { trades, booked } = fold(position, fills);
        const onFills = booked.reduce((sum, paise) => sum + paise, 0);
        const onTrades = trades.reduce((sum, { chargesPaise }) => sum + chargesPaise, 0);
        expect(onFills).toBe(onTrades + position.chargesPaise);
        for (const paise of booked) expect(Number.isSafeInteger(paise)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is worth its trades, what it has realised and what it would bring now', () => {
    fc.assert(
      fc.property(plainFills, fc.integer({ min: 1, max: 60_000 }), (fills, lastTicks) => {
        const position = open();
        const { trades } = fold(position, fills);
        const paid = fills.reduce((sum, { side, quantity, pricePaise }) => {
          return sum + quantity * pricePaise * (side === 'BUY' ? 1 : -1);
        }, 0);
        const worth = position.quantity * lastTicks * 5 - paid;
        const gross = trades.reduce((sum, { grossPaise }) => sum + grossPaise, 0);
        const held = position.realisedPaise + position.unrealisedPaise(lastTicks / 20);
        expect(Math.abs(gross + held - worth), 'two roundings').toBeLessThanOrEqual(1);
      }),
      { numRuns: 500 },
    );
  });
});

function fold(position: OpenPosition, fills: readonly PlainFill[]): { trades: Trade[]; booked: number[] } {
  const trades: Trade[] = [];
  const booked: number[] = [];
  for (const { side, quantity, pricePaise, time, charges } of fills) {
    const fill = buildFill(ORDER, { side, quantity, price: pricePaise / 100, time });
    const { chargesPaise, trade } = position.apply(fill, KEY, 'signal', charges);
    booked.push(chargesPaise);
    if (trade) trades.push(trade);
  }
  return { trades, booked };
}
