/**
 * What can go wrong with a stream, on demand and by a seed. Entry points: `drop`, `halfOpen`, `goDown`/`comeUp`, `swallow`,
 * `delay`, `spoil`, `refuseNext`; `clear` ends all that lasts.
 * Invariants: the same seed and the same calls spoil the same frames in the same way; what a fault did is counted on the
 * connection it hit.
 */
import { createRandom, type Random } from '../../../simulation/random.ts';

export type StreamName = 'market' | 'orders';
/** How a connection ends: by the book, by a closed TCP connection, or by a TCP reset. */
export type Drop = 'close-frame' | 'abrupt' | 'reset';
export const SPOILINGS = ['duplicate', 'reorder', 'corrupt', 'truncate', 'lengthen', 'lose'] as const;
export type Spoiling = (typeof SPOILINGS)[number];

/** Which connections; all by default. `any` is one that the seed picks. */
export interface Aim {
  readonly stream?: StreamName | undefined;
  readonly connection?: number | 'any' | undefined;
}

export interface SpoilPlan extends Aim {
  readonly kind: Spoiling;
  /** The next so many frames; with `percent` at most so many. */
  readonly count?: number | undefined;
  /** Each frame with this chance; 100 by default. */
  readonly percent?: number | undefined;
  /** `corrupt`: which byte is flipped; `truncate`: the length that is left. By the seed when absent. */
  readonly at?: number | undefined;
}

/** A connection as the faults see it. */
export interface FaultyConnection {
  readonly id: number;
  readonly stream: StreamName;
  drop(how: Drop): void;
  halfOpen(): void;
}

export interface Refusal {
  readonly status: number;
  readonly message: string;
}

interface ActivePlan {
  readonly plan: SpoilPlan;
  left: number;
}

export class StreamFaults {
  readonly random: Random;
  readonly #open = new Set<FaultyConnection>();
  #plans: ActivePlan[] = [];
  #swallowed: readonly Aim[] = [];
  #delays: readonly { readonly aim: Aim; readonly ms: number }[] = [];
  #refusals: { readonly stream: StreamName; readonly refusal: Refusal; left: number }[] = [];
  #isDown = false;

  constructor(seed = 'stream-faults') {
    this.random = createRandom(seed);
  }

  /** Ends connections; how many. */
  drop(how: Drop, aim: Aim = {}): number {
    const hit = this.#aimed(aim);
    for (const connection of hit) connection.drop(how);
    return hit.length;
  }

  /** The server neither reads nor writes any more, and the TCP connection stays; such a connection counts against the cap. */
  halfOpen(aim: Aim = {}): number {
    const hit = this.#aimed(aim);
    for (const connection of hit) connection.halfOpen();
    return hit.length;
  }

  /** All connections end, and none is let in until `comeUp`. */
  goDown(how: Drop): void {
    this.#isDown = true;
    this.drop(how);
  }

  comeUp(): void {
    this.#isDown = false;
  }

  /** Connections stay and pings are answered, but no frame is sent until the returned function is called. */
  swallow(aim: Aim = {}): () => void {
    this.#swallowed = [...this.#swallowed, aim];
    return () => {
      this.#swallowed = this.#swallowed.filter((other) => other !== aim);
    };
  }

  /** Frames are held for so long, in order. */
  delay(ms: number, aim: Aim = {}): () => void {
    const delay = { aim, ms };
    this.#delays = [...this.#delays, delay];
    return () => {
      this.#delays = this.#delays.filter((other) => other !== delay);
    };
  }

  spoil(plan: SpoilPlan): () => void {
    const active = { plan, left: plan.count ?? Number.POSITIVE_INFINITY };
    this.#plans.push(active);
    return () => {
      this.#plans = this.#plans.filter((other) => other !== active);
    };
  }

  /** The next so many upgrades of the stream are answered with this status. */
  refuseNext(stream: StreamName, refusal: Refusal, count = 1): void {
    this.#refusals.push({ stream, refusal, left: count });
  }

  clear(): void {
    this.#plans = [];
    this.#swallowed = [];
    this.#delays = [];
    this.#refusals = [];
    this.#isDown = false;
  }

  opened(connection: FaultyConnection): void {
    this.#open.add(connection);
  }

  closed(connection: FaultyConnection): void {
    this.#open.delete(connection);
  }

  refusalOf(stream: StreamName): Refusal | undefined {
    if (this.#isDown) return { status: 503, message: 'Service Unavailable' };
    const refused = this.#refusals.find((entry) => entry.stream === stream);
    if (refused === undefined) return undefined;
    if (--refused.left <= 0) this.#refusals = this.#refusals.filter((other) => other !== refused);
    return refused.refusal;
  }

  swallows(connection: FaultyConnection): boolean {
    return this.#swallowed.length > 0 && this.#swallowed.some((aim) => isAimedAt(aim, connection));
  }

  delayMs(connection: FaultyConnection): number {
    let longest = 0;
    for (const { aim, ms } of this.#delays) if (ms > longest && isAimedAt(aim, connection)) longest = ms;
    return longest;
  }

  /** What becomes of the frame in hand; the plan made first that applies. */
  next(connection: FaultyConnection): SpoilPlan | undefined {
    for (const active of this.#plans) {
      const { plan } = active;
      if (!isAimedAt(plan, connection)) continue;
      if (plan.percent !== undefined && this.random.uniform() * 100 >= plan.percent) continue;
      if (--active.left <= 0) this.#plans = this.#plans.filter((other) => other !== active);
      return plan;
    }
    return undefined;
  }

  #aimed(aim: Aim): FaultyConnection[] {
    const open = [...this.#open].filter((connection) => isAimedAt({ ...aim, connection: idOf(aim) }, connection));
    if (aim.connection !== 'any') return open;
    const picked = open[this.random.below(open.length)];
    return picked === undefined ? [] : [picked];
  }
}

function idOf({ connection }: Aim): number | undefined {
  return connection === 'any' ? undefined : connection;
}

/** For faults that last, `any` is every connection: which one they hit is decided frame by frame. */
function isAimedAt(aim: Aim, connection: FaultyConnection): boolean {
  const isStream = aim.stream === undefined || aim.stream === connection.stream;
  return isStream && (aim.connection === undefined || aim.connection === 'any' || aim.connection === connection.id);
}
