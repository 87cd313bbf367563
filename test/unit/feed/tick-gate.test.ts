import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstrumentId } from '../../../src/core/ids.ts';
import type { Tick } from '../../../src/core/tick.ts';
import { TickGate } from '../../../src/feed/tick-gate.ts';

const TCS = 'NSE:TCS' as InstrumentId;
const INFY = 'NSE:INFY' as InstrumentId;
const START = 1_795_146_300_000;

function tick(overrides: Partial<Tick> = {}): Tick {
  const plain = { instrumentId: TCS, time: START, lastPrice: 3_200, volume: 10, openInterest: null };
  return { ...plain, bid: null, ask: null, sequence: null, ...overrides };
}

describe('the tick gate', () => {
  it('takes what is a price', () => {
    const gate = new TickGate();
    expect(gate.takes(tick())).toBe(true);
    expect(gate.takes(tick()), 'a source without sequence numbers may repeat itself').toBe(true);
    expect(gate.refusals).toEqual({ 'bad-price': 0, 'bad-volume': 0, duplicate: 0, 'out-of-order': 0 });
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
    expect(gate.refusals).toMatchObject({ duplicate: 1, 'out-of-order': 2 });
    expect(gate.restarts).toBe(0);
  });

  it('does not let a refused tick use its number up', () => {
    const gate = new TickGate();
    expect(gate.takes(tick({ sequence: 9, lastPrice: 0 }))).toBe(false);
    expect(gate.takes(tick({ sequence: 9 }))).toBe(true);
  });

  it('takes a sequence that is no number at its word, and keeps its mark', () => {
    const gate = new TickGate();
    const taken = [5, Number.NaN, Number.POSITIVE_INFINITY, 0.5, 5, 6].map((sequence) =>
      gate.takes(tick({ sequence })),
    );
    expect(taken).toEqual([true, true, true, true, false, true]);
  });
});

/** `[sequence, seconds after the start]`, each to whether it is taken. */
function fates(...ticks: readonly (readonly [sequence: number, second: number])[]): readonly boolean[] {
  const gate = new TickGate();
  return ticks.map(([sequence, second]) => gate.takes(tick({ sequence, time: START + second * 1_000 })));
}

describe('a source that counts anew', () => {
  it('is taken at once when its first tick is clearly later', () => {
    expect(fates([900, 0], [1, 86_400], [2, 86_400.1], [1, 86_400], [3, 86_401])).toEqual([
      true,
      true,
      true,
      false,
      true,
    ]);
    expect(fates([900, 0], [900, 2], [901, 2])).toEqual([true, true, true]);
    expect(fates([900, 0], [1, 1.999])).toEqual([true, false]);
  });

  it('is taken with its third later tick when it goes on without a pause', () => {
    expect(fates([900, 0], [1, 0.1], [2, 0.2], [3, 0.3], [4, 0.4])).toEqual([true, false, false, true, true]);
    expect(fates([900, 0], [1, 0.1], [1, 0.1], [2, 0.2], [2, 0.2], [3, 0.3]), 'repetitions are no witnesses').toEqual([
      ...[true, false, false, false, false, true],
    ]);
  });

  it('is not seen in ticks that are late, repeated or interleaved with the ones that go on', () => {
    expect(fates([5, 5], [1, 1], [2, 2], [3, 3], [4, 4], [6, 6])).toEqual([true, false, false, false, false, true]);
    expect(fates([5, 5], [5, 5], [5, 5], [5, 5], [6, 6])).toEqual([true, false, false, false, true]);
    expect(fates([50, 0], [1, 0.1], [51, 0.2], [2, 0.3], [52, 0.4], [3, 0.5])).toEqual([
      ...[true, false, true, false, true, false],
    ]);
  });

  it('is counted', () => {
    const gate = new TickGate();
    for (const [sequence, second] of [
      [9, 0],
      [1, 60],
      [2, 61],
      [1, 120],
    ] as const) {
      gate.takes(tick({ sequence, time: START + second * 1_000 }));
    }
    expect(gate.restarts).toBe(2);
    expect(gate.refusals).toMatchObject({ duplicate: 0, 'out-of-order': 0 });
  });
});

describe('a damaged sequence', () => {
  it.each([101, 1e6, Number.MAX_SAFE_INTEGER])('of %d costs two ticks of a source that goes on', (damaged) => {
    const ticks = Array.from({ length: 10 }, (_, index): [number, number] => [11 + index, 0.2 + index / 10]);
    const found = fates([10, 0], [damaged, 0.1], ...ticks);
    expect(found).toEqual([true, true, false, false, ...Array(8).fill(true)]);
  });

  it('costs nothing of an instrument that trades rarely', () => {
    expect(fates([10, 0], [1e12, 10], [11, 20], [12, 30])).toEqual([true, true, true, true]);
  });

  it('that is too low is turned away, or given up with the next tick', () => {
    expect(fates([1_000, 0], [5, 0.1], [1_001, 0.2])).toEqual([true, false, true]);
    expect(fates([1_000, 0], [5, 10], [1_001, 20])).toEqual([true, true, true]);
  });

  it('together with a damaged time costs 31 ticks at most', () => {
    const ticks = Array.from({ length: 40 }, (_, index): [number, number] => [11 + index, 1 + index]);
    const found = fates([10, 0], [1e12, 1e9], ...ticks);
    expect(found).toEqual([true, true, ...Array(31).fill(false), ...Array(9).fill(true)]);
  });
});

interface Print {
  readonly sequence: number;
  readonly time: number;
}

/** Prints of a sound source: sequences rise, times do not fall. */
const prints = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 50 }), ms: fc.nat(3_000) }), {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  })
  .map((steps) => {
    let [sequence, time] = [1_000, START];
    return steps.map(({ step, ms }): Print => {
      sequence += step;
      time += ms;
      return { sequence, time };
    });
  });
const anything = fc.record({
  sequence: fc.oneof(fc.maxSafeInteger(), fc.nat(5_000), fc.constant(Number.NaN)),
  time: fc.oneof(fc.maxSafeInteger(), fc.integer({ min: START, max: START + 100_000 }), fc.constant(Number.NaN)),
});
const takenOf = (gate: TickGate, given: readonly Print[]): readonly Print[] =>
  given.filter((print) => gate.takes(tick(print)));

describe('whatever comes', () => {
  it('a sound source is taken whole, and nothing of it twice or late', () => {
    const repeated = fc.array(fc.array(fc.nat(59), { maxLength: 30, size: 'max' }), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(prints, repeated, (sound, again) => {
        // After each print some that came before it, in any order: fewer in a row than a source that counts anew.
        const given = sound.flatMap((print, index) => [
          print,
          ...(again[index] ?? []).flatMap((at) => sound.slice(0, index + 1)[at] ?? []),
        ]);
        const gate = new TickGate();
        expect(takenOf(gate, given)).toEqual(sound);
        expect(gate.refusals.duplicate + gate.refusals['out-of-order']).toBe(given.length - sound.length);
        expect(gate.restarts).toBe(0);
      }),
    );
  });

  it('a disordered source is taken in order', () => {
    fc.assert(
      fc.property(prints, fc.array(fc.nat(8), { minLength: 60, maxLength: 60 }), (sound, delays) => {
        const given = sound
          .map((print, index) => ({ print, place: index + (delays[index] ?? 0) }))
          .sort((one, other) => one.place - other.place)
          .map(({ print }) => print);
        const sequences = takenOf(new TickGate(), given).map(({ sequence }) => sequence);
        expect(sequences).toEqual(sequences.toSorted((one, other) => one - other));
        expect(sequences.at(-1)).toBe(Math.max(...sound.map(({ sequence }) => sequence)));
      }),
    );
  });

  it('a source that counts anew loses two ticks at most when its time goes on', () => {
    fc.assert(
      fc.property(prints, prints, fc.nat(5_000), (before, after, pauseMs) => {
        const gate = new TickGate();
        takenOf(gate, before);
        const end = before.at(-1)?.time ?? START;
        const anew = after.map(({ sequence, time }, index) => {
          return { sequence: sequence - 1_000, time: time - START + end + pauseMs + index + 1 };
        });
        const taken = takenOf(gate, anew);
        expect(taken).toEqual(anew.slice(anew.length - taken.length));
        expect(taken.length).toBeGreaterThanOrEqual(anew.length - 2);
      }),
    );
  });

  it('one damaged frame costs two ticks at most when its time is sound, and the rest is taken', () => {
    fc.assert(
      fc.property(prints, fc.maxSafeInteger(), fc.nat(59), (sound, sequence, at) => {
        const rising = sound.map((print, index) => ({ ...print, time: print.time + 2 * index }));
        const place = at % rising.length;
        const time = (rising[place]?.time ?? START) + 1;
        const damaged = { sequence, time };
        const given = [...rising.slice(0, place + 1), damaged, ...rising.slice(place + 1)];
        const taken = takenOf(new TickGate(), given).filter((print) => print !== damaged);
        expect(taken.length).toBeGreaterThanOrEqual(rising.length - 2);
      }),
    );
  });

  it('nothing silences an instrument for more than 31 rising ticks', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), fc.nat(1_000_000), (garbage, first) => {
        const gate = new TickGate();
        takenOf(gate, garbage);
        const rising = Array.from({ length: 40 }, (_, index) => ({ sequence: first + index, time: START + index }));
        const taken = takenOf(gate, rising);
        expect(taken.length).toBeGreaterThanOrEqual(9);
        expect(taken).toEqual(rising.slice(rising.length - taken.length));
      }),
    );
  });

  it('one instrument does not touch another', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), anything)), (given) => {
        const both = new TickGate();
        const [tcs, infy] = [new TickGate(), new TickGate()];
        for (const [isTcs, print] of given) {
          const each = tick({ ...print, instrumentId: isTcs ? TCS : INFY });
          expect(both.takes(each)).toBe((isTcs ? tcs : infy).takes(each));
        }
      }),
    );
  });
});
