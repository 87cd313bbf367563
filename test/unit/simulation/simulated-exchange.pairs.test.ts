import { describe, expect, it } from 'vitest';
import type { FillRules } from '../../../src/simulation/fill-model.ts';
import { ExchangeFloor, pairOf } from '../../support/exchange-floor.ts';

/** A position of `quantity` bought earlier, protected by a stop at 95 and a target at 105. */
function protectedFloor(quantity = 10, rules: Partial<FillRules> = {}) {
  const floor = new ExchangeFloor(rules);
  const [stop, target] = pairOf(quantity, 95, 105);
  return { floor, stop: floor.send(stop), target: floor.send(target) };
}

describe('a pair of stop and target', () => {
  it('cancels the stop when the target is done', () => {
    const { floor, stop, target } = protectedFloor();
    floor.candle('10:00', [100, 106, 99, 104]);
    expect(floor.dealsOf(target)).toEqual(['10@105 10:00:40']);
    expect(floor.dealsOf(stop)).toEqual([]);
    expect(floor.statusesOf(stop)).toEqual(['ACCEPTED', 'CANCELED']);
    expect(floor.updates.at(-1)?.reason).toBe('The other order of the pair was filled');
    floor.candle('10:01', [90, 91, 89, 90]);
    expect(floor.fills).toHaveLength(1);
  });

  it('cancels the target when the stop is done', () => {
    const { floor, stop, target } = protectedFloor();
    floor.candle('10:00', [100, 101, 94, 96]);
    expect(floor.dealsOf(stop)).toEqual(['10@95 10:00:40']);
    expect(floor.statusesOf(target)).toEqual(['ACCEPTED', 'CANCELED']);
  });

  it('takes the stop first when both lie inside one candle, even if the target is nearer', () => {
    const { floor, stop, target } = protectedFloor();
    floor.candle('10:00', [103, 106, 94, 105]);
    expect(floor.dealsOf(stop)).toEqual(['10@95 10:00:00']);
    expect(floor.dealsOf(target)).toEqual([]);
  });

  it('takes the target when the candle opens beyond it: that price came first', () => {
    const { floor, stop, target } = protectedFloor();
    floor.candle('10:00', [107, 108, 94, 96]);
    expect(floor.dealsOf(target)).toEqual(['10@107 10:00:00']);
    expect(floor.dealsOf(stop)).toEqual([]);
  });

  it('takes the stop when the candle opens beyond it', () => {
    const { floor, stop, target } = protectedFloor();
    floor.candle('10:00', [92, 106, 91, 105]);
    expect(floor.dealsOf(stop)).toEqual(['10@92 10:00:00']);
    expect(floor.dealsOf(target)).toEqual([]);
  });

  it('of a short takes its stop first too', () => {
    const floor = new ExchangeFloor();
    const leg = { side: 'BUY', ocoGroup: 'pair' } as const;
    const stop = floor.send({ ...leg, type: 'STOP_MARKET', triggerPrice: 105 });
    const target = floor.send({ ...leg, type: 'LIMIT', limitPrice: 95 });
    floor.candle('10:00', [98, 106, 94, 100]);
    expect(floor.dealsOf(stop)).toEqual(['10@105 10:00:00']);
    expect(floor.dealsOf(target)).toEqual([]);
  });

  it('placed in answer to the entry works in the rest of the entry candle', () => {
    const floor = new ExchangeFloor();
    const entry = floor.send();
    const legs = [...pairOf(10, 95, 105)];
    floor.onSettle = () => {
      if (floor.fillsOf(entry).length === 1) for (const leg of legs.splice(0)) floor.send(leg);
    };
    floor.candle('10:00', [100, 106, 94, 100]);
    expect(
      floor.fills.map(({ price }) => price),
      'both in the rest of the candle: the stop',
    ).toEqual([100, 95]);
  });

  it('placed in answer to the entry does not look back at the open', () => {
    const floor = new ExchangeFloor();
    const entry = floor.send();
    const legs = [...pairOf(10, 95, 105)];
    floor.onSettle = () => {
      if (floor.fillsOf(entry).length === 1) for (const leg of legs.splice(0)) floor.send(leg);
    };
    floor.candle('10:00', [100, 101, 99, 100]);
    floor.candle('10:01', [104, 106, 103, 104]);
    expect(floor.fills.map(({ price }) => price)).toEqual([100, 105]);
  });

  it('shrinks the stop by what the target has sold', () => {
    const { floor, stop, target } = protectedFloor(100, { participationPercent: 10 });
    floor.candle('10:00', [100, 106, 99, 104], { volume: 400 });
    floor.candle('10:01', [100, 101, 94, 94], { volume: 9_000 });
    expect(floor.dealsOf(target)).toEqual(['40@105 10:00:40']);
    expect(floor.dealsOf(stop)).toEqual(['60@95 10:01:40']);
    expect(floor.statusesOf(target)).toEqual(['ACCEPTED', 'CANCELED']);
  });

  it('says that a shrunk order is over when its rest is done', () => {
    const { floor, stop, target } = protectedFloor(100, { participationPercent: 10 });
    floor.candle('10:00', [100, 106, 99, 104], { volume: 400 });
    floor.candle('10:01', [100, 101, 94, 94], { volume: 9_000 });
    expect(floor.statusesOf(stop), '60 of its 100 units were left').toEqual(['ACCEPTED', 'CANCELED']);
    expect(floor.statusesOf(target)).toEqual(['ACCEPTED', 'CANCELED']);
    floor.candle('10:02', [90, 110, 90, 100], { volume: 9_000 });
    expect(floor.fills.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(100);
  });

  it('never sells more than the position, however thin the market', () => {
    const { floor } = protectedFloor(100, { participationPercent: 10 });
    const candles = [
      [100, 106, 99, 104],
      [104, 106, 94, 100],
      [100, 101, 93, 94],
      [94, 107, 93, 106],
      [100, 106, 94, 100],
    ] as const;
    for (const [index, prices] of [...candles, ...candles].entries()) {
      floor.candle(`10:${String(index).padStart(2, '0')}`, prices, { volume: 150 });
    }
    expect(floor.fills.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(100);
  });

  it('leaves other pairs alone', () => {
    const { floor, stop } = protectedFloor();
    const other = floor.send({ ...pairOf(10, 90, 110)[0], ocoGroup: 'other' });
    floor.candle('10:00', [100, 101, 94, 96]);
    expect(floor.dealsOf(stop)).toEqual(['10@95 10:00:40']);
    expect(floor.statusesOf(other)).toEqual(['ACCEPTED']);
  });

  it('whose stop-limit was jumped still has its target', () => {
    const floor = new ExchangeFloor();
    const [stop, target] = pairOf(10, 95, 105);
    const jumped = floor.send({ ...stop, type: 'STOP_LIMIT', limitPrice: 94.5 });
    const wanted = floor.send(target);
    floor.candle('10:00', [90, 91, 89, 90]);
    floor.candle('10:01', [93, 94, 89, 92]);
    expect(floor.fills).toEqual([]);
    floor.cancel(jumped, '10:02');
    floor.candle('10:02', [100, 106, 92, 100]);
    expect(floor.dealsOf(wanted)).toEqual(['10@105 10:02:20']);
  });

  it('whose resting stop-limit can not be done in the candle takes the target at its limit', () => {
    const floor = new ExchangeFloor();
    const [stop, target] = pairOf(10, 95, 105);
    const jumped = floor.send({ ...stop, type: 'STOP_LIMIT', limitPrice: 106 });
    const wanted = floor.send(target);
    floor.candle('10:00', [90, 91, 89, 90]);
    expect(floor.fills).toEqual([]);
    floor.candle('10:01', [100, 105.5, 94, 100]);
    expect(floor.dealsOf(wanted)).toEqual(['10@105 10:01:20']);
    expect(floor.statusesOf(jumped)).toEqual(['ACCEPTED', 'CANCELED']);
  });
});
