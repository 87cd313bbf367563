import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrderFrame } from '../../../../../src/brokers/angel-one/order-stream/order-frame.ts';
import { OrderTeller } from '../../../../../src/brokers/angel-one/order-stream/order-teller.ts';
import type { Fill } from '../../../../../src/core/fill.ts';
import type { BrokerOrderId, ClientOrderId, InstrumentId } from '../../../../../src/core/ids.ts';
import type { Order, OrderUpdate } from '../../../../../src/core/order.ts';
import { applyFill, transition } from '../../../../../src/engine/orders/order-machine.ts';
import type { BookedOrder } from '../../../../../src/ports/broker.ts';
import { buildOrder } from '../../../../support/build-order.ts';

const TAG = 'b7k2m9q4x1c8v5n3';
const NOW = 1_786_939_218_000;

function listen() {
  const story: string[] = [];
  const updates: OrderUpdate[] = [];
  const fills: Fill[] = [];
  const teller = new OrderTeller({
    onUpdate: (update) => {
      updates.push(update);
      story.push(update.status);
    },
    onFill: (fill) => {
      fills.push(fill);
      story.push(fill.fillId);
    },
    onDoubled: () => story.push('doubled'),
  });
  return { teller, story, updates, fills };
}

function frame(status: OrderFrame['status'], changes: Partial<OrderFrame> = {}): OrderFrame {
  return { code: '', orderId: '1', tag: TAG, status, filled: 0, text: '', stamp: '', ...changes };
}

function fill(fillId: string, quantity: number, time = NOW, tag = TAG): Fill {
  return {
    fillId,
    clientOrderId: tag as ClientOrderId,
    instrumentId: 'NSE:INFY' as InstrumentId,
    side: 'BUY',
    quantity,
    price: 100,
    time,
  };
}

function row(
  status: OrderUpdate['status'],
  fills: readonly Fill[] = [],
  changes: Partial<OrderUpdate> = {},
  filledQuantity = fills.reduce((sum, { quantity }) => sum + quantity, 0),
): BookedOrder {
  return {
    filledQuantity,
    update: {
      clientOrderId: TAG as ClientOrderId,
      status,
      brokerOrderId: '1' as BrokerOrderId,
      reason: null,
      time: NOW,
      ...changes,
    },
    fills,
  };
}

describe('OrderTeller', () => {
  it('tells at once what a frame proves, and each thing once', () => {
    const { teller, story, updates } = listen();
    expect(teller.hint(frame('SUBMITTED'), NOW)).toBe(false);
    expect(teller.hint(frame('ACCEPTED'), NOW)).toBe(false);
    expect(teller.hint(frame('ACCEPTED'), NOW)).toBe(false);
    expect(teller.hint(frame('SUBMITTED'), NOW)).toBe(false);
    expect(teller.hint(frame('REJECTED', { text: 'no funds', stamp: '17-Aug-2026 09:30:18' }), NOW)).toBe(false);
    expect(story).toEqual(['SUBMITTED', 'ACCEPTED', 'REJECTED']);
    expect(updates.at(-1)).toEqual({
      clientOrderId: TAG,
      status: 'REJECTED',
      brokerOrderId: '1',
      reason: 'no funds',
      time: Date.UTC(2026, 7, 17, 4, 0, 18),
    });
    teller.take([row('REJECTED')], teller.frames);
    expect(story.length).toBe(3);
  });

  it('tells the fills before the end that came with them', () => {
    const { teller, story } = listen();
    teller.hint(frame('ACCEPTED'), NOW);
    expect(teller.hint(frame('CANCELED', { filled: 3 }), NOW)).toBe(true);
    expect(story).toEqual(['ACCEPTED']);
    teller.take([row('CANCELED', [fill('b', 2, NOW + 2), fill('a', 1, NOW + 1)])], teller.frames);
    expect(story).toEqual(['ACCEPTED', 'a', 'b', 'CANCELED']);
  });

  it('waits for the trade book when it lags behind the stream', () => {
    const { teller, story } = listen();
    teller.hint(frame('CANCELED', { filled: 3 }), NOW);
    teller.take([row('CANCELED', [fill('a', 1)])], teller.frames);
    expect(story).toEqual(['a']);
    expect(teller.isBehind).toBe(true);
    teller.take([row('CANCELED', [fill('a', 1), fill('b', 2)])], teller.frames);
    expect(story).toEqual(['a', 'b', 'CANCELED']);
    expect(teller.isBehind).toBe(false);
  });

  it('tells the end after ten looks that did not show the fills, and the fills when they come', () => {
    const { teller, story } = listen();
    teller.hint(frame('CANCELED', { filled: 3 }), NOW);
    for (let i = 0; i < 10; i++) teller.take([row('CANCELED')], teller.frames);
    expect(story).toEqual([]);
    teller.take([row('CANCELED')], teller.frames);
    expect(story).toEqual(['CANCELED']);
    teller.take([row('CANCELED', [fill('a', 3)])], teller.frames);
    expect(story).toEqual(['CANCELED', 'a']);
  });

  it('asks the books when a frame does not say how much was filled', () => {
    const { teller, story } = listen();
    expect(teller.hint(frame('CANCELED', { filled: null }), NOW)).toBe(true);
    expect(teller.hint(frame('FILLED', { filled: null }), NOW)).toBe(true);
    expect(teller.hint(frame('ACCEPTED', { filled: null }), NOW)).toBe(false);
    expect(story).toEqual(['ACCEPTED']);
  });

  it('counts orders that are not ours and tells nothing of them', () => {
    const { teller, story } = listen();
    for (const tag of ['', 'mine', '1234567890123456', 'B7K2M9Q4X1C8V5N3', 'b7k2m9q4x1c8v5n33']) {
      expect(teller.hint(frame('FILLED', { tag, filled: 7 }), NOW)).toBe(false);
    }
    teller.take([row('ACCEPTED', [fill('x', 1, NOW, 'mine')], { clientOrderId: 'mine' as ClientOrderId })], 0);
    expect(story).toEqual([]);
    expect(teller.foreign).toBe(6);
    expect(teller.isBehind).toBe(false);
  });

  it('believes a frame more than books that were asked for before it came', () => {
    const { teller, story } = listen();
    teller.hint(frame('ACCEPTED'), NOW);
    const before = teller.frames;
    teller.hint(frame('PENDING_CANCEL'), NOW);
    expect(teller.take([row('ACCEPTED', [fill('a', 1)])], before), 'out of date').toBe(true);
    expect(story).toEqual(['ACCEPTED', 'PENDING_CANCEL', 'a']);
    expect(teller.take([row('ACCEPTED', [fill('a', 1)])], teller.frames)).toBe(false);
    expect(story, 'the cancel was refused').toEqual(['ACCEPTED', 'PENDING_CANCEL', 'a', 'ACCEPTED']);
  });

  it('tells nothing but fills after the end of an order', () => {
    const { teller, story } = listen();
    teller.take([row('CANCELED')], 0);
    teller.take([row('ACCEPTED', [fill('a', 1)])], 0);
    teller.take([row('REJECTED')], 0);
    expect(story).toEqual(['CANCELED', 'a']);
  });

  it('tells the name the broker gave an order, whenever it learns it', () => {
    const { teller, updates } = listen();
    teller.take([row('ACCEPTED', [], { brokerOrderId: null })], 0);
    teller.take([row('SUBMITTED')], 0);
    expect(updates.map(({ status, brokerOrderId }) => [status, brokerOrderId])).toEqual([
      ['ACCEPTED', null],
      ['ACCEPTED', '1'],
    ]);
  });

  it('waits for the fills that the order’s row speaks of, no frame having said so', () => {
    const { teller, story } = listen();
    teller.take([row('CANCELED', [fill('a', 1)], {}, 3)], teller.frames);
    expect(story).toEqual(['a']);
    expect(teller.isBehind, 'the books are looked at again').toBe(true);
    // A trade book older than the last one takes nothing back.
    teller.take([row('CANCELED', [], {}, 3)], teller.frames);
    teller.take([row('CANCELED', [fill('a', 1), fill('b', 2)], {}, 3)], teller.frames);
    expect(story).toEqual(['a', 'b', 'CANCELED']);
    expect(teller.isBehind).toBe(false);
  });

  it('takes a row alone in the book under another id for the order’s new name', () => {
    const { teller, story, updates } = listen();
    teller.take([row('ACCEPTED', [fill('a', 1)])], teller.frames);
    teller.take([row('ACCEPTED', [fill('a', 1)], { brokerOrderId: '2' as BrokerOrderId })], teller.frames);
    expect(story).toEqual(['ACCEPTED', 'a', 'ACCEPTED']);
    expect(updates.at(-1)?.brokerOrderId).toBe('2');
    expect(teller.hint(frame('CANCELED', { orderId: '2', filled: 1 }), NOW)).toBe(false);
    expect(story).toEqual(['ACCEPTED', 'a', 'ACCEPTED', 'CANCELED']);
  });

  it('leaves it to the books what a frame of another id is', () => {
    const { teller, story } = listen();
    teller.hint(frame('ACCEPTED'), NOW);
    expect(teller.hint(frame('CANCELED', { orderId: '2' }), NOW)).toBe(true);
    expect(story, 'not the end of the one we know').toEqual(['ACCEPTED']);
    const both = [row('ACCEPTED'), row('CANCELED', [], { brokerOrderId: '2' as BrokerOrderId })];
    teller.take(both, teller.frames);
    teller.take(both, teller.frames);
    expect(story).toEqual(['ACCEPTED', 'doubled']);
  });

  it('tells each fill once, all of them, and nothing the order machine would not take, whatever is lost or late', () => {
    const life = fc.array(fc.constantFrom('open', 'fill', 'cancelAsked', 'cancelRefused'), { maxLength: 8 });
    const end = fc.constantFrom<OrderUpdate['status'] | 'FILLED' | 'working'>(
      'CANCELED',
      'REJECTED',
      'FILLED',
      'working',
    );
    // For each moment: is its frame lost, sent twice; is a book asked for here, how many moments later does it arrive, and
    // how many fills is its trade book behind.
    const luck = fc.record({
      isLost: fc.boolean(),
      isTwice: fc.boolean(),
      isAsked: fc.boolean(),
      delay: fc.nat(3),
      lag: fc.nat(2),
    });
    fc.assert(
      fc.property(life, end, fc.array(luck, { minLength: 12, maxLength: 12 }), (moments, ending, lucks) => {
        const { teller, fills, updates } = listen();
        let order: Order = buildOrder({ clientOrderId: TAG as ClientOrderId, quantity: 100, status: 'SUBMITTING' });
        const apply = { updates: 0, fills: 0 };
        const settle = () => {
          for (; apply.updates < updates.length || apply.fills < fills.length; ) {
            const update = updates[apply.updates];
            if (update) {
              order = transition(order, update).order;
              apply.updates += 1;
            }
            const one = fills[apply.fills];
            if (one) {
              order = applyFill(order, one);
              apply.fills += 1;
            }
          }
        };
        const done: Fill[] = [];
        let status: OrderUpdate['status'] | 'FILLED' = 'SUBMITTED';
        const pending: { at: number; book: BookedOrder; before: number }[] = [];
        const bookOf = (lag: number): BookedOrder =>
          row(status === 'FILLED' ? 'ACCEPTED' : status, done.slice(0, Math.max(0, done.length - lag)));
        for (const [i, moment] of [...moments, 'end'].entries()) {
          const { isLost, isTwice, isAsked, delay, lag } = lucks[i] ?? {
            isLost: false,
            isTwice: false,
            isAsked: false,
            delay: 0,
            lag: 0,
          };
          if (moment === 'end') {
            if (ending === 'FILLED') done.push(fill(`f${done.length}`, 100 - done.length * 5, NOW + done.length));
            if (ending !== 'working') status = ending;
          } else if (moment === 'fill') done.push(fill(`f${done.length}`, 5, NOW + done.length));
          else status = moment === 'cancelAsked' ? 'PENDING_CANCEL' : 'ACCEPTED';
          const filled = done.reduce((sum, { quantity }) => sum + quantity, 0);
          for (let n = isLost ? 0 : isTwice ? 2 : 1; n > 0; n--) teller.hint(frame(status, { filled }), NOW);
          if (isAsked) pending.push({ at: i + delay, book: bookOf(lag), before: teller.frames });
          for (const each of pending) if (each.at === i) teller.take([each.book], each.before);
          settle();
        }
        teller.take([bookOf(0)], teller.frames);
        settle();
        expect(fills.map(({ fillId }) => fillId).sort()).toEqual(done.map(({ fillId }) => fillId).sort());
        expect(teller.isBehind).toBe(false);
        expect(order.filledQuantity).toBe(done.reduce((sum, { quantity }) => sum + quantity, 0));
        if (status === 'CANCELED' || status === 'REJECTED')
          expect(order.status).toBe(order.filledQuantity === 100 ? 'FILLED' : status);
        else if (status === 'PENDING_CANCEL') expect(updates.at(-1)?.status).toBe('PENDING_CANCEL');
      }),
      { numRuns: 2_000 },
    );
  });
});
