import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../../src/core/errors.ts';
import type { SignalKey, StrategyId } from '../../../../src/core/ids.ts';
import { clientOrderId } from '../../../../src/engine/orders/client-order-id.ts';
import { type OrderPlan, OrderPlanner } from '../../../../src/engine/orders/order-planner.ts';
import { ist, testInstrument } from '../../../support/fixed-calendar.ts';

const RELIANCE = testInstrument('NSE:RELIANCE');
/** The exchange's freeze quantity of 1800 is not a whole number of lots of 65. */
const NIFTY_FUTURE = testInstrument('NFO:NIFTY:2026-07-30:FUT', {
  exchange: 'NFO',
  kind: 'FUTURE',
  lotSize: 65,
  freezeQuantity: 1_800,
});
const KEY = 'ema-5m|NFO:NIFTY:2026-07-30:FUT|5m|1785383100000|ENTRY' as SignalKey;
const NOW = ist('2026-07-30', '10:00');

function plan(changes: Partial<OrderPlan> = {}): OrderPlan {
  return {
    strategyId: 'ema-5m' as StrategyId,
    signalKey: KEY,
    instrument: RELIANCE,
    leg: 'entry',
    role: 'ENTRY',
    side: 'BUY',
    quantity: 100,
    type: 'MARKET',
    product: 'INTRADAY',
    timeInForce: 'DAY',
    now: NOW,
    notBefore: NOW + 1,
    deadline: NOW + 2,
    ...changes,
  };
}

describe('the order planner', () => {
  it('plans one order, with its id, before anything is sent', () => {
    expect(new OrderPlanner().plan(plan())).toEqual([
      {
        clientOrderId: clientOrderId(KEY, 'entry'),
        sequence: 1,
        strategyId: 'ema-5m',
        signalKey: KEY,
        instrumentId: 'NSE:RELIANCE',
        role: 'ENTRY',
        side: 'BUY',
        quantity: 100,
        type: 'MARKET',
        limitPrice: null,
        triggerPrice: null,
        product: 'INTRADAY',
        timeInForce: 'DAY',
        ocoGroup: null,
        createdTime: NOW,
        notBefore: NOW + 1,
        deadline: NOW + 2,
        ...{ isHeld: false, amendments: 0, reprices: null, pricedTime: null },
        status: 'INITIALIZED',
        brokerOrderId: null,
        filledQuantity: 0,
        averagePrice: null,
        statusReason: null,
        updatedTime: NOW,
      },
    ]);
  });

  it('carries prices and the group of a leg', () => {
    const [stop] = new OrderPlanner().plan(
      plan({ role: 'STOP_LOSS', type: 'STOP_LIMIT', triggerPrice: 95, limitPrice: 94.5, ocoGroup: 'pair' }),
    );
    expect(stop).toMatchObject({ triggerPrice: 95, limitPrice: 94.5, ocoGroup: 'pair', type: 'STOP_LIMIT' });
  });

  it('numbers orders from 1 over all plans, and goes on after the orders of an earlier run', () => {
    const planner = new OrderPlanner();
    const sequences = [...planner.plan(plan()), ...planner.plan(plan({ leg: 'exit' }))].map(({ sequence }) => sequence);
    expect(sequences).toEqual([1, 2]);
    planner.resumeAfter(40);
    expect(planner.plan(plan())[0]?.sequence).toBe(41);
    planner.resumeAfter(7);
    expect(planner.plan(plan())[0]?.sequence, 'never backwards').toBe(42);
  });

  it('slices what is above the freeze quantity into whole lots', () => {
    const orders = new OrderPlanner().plan(plan({ instrument: NIFTY_FUTURE, quantity: 65 * 60 }));
    expect(orders.map(({ quantity }) => quantity)).toEqual([1_755, 1_755, 390]);
    expect(orders.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(orders.map((order) => order.clientOrderId)).toEqual([
      clientOrderId(KEY, 'entry/slice-1'),
      clientOrderId(KEY, 'entry/slice-2'),
      clientOrderId(KEY, 'entry/slice-3'),
    ]);
  });

  it.each([
    [1_755, [1_755]],
    [1_820, [1_755, 65]],
    [65, [65]],
  ])('plans %i units as %j', (quantity, expected) => {
    const orders = new OrderPlanner().plan(plan({ instrument: NIFTY_FUTURE, quantity }));
    expect(orders.map((order) => order.quantity)).toEqual(expected);
    const firstLeg = expected.length === 1 ? 'entry' : 'entry/slice-1';
    expect(orders[0]?.clientOrderId).toBe(clientOrderId(KEY, firstLeg));
  });

  it('slices any number of lots without losing a unit, every slice of whole lots the exchange takes', () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 2_000 }), fc.nat({ max: 60 }));
    fc.assert(
      fc.property(cases, ([lotSize, lots, freezeLots]) => {
        const freezeQuantity = lotSize * (freezeLots + 1) + (lotSize - 1);
        const instrument = testInstrument('NFO:X:2026-07-30:FUT', { lotSize, freezeQuantity });
        const orders = new OrderPlanner().plan(plan({ instrument, quantity: lotSize * lots }));
        expect(orders.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(lotSize * lots);
        for (const { quantity } of orders) {
          expect(quantity).toBeGreaterThan(0);
          expect(quantity).toBeLessThanOrEqual(freezeQuantity);
          expect(quantity % lotSize).toBe(0);
        }
        expect(new Set(orders.map((order) => order.clientOrderId)).size).toBe(orders.length);
      }),
    );
  });

  it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a quantity of %s', (quantity) => {
    expect(() => new OrderPlanner().plan(plan({ quantity }))).toThrow(InvariantError);
    expect(() => new OrderPlanner().plan(plan({ quantity, instrument: NIFTY_FUTURE }))).toThrow(InvariantError);
  });
});
