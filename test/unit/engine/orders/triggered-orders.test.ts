import { describe, expect, it } from 'vitest';
import type { GttLeg } from '../../../../src/core/gtt.ts';
import type { BrokerOrderId, ClientOrderId } from '../../../../src/core/ids.ts';
import { DAY_MS, MINUTE_MS } from '../../../../src/core/time.ts';
import { adoptBook, claimOrders, isOutlived, type LegOfOrder } from '../../../../src/engine/orders/triggered-orders.ts';
import type { BrokerBook, ForeignOrder, ForeignStory } from '../../../../src/ports/broker.ts';
import { INFY, MORNING } from '../../../support/angel-one-simulator.ts';
import { brokerGttId, buildSingle, GTT_ID } from '../../../support/build-gtt.ts';
import { buildOrder } from '../../../support/build-order.ts';

const PLACED = 's7k2m9q4x1c8v5n3' as ClientOrderId;
const order = buildOrder({
  ...{ clientOrderId: PLACED, instrumentId: INFY.id, role: 'STOP_LOSS', side: 'SELL', product: 'DELIVERY' },
  ...{ timeInForce: 'GTT', status: 'ACCEPTED', createdTime: MORNING },
});

/** The stop of a position: 10 INFY at 1400, limit 1395. */
function leg(changes: Partial<GttLeg> = {}, owner: LegOfOrder['order'] = order): LegOfOrder {
  const rule = buildSingle({
    ...{ status: 'TRIGGERED', brokerGttId: brokerGttId('7'), submittedTime: MORNING, updatedTime: MORNING + 1_000 },
    ...{ clientOrderId: owner?.clientOrderId ?? null, ...changes },
  });
  return { rule, leg: rule.legs[0], order: owner };
}

function foreign(id: string, changes: Partial<ForeignOrder> = {}, story: Partial<ForeignStory> = {}): ForeignOrder {
  return {
    ...{ brokerOrderId: id as BrokerOrderId, instrumentId: INFY.id, name: 'NSE INFY-EQ', product: 'DELIVERY' },
    ...{ side: 'SELL', quantity: 10, filledQuantity: 10, isWorking: false, ...changes },
    story: {
      ...{ limitPrice: 1395, status: 'ACCEPTED', reason: null, time: MORNING + 900 },
      trades: [{ tradeId: '31', quantity: 10, price: 1399, time: MORNING + 950 }],
      ...story,
    },
  };
}

const bookOf = (...foreignOrders: readonly ForeignOrder[]): BrokerBook => ({
  orders: [],
  foreignOrders,
  unreadRows: 0,
});

describe('the order of a trigger', () => {
  it('is the one foreign order that is what the rule said, and comes under our id with its fills', () => {
    const others = [
      foreign('1', { quantity: 11 }),
      foreign('2', { side: 'BUY' }),
      foreign('3', { product: 'INTRADAY' }),
      foreign('4', {}, { limitPrice: 1394.95 }),
      foreign('5', {}, { time: MORNING - 2 * MINUTE_MS }),
      foreign('6', { instrumentId: null }),
    ];
    const book = bookOf(...others, foreign('7'));
    const { claims, differences } = claimOrders([leg()], book, MORNING + 2_000);
    expect(claims).toMatchObject([{ brokerOrderId: '7', rule: { clientGttId: GTT_ID } }]);
    expect(differences).toEqual([]);
    const claimed = leg({ brokerOrderId: '7' as BrokerOrderId });
    expect(adoptBook([claimed], book, MORNING)).toEqual({
      isInDoubt: false,
      book: {
        ...{ unreadRows: 0, foreignOrders: others },
        orders: [
          {
            update: {
              ...{ clientOrderId: PLACED, status: 'ACCEPTED', brokerOrderId: '7', reason: null },
              time: MORNING + 900,
            },
            fills: [
              {
                ...{ fillId: `${PLACED}-31`, clientOrderId: PLACED, instrumentId: INFY.id, side: 'SELL' },
                ...{ quantity: 10, price: 1399, time: MORNING + 950 },
              },
            ],
            filledQuantity: 10,
          },
        ],
      },
    });
    expect(claimOrders([claimed], book, MORNING + 2_000), 'for good').toEqual({ claims: [], differences: [] });
  });

  it('is nobody’s when more orders than triggers are alike; its owner is asked', () => {
    const { claims, differences } = claimOrders([leg()], bookOf(foreign('7'), foreign('8')), MORNING + 2_000);
    expect(claims).toEqual([]);
    expect(differences).toMatchObject([{ kind: 'GTT_ORDER_IN_DOUBT', level: 'critical', numbers: { orders: 2 } }]);
    expect(differences[0]?.text).toContain('"7", "8"');
  });

  it('is shared out among triggers that are alike, and never claimed twice', () => {
    const other = leg({ brokerGttId: brokerGttId('8'), updatedTime: MORNING + 3_000 }, { ...order });
    const both = [other, leg()];
    const { claims } = claimOrders(both, bookOf(foreign('9', {}, { time: MORNING + 2_500 }), foreign('7')), MORNING);
    expect(claims.map((claim) => [claim.leg.brokerGttId, claim.brokerOrderId])).toEqual([
      ['7', '7'],
      ['8', '9'],
    ]);
    const taken = leg({ brokerOrderId: '7' as BrokerOrderId });
    expect(claimOrders([taken, leg()], bookOf(foreign('7')), MORNING).claims).toEqual([]);
  });

  it('is told of when no book shows it, after a while and when the book is whole', () => {
    const late = MORNING + 1_000 + MINUTE_MS + 1;
    expect(claimOrders([leg()], bookOf(), MORNING + 2_000).differences, 'books lag').toEqual([]);
    expect(claimOrders([leg()], { ...bookOf(), unreadRows: 1 }, late).differences).toEqual([]);
    expect(claimOrders([leg()], bookOf(), late).differences).toMatchObject([{ kind: 'GTT_ORDER_ABSENT' }]);
    expect(claimOrders([leg({}, null)], bookOf(), late).differences, 'a rule by hand').toEqual([]);
    expect(isOutlived(leg(), late)).toBe(false);
    expect(isOutlived(leg(), late + DAY_MS)).toBe(true);
  });

  it('of a rule by hand is claimed, so that nobody else takes it, and stays foreign', () => {
    const byHand = leg({}, null);
    expect(claimOrders([byHand], bookOf(foreign('7')), MORNING).claims).toHaveLength(1);
    const claimed = leg({ brokerOrderId: '7' as BrokerOrderId }, null);
    expect(adoptBook([claimed], bookOf(foreign('7')), MORNING).book).toEqual(bookOf(foreign('7')));
  });

  it('that nobody has told of yet is neither ours nor foreign until the rules have been looked at', () => {
    const active = leg({ status: 'ACTIVE' });
    const book = bookOf(foreign('7'));
    const { book: adopted, isInDoubt } = adoptBook([active], book, MORNING);
    expect(isInDoubt).toBe(true);
    expect(adopted).toMatchObject({ foreignOrders: [], orders: [{ fills: [], filledQuantity: 10 }] });
    const later = adoptBook([active], book, MORNING + MINUTE_MS);
    expect(later, 'the rule still rests: somebody else has made the order').toEqual({ book, isInDoubt: false });
  });
});
