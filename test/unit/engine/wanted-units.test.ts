import { describe, expect, it } from 'vitest';
import type { SignalKey } from '../../../src/core/ids.ts';
import { OpenPosition } from '../../../src/engine/portfolio/open-position.ts';
import { WantedUnits } from '../../../src/engine/wanted-units.ts';
import { buildOrder } from '../../support/build-order.ts';

const { strategyId, instrumentId } = buildOrder();
const POSITION = new OpenPosition(strategyId, instrumentId, 'INTRADAY');
const [FIRST, SECOND] = ['first', 'second'] as [SignalKey, SignalKey];

describe('wanted units', () => {
  it('are what the entries and legs of the signals that ask have traded', () => {
    const wanted = new WantedUnits();
    expect(wanted.of(POSITION)).toBe(0);
    wanted.ask(POSITION, FIRST);
    expect(wanted.add(POSITION, FIRST, 6)).toBe(6);
    expect(wanted.add(POSITION, FIRST, 4)).toBe(10);
    expect(wanted.add(POSITION, FIRST, -10)).toBe(0);
    wanted.ask(POSITION, SECOND);
    expect(wanted.add(POSITION, SECOND, -5)).toBe(-5);
    expect(wanted.of(POSITION)).toBe(-5);
  });

  it('do not come of a signal that never asked, that was left, or whose trade is over', () => {
    const wanted = new WantedUnits();
    expect(wanted.add(POSITION, FIRST, 5)).toBeUndefined();
    wanted.ask(POSITION, FIRST);
    wanted.add(POSITION, FIRST, 5);
    wanted.leave(POSITION);
    expect(wanted.of(POSITION)).toBe(0);
    expect(wanted.add(POSITION, FIRST, 5)).toBeUndefined();
    wanted.ask(POSITION, SECOND);
    wanted.drop(POSITION, SECOND);
    expect(wanted.add(POSITION, SECOND, 5)).toBeUndefined();
    expect(wanted.of(POSITION)).toBe(0);
  });

  it('are kept for each position', () => {
    const wanted = new WantedUnits();
    const other = new OpenPosition(strategyId, instrumentId, 'INTRADAY');
    for (const position of [POSITION, other]) wanted.ask(position, FIRST);
    wanted.add(POSITION, FIRST, 5);
    wanted.leave(other);
    expect([POSITION, other].map((position) => wanted.of(position))).toEqual([5, 0]);
  });

  it('tell the positions of which something is wanted, and by whom', () => {
    const wanted = new WantedUnits();
    for (const key of [FIRST, SECOND]) wanted.ask(POSITION, key);
    expect([...wanted.positions()]).toEqual([]);
    expect(wanted.signalOf(POSITION)).toBeUndefined();
    wanted.add(POSITION, SECOND, -3);
    expect([...wanted.positions()]).toEqual([POSITION]);
    expect(wanted.signalOf(POSITION)).toBe(SECOND);
  });

  it('stay wanted overnight; signals that hold nothing and are not known are forgotten', () => {
    const wanted = new WantedUnits();
    for (const key of [FIRST, SECOND, 'waiting' as SignalKey]) wanted.ask(POSITION, key);
    wanted.add(POSITION, FIRST, 5);
    wanted.startDay((key) => key === 'waiting');
    expect(wanted.add(POSITION, FIRST, 1)).toBe(6);
    expect(wanted.add(POSITION, SECOND, 1)).toBeUndefined();
    expect(wanted.add(POSITION, 'waiting' as SignalKey, 1)).toBe(1);
  });
});
