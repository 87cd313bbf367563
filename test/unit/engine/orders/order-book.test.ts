import { describe, expect, it } from 'vitest';
import type { ClientOrderId, InstrumentId, StrategyId } from '../../../../src/core/ids.ts';
import type { Order } from '../../../../src/core/order.ts';
import { ORDER_STATUSES } from '../../../../src/core/order-status.ts';
import { MINUTE_MS } from '../../../../src/core/time.ts';
import { OrderBook } from '../../../../src/engine/orders/order-book.ts';
import { buildOrder } from '../../../support/build-order.ts';

const EMA = 'ema' as StrategyId;
const RSI = 'rsi' as StrategyId;
const TCS = 'NSE:TCS' as InstrumentId;
const INFY = 'NSE:INFY' as InstrumentId;

function order(id: string, changes: Partial<Order> = {}): Order {
  return buildOrder({ clientOrderId: id as ClientOrderId, strategyId: EMA, instrumentId: TCS, ...changes });
}

const idsOf = (orders: Iterable<Order>): string[] => [...orders].map((each) => each.clientOrderId);

describe('the order book', () => {
  it('knows the working orders of one strategy in one instrument, oldest first', () => {
    const book = new OrderBook();
    book.add(order('a'));
    book.add(order('b', { strategyId: RSI }));
    book.add(order('c', { instrumentId: INFY }));
    book.add(order('d'));
    expect(idsOf(book.working(EMA, TCS))).toEqual(['a', 'd']);
    expect(idsOf(book.working(RSI, INFY))).toEqual([]);
    expect(idsOf(book.workingEntries)).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each(ORDER_STATUSES)('keeps an order that is %s and shows it as working only while it can change', (status) => {
    const book = new OrderBook();
    book.add(order('a'));
    book.add(order('b'));
    book.put(order('a', { status }));
    const hasEnded = ['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'].includes(status);
    expect(idsOf(book.working(EMA, TCS))).toEqual(hasEnded ? ['b'] : ['a', 'b']);
    expect(book.get('a' as ClientOrderId)?.status).toBe(status);
  });

  it('does not bring an order that has ended back when a late fill changes it', () => {
    const book = new OrderBook();
    book.add(order('a'));
    book.add(order('b'));
    book.put(order('a', { status: 'CANCELED' }));
    book.put(order('a', { status: 'CANCELED', filledQuantity: 3 }));
    expect(idsOf(book.workingEntries)).toEqual(['b']);
    expect(book.get('a' as ClientOrderId)?.filledQuantity).toBe(3);
  });

  it('keeps what has ended for another trading day, and what works for as long as it does', () => {
    const book = new OrderBook();
    const knows = (id: string): boolean => book.get(id as ClientOrderId) !== undefined;
    for (const id of ['rule', 'friday']) book.add(order(id));
    book.put(order('friday', { status: 'FILLED' }));
    for (let day = 0; day < 3; day += 1) book.startDay();
    expect([knows('rule'), knows('friday')], 'a weekend is no trading day').toEqual([true, true]);
    book.add(order('monday'));
    book.put(order('rule', { status: 'ACCEPTED' }));
    book.startDay();
    book.add(order('tuesday'));
    book.startDay();
    expect([knows('rule'), knows('friday')]).toEqual([true, false]);
    expect(book.get('rule' as ClientOrderId)?.status).toBe('ACCEPTED');
    expect(idsOf(book.working(EMA, TCS))).toEqual(['rule', 'monday', 'tuesday']);
  });

  it('counts orders of the last minute and of the day', () => {
    const book = new OrderBook();
    const first = order('a').createdTime;
    book.add(order('a', { createdTime: first }));
    book.add(order('b', { createdTime: first + 20_000 }));
    book.add(order('c', { createdTime: first + 50_000 }));
    expect(book.plannedSinceMinute(first + 50_000)).toBe(3);
    expect(book.plannedSinceMinute(first + MINUTE_MS - 1)).toBe(3);
    expect(book.plannedSinceMinute(first + MINUTE_MS), 'a minute is over when it has passed').toBe(2);
    expect(book.plannedSinceMinute(first + 10 * MINUTE_MS)).toBe(0);
    book.add(order('d', { createdTime: first + 10 * MINUTE_MS }));
    expect(book.plannedSinceMinute(first + 10 * MINUTE_MS)).toBe(1);
    expect(book.plannedToday).toBe(4);
    book.startDay();
    expect(book.plannedToday).toBe(0);
    expect(book.plannedSinceMinute(first + 10 * MINUTE_MS)).toBe(1);
  });
});
