import type { Command } from '../../src/ports/engine-event.ts';
import { createRandom } from '../../src/simulation/random.ts';

/** What of a broker is called, in our words. */
export type BrokerCall = 'place' | 'modify' | 'cancel' | 'orders' | 'trades';

/** What goes wrong between us and the broker, in words that any broker's simulator can be told. */
export type Fault =
  | { readonly kind: CallFaultKind; readonly on: BrokerCall; readonly count: number }
  /** The answer comes so much later. */
  | { readonly kind: 'late-answer'; readonly on: BrokerCall; readonly count: number; readonly ms: number }
  /** Every call is turned away for so long. */
  | { readonly kind: 'storm'; readonly ms: number }
  /** The books show what was so long ago, by the market's clock. */
  | { readonly kind: 'lagging-book'; readonly count: number; readonly ms: number }
  | { readonly kind: 'stream-broken' | 'stream-duplicates' | 'stream-disordered' }
  | { readonly kind: 'tokens-expire' };

const CALL_FAULTS = [
  /** The connection breaks before the broker has done anything, or after. */
  'lost-before',
  'lost-after',
  /** Nobody ever answers. */
  'silent-before',
  'silent-after',
  /** A gateway's page with a 5xx. */
  'gateway-before',
  'gateway-after',
  /** An error that says nothing of what was done, though the work is done. */
  'error-after',
  'empty-after',
  'cut-answer',
  'firewall-page',
  /** The tokens die with this call. */
  'session-ends',
] as const;
type CallFaultKind = (typeof CALL_FAULTS)[number];

export type Deed = 'kill-worker' | 'kill-postgres' | 'kill-redis' | Fault | { readonly command: Command };

/** What happens, at a share of the session's length. */
export interface Mishap {
  readonly at: number;
  readonly what: Deed;
}

const WRITES = ['place', 'modify', 'cancel'] as const satisfies readonly BrokerCall[];
const BOOKS = ['orders', 'trades'] as const satisfies readonly BrokerCall[];
const MOST_KILLS = 3;
const FAULTS = 22;
const COMMANDS = 2;
/** Between a halt and the end of it. */
const HALT = 0.08;

/** The same seed plans the same run. */
export function planChaos(seed: string): readonly Mishap[] {
  const random = createRandom(`chaos ${seed}`);
  const pick = <T>(from: readonly T[]): T => {
    const picked = from[random.below(from.length)];
    if (picked === undefined) throw new Error('Expected something to pick from');
    return picked;
  };
  const at = (): number => 0.05 + random.uniform() * 0.9;
  const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  const kills = times(1 + random.below(MOST_KILLS), (): Mishap => {
    return { at: at(), what: pick(['kill-worker', 'kill-worker', 'kill-worker', 'kill-postgres', 'kill-redis']) };
  });
  const faults = times(FAULTS, (): Mishap => {
    const count = 1 + random.below(2);
    const ofCalls = CALL_FAULTS.map((kind): Fault => {
      const on = kind.endsWith('-before') || kind.endsWith('-after') ? pick(WRITES) : pick([...WRITES, ...BOOKS]);
      return { kind, on, count: kind.startsWith('silent') || kind === 'session-ends' ? 1 : count };
    });
    const others: readonly Fault[] = [
      { kind: 'late-answer', on: pick(WRITES), count, ms: 20 + random.below(300) },
      { kind: 'storm', ms: 50 + random.below(200) },
      { kind: 'lagging-book', count: 2 + random.below(4), ms: 5_000 + random.below(60_000) },
      { kind: 'stream-broken' },
      { kind: 'stream-duplicates' },
      { kind: 'stream-disordered' },
      { kind: 'tokens-expire' },
    ];
    return { at: at(), what: pick([...ofCalls, ...others]) };
  });
  const commands = times(COMMANDS, (): readonly Mishap[] => {
    const from = 0.05 + random.uniform() * 0.7;
    if (random.uniform() < 0.4) return [{ at: from, what: { command: 'squareoff' } }];
    const stop: Mishap = { at: from, what: { command: pick(['halt', 'kill']) } };
    return [stop, { at: from + HALT * random.uniform(), what: { command: 'resume' } }];
  }).flat();
  return [...kills, ...faults, ...commands].toSorted((one, other) => one.at - other.at);
}
