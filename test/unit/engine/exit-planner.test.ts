import { describe, expect, it } from 'vitest';
import type { ClientOrderId } from '../../../src/core/ids.ts';
import type { Order } from '../../../src/core/order.ts';
import { ExitPlanner } from '../../../src/engine/exit-planner.ts';
import { OrderBook } from '../../../src/engine/orders/order-book.ts';
import { OrderPlanner } from '../../../src/engine/orders/order-planner.ts';
import { OpenPosition } from '../../../src/engine/portfolio/open-position.ts';
import { buildFill, buildOrder, buildSignal } from '../../support/build-order.ts';
import { testInstrument } from '../../support/fixed-calendar.ts';

const ENTRY = buildOrder();
const KEY = ENTRY.signalKey;
const NOW = ENTRY.createdTime + 60_000;
const RELIANCE = testInstrument('NSE:RELIANCE');

function open(quantity: number, ...working: readonly Partial<Order>[]) {
  const book = new OrderBook();
  const position = new OpenPosition(ENTRY.strategyId, ENTRY.instrumentId, 'INTRADAY');
  if (quantity !== 0) {
    const side = quantity > 0 ? 'BUY' : 'SELL';
    position.apply(buildFill(ENTRY, { side, quantity: Math.abs(quantity) }), KEY, 'signal', 0);
  }
  const orders = working.map((changes, index) => {
    return buildOrder({ clientOrderId: `working-${index}` as ClientOrderId, side: 'SELL', ...changes });
  });
  for (const order of orders) book.add(order);
  return { position, orders, planner: new ExitPlanner(new OrderPlanner(), book, true) };
}

const NONE: ReadonlySet<ClientOrderId> = new Set();

describe('leaving a position', () => {
  it('sells what is held, or buys it back', () => {
    const { planner, position } = open(10);
    expect(planner.leave(position, RELIANCE, 'EXIT', KEY, NOW, NOW + 5, 10).orders).toMatchObject([
      {
        ...{ side: 'SELL', quantity: 10, role: 'EXIT', type: 'MARKET', timeInForce: 'DAY' },
        ...{ createdTime: NOW, notBefore: NOW + 5, signalKey: KEY },
      },
    ]);
    expect(planner.leave(position, RELIANCE, 'SQUARE_OFF', KEY, NOW, NOW, -7).orders).toMatchObject([
      { side: 'BUY', quantity: 7, role: 'SQUARE_OFF' },
    ]);
  });

  it('cancels entries and legs, not what leaves, whether or not anything is left to close', () => {
    const roles = ['ENTRY', 'STOP_LOSS', 'TARGET', 'EXIT', 'SQUARE_OFF'] as const;
    const { planner, position, orders } = open(10, ...roles.map((role) => ({ role, quantity: 1 })));
    for (const units of [8, 0]) {
      expect(planner.leave(position, RELIANCE, 'EXIT', KEY, NOW, NOW, units).cancels).toEqual(orders.slice(0, 3));
    }
    expect(planner.leave(position, RELIANCE, 'EXIT', KEY, NOW, NOW, 0).orders).toEqual([]);
  });

  it('is nothing to the orders of others', () => {
    const { planner, position } = open(
      10,
      { role: 'EXIT', strategyId: 'other' as Order['strategyId'] },
      { role: 'STOP_LOSS', instrumentId: 'NSE:TCS' as Order['instrumentId'] },
    );
    expect(planner.unitsAfterExits(position, NONE)).toBe(10);
    expect(planner.leave(position, RELIANCE, 'EXIT', KEY, NOW, NOW, 10).cancels).toEqual([]);
  });
});

describe('what is left after the exits on their way', () => {
  it('is what is held less what they will still trade', () => {
    const part = { quantity: 10, filledQuantity: 4, status: 'PARTIALLY_FILLED' } as const;
    const { planner, position } = open(16, { role: 'EXIT', ...part });
    expect(planner.unitsAfterExits(position, NONE)).toBe(10);
  });

  it('counts square-offs on either side, and neither legs nor entries', () => {
    const { planner, position } = open(
      -6,
      { role: 'SQUARE_OFF', side: 'BUY', quantity: 4 },
      { role: 'EXIT', side: 'SELL', quantity: 3 },
      { role: 'STOP_LOSS', side: 'BUY' },
      { role: 'TARGET', side: 'BUY' },
      { role: 'ENTRY', side: 'SELL' },
    );
    expect(planner.unitsAfterExits(position, NONE)).toBe(-5);
  });

  it('leaves out what a cancel was asked for', () => {
    const { planner, position, orders } = open(10, { role: 'EXIT', quantity: 10 });
    expect(planner.unitsAfterExits(position, NONE)).toBe(0);
    expect(planner.unitsAfterExits(position, new Set(orders.map((order) => order.clientOrderId)))).toBe(10);
  });
});

describe('a leg that has closed the position', () => {
  it('makes everything else of the trade needless, but for its own pair and the entries of others', () => {
    const other = 'other-key' as Order['signalKey'];
    const { planner, position, orders } = open(
      0,
      { role: 'TARGET', ocoGroup: 'pair' },
      { role: 'STOP_LOSS', ocoGroup: 'second pair' },
      { role: 'EXIT', signalKey: other },
      { role: 'ENTRY' },
      { role: 'ENTRY', signalKey: other },
    );
    const leg = buildOrder({ role: 'STOP_LOSS', side: 'SELL', ocoGroup: 'pair' });
    expect(planner.needless(position, leg)).toEqual([orders[1], orders[2], orders[3]]);
  });
});

describe('protecting a fill', () => {
  it('plans the legs that the signal has', () => {
    const { planner } = open(10);
    const fill = buildFill(ENTRY, { quantity: 4 });
    const protect = (stopLoss: number | null, target: number | null) =>
      planner
        .protect(ENTRY, fill, buildSignal({ stopLoss, target }), RELIANCE)
        .map(({ role, quantity }) => [role, quantity]);
    expect(protect(95, 110)).toEqual([
      ['STOP_LOSS', 4],
      ['TARGET', 4],
    ]);
    expect(protect(95, null)).toEqual([['STOP_LOSS', 4]]);
    expect(protect(null, 110)).toEqual([['TARGET', 4]]);
    expect(protect(null, null)).toEqual([]);
  });
});

describe('undoing a fill', () => {
  it.each([
    [4, 'SELL'],
    [-4, 'BUY'],
  ] as const)('of %i units too many trades them back at once: %s', (units, side) => {
    const { planner } = open(10);
    const fill = buildFill(ENTRY, { quantity: 10, time: NOW });
    expect(planner.undo(ENTRY, fill, units, RELIANCE)).toMatchObject([
      { role: 'SQUARE_OFF', side, quantity: 4, type: 'MARKET', createdTime: NOW, notBefore: NOW, signalKey: KEY },
    ]);
  });
});
