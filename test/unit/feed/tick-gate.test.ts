import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src/core/ids.ts';
import type { Tick } from '../../../src/core/tick.ts';
import { TickGate } from '../../../src/feed/tick-gate.ts';

const TCS = 'NSE:TCS' as InstrumentId;
const INFY = 'NSE:INFY' as InstrumentId;

function tick(overrides: Partial<Tick> = {}): Tick {
  const plain = { instrumentId: TCS, time: 1_795_146_300_000, lastPrice: 3_200, volume: 10, openInterest: null };
  return { ...plain, bid: null, ask: null, sequence: null, ...overrides };
}

describe('the tick gate', () => {
  it('takes what is a price', () => {
    const gate = new TickGate();
    expect(gate.takes(tick())).toBe(true);
    expect(gate.takes(tick()), 'a source without sequence numbers may repeat itself').toBe(true);
    expect(gate.refusals).toEqual({ 'bad-price': 0, 'bad-volume': 0, duplicate: 0 });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('turns a price of %s away', (lastPrice) => {
    const gate = new TickGate();
    expect(gate.takes(tick({ lastPrice }))).toBe(false);
    expect(gate.refusals['bad-price']).toBe(1);
  });

  it.each([-1, Number.NaN])('turns a volume of %s away', (volume) => {
    const gate = new TickGate();
    expect(gate.takes(tick({ volume }))).toBe(false);
    expect(gate.refusals['bad-volume']).toBe(1);
  });

  it('takes each sequence number of an instrument once, and only rising', () => {
    const gate = new TickGate();
    const taken = [1, 2, 2, 1, 5, 4, 6].map((sequence) => gate.takes(tick({ sequence })));
    expect(taken).toEqual([true, true, false, false, true, false, true]);
    expect(gate.takes(tick({ instrumentId: INFY, sequence: 1 }))).toBe(true);
    expect(gate.refusals.duplicate).toBe(3);
  });

  it('does not let a refused tick use its number up', () => {
    const gate = new TickGate();
    expect(gate.takes(tick({ sequence: 9, lastPrice: 0 }))).toBe(false);
    expect(gate.takes(tick({ sequence: 9 }))).toBe(true);
  });
});
