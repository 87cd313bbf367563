/**
 * Which instruments are wanted, on which connection, and what each connection has been told. Entry points: `want`, `drop`,
 * `requests` (what to send so that a connection knows all that is wanted), `forget` (its link went), `shed` (the broker
 * refused a request).
 *
 * Invariants: an instrument is wanted once, in one mode, on one connection; no connection carries more than its room;
 * asking again for what is there changes nothing; what a connection was told dies with its link.
 */
import type { InstrumentId } from '../../../core/ids.ts';
import { EXCHANGE_TYPES, type ListedInstrument } from '../token-book.ts';
import { STREAM_MODES, type StreamMode } from './frame-layout.ts';

export interface SubscriptionLimits {
  /** Connections of one client code at a time. */
  readonly connections: number;
  /** Pairs of token and mode on one connection. */
  readonly tokensPerConnection: number;
  /** Tokens in one request: when the broker refuses one, that many are without data. */
  readonly tokensPerRequest: number;
}

export const SUBSCRIPTION_LIMITS: SubscriptionLimits = {
  connections: 3,
  tokensPerConnection: 1_000,
  tokensPerRequest: 250,
};

export interface SubscriptionRequest {
  readonly correlationId: string;
  readonly isSubscribe: boolean;
  readonly instrumentIds: readonly InstrumentId[];
  /** What goes out, as text. */
  readonly text: string;
}

interface Wanted {
  readonly listed: ListedInstrument;
  readonly mode: StreamMode;
}

interface Shard {
  readonly wanted: Map<InstrumentId, Wanted>;
  readonly told: Map<InstrumentId, Wanted>;
  /** Requests that an error frame may still name, oldest first. */
  sent: SubscriptionRequest[];
  room: number;
}

/** An error frame follows its request at once; older requests are not asked about any more. */
const MOST_REMEMBERED = 64;
const CORRELATION_LENGTH = 10;

export class SubscriptionBook {
  readonly #shards: readonly Shard[];
  readonly #limits: SubscriptionLimits;
  #lastNumber = 0;

  constructor(limits: SubscriptionLimits = SUBSCRIPTION_LIMITS) {
    this.#limits = limits;
    this.#shards = Array.from({ length: limits.connections }, () => ({
      wanted: new Map(),
      told: new Map(),
      sent: [],
      room: limits.tokensPerConnection,
    }));
  }

  get shardCount(): number {
    return this.#shards.length;
  }

  /** Returns those for which no connection has room. What is wanted already, in whatever mode, stays as it is. */
  want(listed: readonly ListedInstrument[]): readonly InstrumentId[] {
    const homeless: InstrumentId[] = [];
    for (const each of listed) {
      const { id } = each.instrument;
      if (this.#shards.some(({ wanted }) => wanted.has(id))) continue;
      const shard = this.#shards.find(({ wanted, room }) => wanted.size < room);
      if (shard === undefined) homeless.push(id);
      else shard.wanted.set(id, { listed: each, mode: modeOf(each) });
    }
    return homeless;
  }

  drop(instrumentIds: readonly InstrumentId[]): void {
    for (const id of instrumentIds) for (const { wanted } of this.#shards) wanted.delete(id);
  }

  wantedOn(shard: number): readonly InstrumentId[] {
    return [...this.#at(shard).wanted.keys()];
  }

  wants(shard: number, id: InstrumentId): boolean {
    return this.#at(shard).wanted.has(id);
  }

  /** What the connection has to be told to know what is wanted now; it counts as told. What is freed comes first. */
  requests(shard: number): readonly SubscriptionRequest[] {
    const { wanted, told, sent } = this.#at(shard);
    const gone = [...told].filter(([id]) => !wanted.has(id));
    const fresh = [...wanted].filter(([id]) => !told.has(id));
    for (const [id] of gone) told.delete(id);
    for (const [id, each] of fresh) told.set(id, each);
    const requests = [...this.#batches(false, gone), ...this.#batches(true, fresh)];
    sent.push(...requests.filter(({ isSubscribe }) => isSubscribe));
    sent.splice(0, Math.max(0, sent.length - MOST_REMEMBERED));
    return requests;
  }

  /** The link went: the next one begins knowing nothing. */
  forget(shard: number): void {
    const each = this.#at(shard);
    each.told.clear();
    each.sent = [];
  }

  /** What the request that the broker refused was about; without a name it is taken to be the latest. */
  requestOf(shard: number, correlationId: string | undefined): SubscriptionRequest | undefined {
    const { sent } = this.#at(shard);
    return correlationId === undefined ? sent.at(-1) : sent.find((each) => each.correlationId === correlationId);
  }

  /**
   * The broker has no room for the request's instruments on this connection: it carries what it was told before and no
   * more. They move to connections with room; returns those for which there is none, which are not wanted any more.
   */
  shed(shard: number, request: SubscriptionRequest): readonly InstrumentId[] {
    const from = this.#at(shard);
    from.sent = from.sent.filter((each) => each !== request);
    const moved: ListedInstrument[] = [];
    for (const id of request.instrumentIds) {
      const wanted = from.wanted.get(id);
      from.told.delete(id);
      if (wanted === undefined) continue;
      from.wanted.delete(id);
      moved.push(wanted.listed);
    }
    from.room = from.told.size;
    return this.want(moved);
  }

  #at(shard: number): Shard {
    const found = this.#shards[shard];
    if (found === undefined) throw new RangeError(`Expected a connection below ${this.#shards.length}, found ${shard}`);
    return found;
  }

  #batches(isSubscribe: boolean, pairs: readonly (readonly [InstrumentId, Wanted])[]): SubscriptionRequest[] {
    const byMode = Map.groupBy(pairs, ([, { mode }]) => mode);
    const requests: SubscriptionRequest[] = [];
    for (const [mode, ofMode] of [...byMode].sort(([a], [b]) => a - b)) {
      const inOrder = ofMode.toSorted(([, a], [, b]) => typeOf(a.listed) - typeOf(b.listed));
      for (let from = 0; from < inOrder.length; from += this.#limits.tokensPerRequest) {
        requests.push(this.#request(isSubscribe, mode, inOrder.slice(from, from + this.#limits.tokensPerRequest)));
      }
    }
    return requests;
  }

  #request(
    isSubscribe: boolean,
    mode: StreamMode,
    pairs: readonly (readonly [InstrumentId, Wanted])[],
  ): SubscriptionRequest {
    this.#lastNumber += 1;
    const correlationId = this.#lastNumber.toString(36).padStart(CORRELATION_LENGTH, '0');
    const byType = Map.groupBy(pairs, ([, { listed }]) => typeOf(listed));
    const tokenList = [...byType].map(([exchangeType, ofType]) => ({
      exchangeType,
      tokens: ofType.map(([, { listed }]) => listed.token),
    }));
    return {
      correlationId,
      isSubscribe,
      instrumentIds: pairs.map(([id]) => id),
      text: JSON.stringify({
        correlationID: correlationId,
        action: isSubscribe ? 1 : 0,
        params: { mode, tokenList },
      }),
    };
  }
}

/** An index has nothing but a price; all else is wanted with depth. */
function modeOf({ instrument }: ListedInstrument): StreamMode {
  return instrument.kind === 'INDEX' ? STREAM_MODES.ltp : STREAM_MODES.snapQuote;
}

function typeOf({ segment }: ListedInstrument): number {
  return EXCHANGE_TYPES[segment];
}
