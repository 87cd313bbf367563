import type { EpochMs } from '../../core/time.ts';
import { createRandom } from '../../simulation/random.ts';

/** How often each thing goes wrong in the day. */
export interface Roughness {
  readonly disconnects: number;
  readonly expiries: number;
  readonly storms: number;
}

/** Something that goes wrong at a time of the market, as the simulator's control surface is asked for it. */
export interface Blow {
  readonly time: EpochMs;
  readonly kind: 'disconnect' | 'expiry' | 'storm';
  readonly route: 'faults' | 'expire';
  readonly body: object;
}

const ENDINGS = ['close-frame', 'abrupt', 'reset'] as const;
/** Of outages and storms, in market time. */
const SHORTEST_MS = 15_000;
const LONGEST_MS = 180_000;

/** The blows of a day in order of time; the same seed gives the same day. `speed` is market time per real time. */
export function planRoughDay(
  { disconnects, expiries, storms }: Roughness,
  {
    seed,
    from,
    to,
    speed,
  }: { readonly seed: string; readonly from: EpochMs; readonly to: EpochMs; readonly speed: number },
): readonly Blow[] {
  const random = createRandom(`rough day ${seed}`);
  const time = (): EpochMs => Math.floor(from + random.uniform() * (to - from));
  const length = (): number => (SHORTEST_MS + random.uniform() * (LONGEST_MS - SHORTEST_MS)) / speed;
  const many = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);
  const blows: readonly Blow[] = [
    ...many(disconnects, (): Blow => {
      const how = ENDINGS[random.below(ENDINGS.length)] ?? 'reset';
      // A third lasts; the others are a cut, each second one of prices only.
      const bodies = [
        { kind: 'stream-down', how, forMs: length() },
        { kind: 'stream-drop', how },
        { kind: 'stream-drop', how, stream: 'market' },
      ] as const;
      return {
        time: time(),
        kind: 'disconnect',
        route: 'faults',
        body: bodies[random.below(bodies.length)] ?? bodies[0],
      };
    }),
    ...many(expiries, (): Blow => ({ time: time(), kind: 'expiry', route: 'expire', body: {} })),
    ...many(storms, (): Blow => {
      return { time: time(), kind: 'storm', route: 'faults', body: { kind: 'throttle', forMs: length() } };
    }),
  ];
  return blows.toSorted((one, other) => one.time - other.time);
}
