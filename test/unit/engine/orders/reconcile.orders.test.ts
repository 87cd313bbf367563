import { describe, expect, it } from 'vitest';
import type { ClientOrderId, InstrumentId } from '../../../../src/core/ids.ts';
import type { OrderStatus } from '../../../../src/core/order-status.ts';
import { brokerId, buildOrder } from '../../../support/build-order.ts';
import { ist } from '../../../support/fixed-calendar.ts';
import { fillOf, foreign, look, NOW, position, row, WORKING } from './reconcile-bench.ts';

const NOTHING = { updates: [], fills: [], differences: [], isConclusive: true };

describe('an order that works here', () => {
  it('and works there needs nothing', () => {
    expect(look({ orders: [WORKING], rows: [row(WORKING, 'ACCEPTED')] })).toEqual(NOTHING);
  });

  it.each(['CANCELED', 'REJECTED', 'EXPIRED'] as const)('and is %s there has ended', (status) => {
    const { updates, fills, differences } = look({ orders: [WORKING], rows: [row(WORKING, status)] });
    expect(updates).toMatchObject([{ clientOrderId: WORKING.clientOrderId, status, brokerOrderId: 'B1' }]);
    expect([fills, differences]).toEqual([[], []]);
  });

  it('and was filled there is filled, each fill once', () => {
    const fills = [fillOf(WORKING, 4, 1), fillOf(WORKING, 6, 2)];
    const partly = { ...WORKING, status: 'PARTIALLY_FILLED', filledQuantity: 4, averagePrice: 100 } as const;
    const rows = [row(WORKING, 'ACCEPTED', { fills })];
    const positions = [position(10)];
    expect(look({ orders: [WORKING], rows, positions })).toEqual({ ...NOTHING, fills });
    expect(look({ orders: [partly], fills: fills.slice(0, 1), rows, positions })).toEqual({
      ...NOTHING,
      fills: fills.slice(1),
    });
  });

  it('and was cancelled there with fills gets these and its end', () => {
    const fills = [fillOf(WORKING, 4)];
    const found = look({ orders: [WORKING], rows: [row(WORKING, 'CANCELED', { fills })], positions: [position(4)] });
    expect(found).toMatchObject({ ...NOTHING, fills, updates: [{ status: 'CANCELED' }] });
  });

  it('is not ended by a book whose fills lag, and nothing is said of its position', () => {
    const rows = [row(WORKING, 'CANCELED', { filledQuantity: 4 })];
    expect(look({ orders: [WORKING], rows, positions: [position(4)] })).toEqual({ ...NOTHING, isConclusive: false });
  });

  it('and is not in the book is a difference, not an end', () => {
    const { updates, differences } = look({ orders: [WORKING] });
    expect(updates).toEqual([]);
    expect(differences).toMatchObject([
      { kind: 'ORDER_ABSENT', orders: [WORKING.clientOrderId, 'B1'], numbers: { quantity: 10, filled: 0 } },
    ]);
    expect(differences[0]?.text).toContain('ENTRY BUY 10 NSE:RELIANCE of test-strategy is "ACCEPTED" here');
  });

  it('is not missed in a book with rows that can not be read, nor moments after it was sent', () => {
    expect(look({ orders: [WORKING], unreadRows: 1 })).toEqual({ ...NOTHING, isConclusive: false });
    expect(look({ orders: [{ ...WORKING, updatedTime: NOW - 10_000 }] })).toEqual(NOTHING);
  });

  it.each(['SUBMITTING', 'UNKNOWN', 'INITIALIZED'] as const)(
    'as %s and is not in the book is left to the executor',
    (status) => {
      expect(look({ orders: [{ ...WORKING, status, brokerOrderId: null }] })).toEqual(NOTHING);
    },
  );

  it.each(['SUBMITTING', 'UNKNOWN', 'INITIALIZED'] as const)(
    'as %s and is in the book is adopted by its name there',
    (status) => {
      const order = { ...WORKING, status, brokerOrderId: null };
      expect(look({ orders: [order], rows: [row(order, 'ACCEPTED')] })).toMatchObject({
        ...NOTHING,
        updates: [{ status: 'ACCEPTED', brokerOrderId: 'B1' }],
      });
      const lagging = look({ orders: [order], rows: [row(order, 'REJECTED', { filledQuantity: 2 })] });
      expect(lagging.updates, 'the broker has it: no more is sure').toMatchObject([{ status: 'SUBMITTED' }]);
    },
  );

  it('that the broker has renamed has its new name', () => {
    expect(look({ orders: [WORKING], rows: [row(WORKING, 'ACCEPTED', { name: 'B2' })] })).toMatchObject({
      ...NOTHING,
      updates: [{ brokerOrderId: 'B2' }],
    });
  });
});

describe('an order of an earlier day', () => {
  const old = { ...WORKING, createdTime: NOW - 86_400_000, notBefore: NOW - 86_400_000, updatedTime: NOW - 86_400_000 };

  it.each(['SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'PENDING_CANCEL', 'SUBMITTING', 'UNKNOWN'] as const)(
    'that was %s and is in no book any more has expired with its day',
    (status) => {
      const { updates, differences } = look({ orders: [{ ...old, status }] });
      expect(updates).toEqual([
        {
          ...{ clientOrderId: old.clientOrderId, status: 'EXPIRED', brokerOrderId: 'B1', time: NOW },
          reason:
            "The broker's book of 2026-07-30 does not list it: an order for the day ends with its day, 2026-07-29",
        },
      ]);
      expect(differences).toEqual([]);
    },
  );

  it('has not expired while the book can not be read whole, is still listed, or rests beyond the day', () => {
    expect(look({ orders: [old], unreadRows: 2 }).updates).toEqual([]);
    expect(look({ orders: [old], rows: [row(old, 'ACCEPTED')] }).updates).toEqual([]);
    expect(look({ orders: [{ ...old, timeInForce: 'GTT' }] })).toEqual(NOTHING);
    expect(look({ orders: [{ ...old, status: 'INITIALIZED' }] }), 'it was never sent').toEqual(NOTHING);
  });

  it('that was planned for today or sent today is one of today', () => {
    const now = ist('2026-07-30', '09:20');
    expect(look({ orders: [{ ...old, notBefore: ist('2026-07-30', '09:15') }], now }).updates).toEqual([]);
    expect(look({ orders: [{ ...old, updatedTime: NOW - 60_000 }] }).differences).toMatchObject([
      { kind: 'ORDER_ABSENT' },
    ]);
  });

  it('whose cancel was asked for today is none of today', () => {
    const order = { ...old, status: 'PENDING_CANCEL', updatedTime: NOW - 60_000 } as const;
    expect(look({ orders: [order] }).updates).toMatchObject([{ status: 'EXPIRED' }]);
  });
});

describe('an order that ended here', () => {
  const ENDS: readonly OrderStatus[] = ['CANCELED', 'REJECTED', 'EXPIRED'];

  it.each(ENDS)('as %s and works there is told of, and never cancelled', (status) => {
    const { updates, differences } = look({ orders: [{ ...WORKING, status }], rows: [row(WORKING, 'ACCEPTED')] });
    expect(updates).toEqual([]);
    expect(differences).toMatchObject([
      { kind: 'ORDER_WORKS_THERE', level: 'critical', orders: [WORKING.clientOrderId, 'B1'] },
    ]);
    expect(differences[0]?.text).toContain("Cancel it in the broker's app");
  });

  it.each(ENDS)('as %s and was filled there has its fills', (status) => {
    const fills = [fillOf(WORKING, 10)];
    const found = look({
      ...{ orders: [{ ...WORKING, status }], rows: [row(WORKING, 'ACCEPTED', { fills })], positions: [position(10)] },
    });
    expect(found).toEqual({ ...NOTHING, fills });
  });

  it('and there too, in whatever way, needs nothing; one that the book does not list neither', () => {
    for (const there of ['CANCELED', 'REJECTED', 'EXPIRED'] as const) {
      for (const status of ENDS)
        expect(look({ orders: [{ ...WORKING, status }], rows: [row(WORKING, there)] })).toEqual(NOTHING);
    }
    expect(look({ orders: [{ ...WORKING, status: 'REJECTED' }] })).toEqual(NOTHING);
  });

  it('with fills that the broker no longer has is told of', () => {
    const filled = { ...WORKING, status: 'FILLED', filledQuantity: 10, averagePrice: 100 } as const;
    const found = look({
      ...{ orders: [filled], fills: [fillOf(WORKING, 10)], positions: [position(4)] },
      rows: [row(WORKING, 'CANCELED', { fills: [fillOf(WORKING, 4, 2)] })],
    });
    expect(found.differences.map(({ kind, numbers }) => [kind, numbers])).toContainEqual([
      'FILL_ABSENT',
      { here: 10, there: 4 },
    ]);
  });
});

describe('a cancel', () => {
  const asked = { ...WORKING, status: 'PENDING_CANCEL' } as const;

  it('on its way is not undone by a book that does not know of it', () => {
    expect(look({ orders: [{ ...asked, updatedTime: NOW - 5_000 }], rows: [row(asked, 'ACCEPTED')] })).toEqual(NOTHING);
  });

  it('that the broker has not taken for long is told of', () => {
    const { updates, differences } = look({ orders: [asked], rows: [row(asked, 'ACCEPTED')] });
    expect(updates).toEqual([]);
    expect(differences).toMatchObject([{ kind: 'CANCEL_NOT_TAKEN', level: 'warning' }]);
  });
});

describe('two orders under one id of ours', () => {
  const rows = [
    row(WORKING, 'ACCEPTED', { fills: [fillOf(WORKING, 10)] }),
    row(WORKING, 'ACCEPTED', { name: 'B2', fills: [fillOf(WORKING, 10, 2, { time: NOW - 30_000 })] }),
  ];

  it('are told of, as are the units that are too many; what was meant is booked', () => {
    const { fills, differences } = look({ orders: [WORKING], rows, positions: [position(20)] });
    expect(fills).toEqual([fillOf(WORKING, 10)]);
    expect(differences).toMatchObject([
      { kind: 'ORDER_DOUBLED', orders: [WORKING.clientOrderId, 'B1', 'B2'], numbers: { orders: 2, filled: 20 } },
      { kind: 'FILL_NOT_BOOKED', numbers: { units: 10, quantity: 10 } },
      { kind: 'POSITION_DIFFERS', numbers: { ours: 10, theirs: 20, stray: 10 } },
    ]);
  });

  it('have the status of the one that we know', () => {
    const both = [row(WORKING, 'CANCELED', { name: 'B2' }), row(WORKING, 'ACCEPTED')];
    expect(look({ orders: [WORKING], rows: both }).updates).toEqual([]);
    const stranger = { ...WORKING, brokerOrderId: brokerId('B3') };
    expect(look({ orders: [stranger], rows: both }).updates, 'none of the two').toEqual([]);
    const unnamed = { ...WORKING, brokerOrderId: null, status: 'UNKNOWN' } as const;
    expect(look({ orders: [unnamed], rows: both }).updates, 'the one that works').toMatchObject([
      { brokerOrderId: 'B1' },
    ]);
  });
});

describe('a fill', () => {
  it.each([
    ['of another instrument', { instrumentId: 'NSE:INFY' as InstrumentId }],
    ['of the other side', { side: 'SELL' as const }],
    ['of more than was ordered', { quantity: 11 }],
  ])('%s is not booked, and told of', (_, changes) => {
    const fill = fillOf(WORKING, 5, 1, changes);
    const { fills, differences } = look({ orders: [WORKING], rows: [row(WORKING, 'ACCEPTED', { fills: [fill] })] });
    expect(fills).toEqual([]);
    expect(differences).toMatchObject([{ kind: 'FILL_NOT_BOOKED', numbers: { units: fill.quantity } }]);
  });
});

describe('orders of others', () => {
  it('are listed while they work and when they have traded', () => {
    const { differences } = look({
      foreignOrders: [
        foreign({ isWorking: true, filledQuantity: 0 }),
        foreign({ brokerOrderId: brokerId('H2'), instrumentId: null, product: null, side: null, name: 'MCX GOLD' }),
        foreign({ brokerOrderId: brokerId('H3'), filledQuantity: 0 }),
      ],
      positions: [position(0)],
    });
    expect(differences.map(({ key, level }) => [key, level])).toEqual([
      ['HAND_MADE_ORDER|H1', 'info'],
      ['HAND_MADE_ORDER|H2', 'info'],
    ]);
    expect(differences[0]?.text).toContain('BUY 5 NSE:RELIANCE INTRADAY, at work, 0 units filled');
    expect(differences[1]?.text).toContain('order of 5 MCX GOLD, ended, 5 units filled');
  });

  it('with an id like ours that we do not have are told of loudly', () => {
    const stranger = buildOrder({ clientOrderId: 'stranger00000001' as ClientOrderId });
    expect(look({ rows: [row(stranger, 'ACCEPTED')] }).differences).toMatchObject([
      { kind: 'ORDER_UNKNOWN', level: 'critical', orders: ['stranger00000001', 'B1'] },
    ]);
    expect(look({ rows: [row(stranger, 'REJECTED')] })).toEqual(NOTHING);
  });
});
