import { describe, expect, it } from 'vitest';
import type { ClientOrderId, StrategyId } from '../../../../src/core/ids.ts';
import type { Order } from '../../../../src/core/order.ts';
import { DAY_MS } from '../../../../src/core/time.ts';
import { fillOf, foreign, look, NOW, position, type Setup, WORKING } from './reconcile-bench.ts';

const FILLED: Order = { ...WORKING, status: 'FILLED', filledQuantity: 10, averagePrice: 100 };
const SHORT: Order = {
  ...{ ...FILLED, clientOrderId: 'testorder0000002' as ClientOrderId, strategyId: 'other' as StrategyId, side: 'SELL' },
  ...{ quantity: 4, filledQuantity: 4 },
};
const HELD: Setup = { orders: [FILLED, SHORT], fills: [fillOf(FILLED, 10), fillOf(SHORT, 4)] };

describe('positions', () => {
  it('of all strategies together are the broker’s', () => {
    expect(look({ ...HELD, positions: [position(6)] }).differences).toEqual([]);
    expect(look({ ...HELD, positions: [position(4), position(2)] }).differences, 'in two rows').toEqual([]);
  });

  it('that nobody can explain are told with the shares of the strategies', () => {
    const [difference, ...others] = look({ ...HELD, positions: [position(9)] }).differences;
    expect(others).toEqual([]);
    expect(difference).toMatchObject({
      ...{ kind: 'POSITION_DIFFERS', level: 'critical', instrumentId: 'NSE:RELIANCE' },
      numbers: { ours: 6, theirs: 9, byHand: 0, stray: 0 },
    });
    expect(difference?.text).toContain('our strategies hold 6 units (test-strategy 10, other -4), the broker 9.');
    expect(difference?.text).toContain('send no "squareoff"');
  });

  it('that are missing at the broker are told, but not when a row of it can not be read', () => {
    expect(look(HELD).differences).toMatchObject([{ kind: 'POSITION_DIFFERS', numbers: { ours: 6, theirs: 0 } }]);
    expect(look({ ...HELD, unreadPositions: 1 })).toMatchObject({ differences: [], isConclusive: false });
  });

  it('that orders made by hand account for are theirs', () => {
    const { differences } = look({ ...HELD, positions: [position(11)], foreignOrders: [foreign()] });
    expect(differences).toMatchObject([
      { kind: 'HAND_MADE_ORDER' },
      { kind: 'HAND_MADE_POSITION', level: 'warning', orders: ['H1'], numbers: { ours: 6, theirs: 11, byHand: 5 } },
    ]);
    expect(differences[1]?.text).toContain('They are listed and never touched.');
  });

  it('that were closed by hand say what "squareoff" would do', () => {
    const closed = foreign({ side: 'SELL', quantity: 6, filledQuantity: 6 });
    const { differences } = look({ ...HELD, positions: [position(0)], foreignOrders: [closed] });
    expect(differences[1]).toMatchObject({ kind: 'HAND_MADE_POSITION', level: 'warning' });
    expect(differences[1]?.text).toContain('would open one the other way');
  });

  it('that orders made by hand account for in part stay unexplained', () => {
    const { differences } = look({ ...HELD, positions: [position(15)], foreignOrders: [foreign()] });
    expect(differences[1]).toMatchObject({ kind: 'POSITION_DIFFERS', numbers: { theirs: 15, byHand: 5 } });
    expect(differences[1]?.text).toContain('account for 5 of the 9 units');
  });

  it('of nothing that a strategy has ever traded are listed', () => {
    const { differences } = look({
      positions: [position(75), position(3, { instrumentId: null, name: 'NSE SBIN-EQ' })],
    });
    expect(differences).toMatchObject([
      { kind: 'HAND_MADE_POSITION', level: 'info', numbers: { theirs: 3 } },
      { kind: 'HAND_MADE_POSITION', level: 'info', numbers: { ours: 0, theirs: 75 } },
    ]);
    expect(differences[0]?.text).toContain('NSE SBIN-EQ INTRADAY: the broker has 3 units');
    expect(look({ positions: [position(0), position(0, { instrumentId: null })] }).differences, 'flat').toEqual([]);
  });

  it('that an order of ours may have made are not called those of others', () => {
    const kindWith = (order: Order) => look({ orders: [order], positions: [position(10)] }).differences.at(-1)?.kind;
    expect(kindWith(WORKING)).toBe('POSITION_DIFFERS');
    expect(kindWith({ ...WORKING, status: 'CANCELED' }), 'today').toBe('POSITION_DIFFERS');
    expect(kindWith({ ...WORKING, status: 'CANCELED', updatedTime: NOW - DAY_MS })).toBe('HAND_MADE_POSITION');
    expect(kindWith({ ...WORKING, product: 'DELIVERY' })).toBe('HAND_MADE_POSITION');
  });

  it('are compared product by product', () => {
    const { differences } = look({ ...HELD, positions: [position(6, { product: 'DELIVERY' })] });
    expect(differences.map(({ key }) => key)).toEqual([
      'POSITION_DIFFERS|NSE:RELIANCE|INTRADAY|6|0',
      'HAND_MADE_POSITION|NSE:RELIANCE|DELIVERY|0|6',
    ]);
    expect(differences[0]?.text).toContain('It has as many under DELIVERY');
  });

  it('held intraday since an earlier day say who has closed them', () => {
    const fills = [fillOf(FILLED, 10, 1, { time: NOW - DAY_MS })];
    const [difference] = look({ orders: [FILLED], fills }).differences;
    expect(difference?.text).toContain('Brokers close intraday positions by themselves');
  });

  it('delivered on earlier days are holdings and no positions', () => {
    const bought = { ...FILLED, product: 'DELIVERY' } as const;
    const old = fillOf(bought, 10, 1, { time: NOW - DAY_MS });
    const listed = position(10, { product: 'DELIVERY' });
    expect(look({ orders: [bought], fills: [old] }).differences).toEqual([]);
    expect(look({ orders: [bought], fills: [old], positions: [listed] }).differences, 'not yet').toEqual([]);
    expect(look({ orders: [bought], fills: [fillOf(bought, 10)] }).differences).toMatchObject([
      { kind: 'POSITION_DIFFERS' },
    ]);
    expect(look({ orders: [bought], fills: [fillOf(bought, 10)], positions: [listed] }).differences).toEqual([]);
  });

  it('delivered on earlier days must be among the holdings, less what was sold today', () => {
    const bought = { ...FILLED, product: 'DELIVERY' } as const;
    const sold = { ...SHORT, product: 'DELIVERY' } as const;
    const old = fillOf(bought, 10, 1, { time: NOW - DAY_MS });
    const held = (quantity: number, unreadRows = 0) => {
      return { holdings: [{ instrumentId: bought.instrumentId, name: 'NSE RELIANCE-EQ', quantity }], unreadRows };
    };
    const carried = { orders: [bought], fills: [old] };
    expect(look({ ...carried, holdings: held(25) }).differences, 'some are the owner’s').toEqual([]);
    expect(look({ ...carried, holdings: held(10) }).differences).toEqual([]);
    const [missing] = look({ ...carried, holdings: held(4) }).differences;
    expect(missing).toMatchObject({ kind: 'POSITION_DIFFERS', level: 'warning', numbers: { ours: 10, theirs: 4 } });
    expect(missing?.text).toContain('hold 10 units from earlier days (test-strategy 10)');
    expect(look({ ...carried, holdings: held(4, 1) })).toMatchObject({ differences: [], isConclusive: false });
    const listed = [position(10, { product: 'DELIVERY' })];
    expect(look({ ...carried, holdings: held(0), positions: listed }).differences, 'still a position').toEqual([]);
    const positions = [position(-4, { product: 'DELIVERY' })];
    const both = { orders: [bought, sold], fills: [old, fillOf(sold, 4)], positions };
    expect(look({ ...both, holdings: held(6) }).differences).toEqual([]);
    expect(look({ ...both, holdings: held(5) }).differences).toMatchObject([{ numbers: { ours: 6, theirs: 5 } }]);
  });

  it('carried forward are positions for as long as they last', () => {
    const carried = { ...FILLED, product: 'CARRY_FORWARD' } as const;
    const fills = [fillOf(carried, 10, 1, { time: NOW - 3 * DAY_MS })];
    const positions = [position(10, { product: 'CARRY_FORWARD' })];
    expect(look({ orders: [carried], fills, positions }).differences).toEqual([]);
    expect(look({ orders: [carried], fills }).differences).toMatchObject([{ kind: 'POSITION_DIFFERS' }]);
  });
});
