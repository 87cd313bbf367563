import { createRandom } from '../../src/simulation/random.ts';
import type { FaultRequest } from '../../src/simulators/angel-one/faults/fault.ts';

/** What goes wrong, at a share of the session's length. */
export interface Mishap {
  readonly at: number;
  readonly what: 'kill-worker' | 'kill-postgres' | 'kill-redis' | 'expire' | FaultRequest;
}

const WRITES = ['placeOrder', 'cancelOrder'] as const;
const READS = ['orderBook', 'tradeBook'] as const;
const MOST_KILLS = 5;
const FAULTS = 25;

/** The same seed plans the same run. */
export function planChaos(seed: string): readonly Mishap[] {
  const random = createRandom(`chaos ${seed}`);
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[random.below(from.length)];
    if (picked === undefined) throw new Error('Expected something to pick from');
    return picked;
  };
  const at = (): number => 0.03 + random.uniform() * 0.9;
  const kills = Array.from({ length: 1 + random.below(MOST_KILLS) }, (): Mishap => {
    return { at: at(), what: pick(['kill-worker', 'kill-worker', 'kill-worker', 'kill-postgres', 'kill-redis']) };
  });
  const faults = Array.from({ length: FAULTS }, (): Mishap => {
    const count = 1 + random.below(2);
    const requests: readonly Mishap['what'][] = [
      { kind: 'drop-before', on: [pick(WRITES)], count },
      { kind: 'drop-after', on: [pick(WRITES)], count },
      { kind: 'half-open', on: [pick(WRITES)], count: 1 },
      { kind: 'half-open-after', on: [pick(WRITES)], count: 1 },
      { kind: 'gateway', on: [pick(WRITES)], count },
      { kind: 'gateway-after', on: [pick(WRITES)], count },
      { kind: 'something-wrong-after', on: ['placeOrder'], count },
      { kind: 'empty-after', on: [pick(WRITES)], count },
      { kind: 'cut-answer', on: [pick([...WRITES, ...READS])], count },
      { kind: 'html', on: [pick([...WRITES, ...READS])], count },
      { kind: 'throttle', forMs: 50 + random.below(200) },
      { kind: 'book-lag', on: [...READS], ms: 5_000 + random.below(60_000), count: 2 + random.below(4) },
      { kind: 'delay', on: [pick(WRITES)], ms: 20 + random.below(300), count },
      { kind: 'stream-drop', how: 'reset' },
      { kind: 'stream-duplicate', count: 20 },
      { kind: 'token-expired', on: [pick([...WRITES, ...READS])], count: 1 },
      'expire',
    ];
    return { at: at(), what: pick(requests) };
  });
  return [...kills, ...faults].toSorted((one, other) => one.at - other.at);
}
