/**
 * SmartStream: prints of the market as binary packets to whoever subscribed to them. Entry points: `upgrade`, `close`.
 * Invariants: success is silent, but for the last known state of each token newly asked for; a request is taken whole or not
 * at all; 1,000 (token, mode) pairs per connection, each counted once; a segment or token that does not exist is silent for
 * ever; subscriptions die with the socket. A print is encoded once per mode, however many receive it.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { encodeFrame, type FrameMode } from '../frames/encode-frame.ts';
import { segmentOf } from '../frames/exchange-types.ts';
import type { SimulatedListing, SimulatedMarket, SimulatedQuote } from '../parts.ts';
import type { StreamConnection } from './stream-connection.ts';
import { type DoorSurroundings, StreamDoor } from './stream-door.ts';
import { parseSubscription, type SubscriptionRequest } from './subscription-request.ts';

const MODES: readonly FrameMode[] = [1, 2, 3];
const QUOTA = 1_000;
const INVALID_PAYLOAD = { errorCode: 'E1001', errorMessage: 'Invalid Request Payload.' };
const LIMIT_EXCEEDED = { errorCode: 'E1002', errorMessage: 'Invalid Request. Subscription Limit Exceeded' };

type Receivers = Readonly<Record<FrameMode, Set<StreamConnection>>>;

/** One (token, mode) pair; the listing is undefined when the token does not exist. */
interface Pair {
  readonly key: string;
  readonly listing: SimulatedListing | undefined;
}

export class MarketStreamServer {
  readonly #market: SimulatedMarket;
  readonly #door: StreamDoor;
  readonly #receivers = new Map<SimulatedListing, Receivers>();
  /** What each connection asked for, by key. */
  readonly #wanted = new Map<
    StreamConnection,
    Map<string, { listing: SimulatedListing | undefined; mode: FrameMode }>
  >();
  readonly #stopListening: (() => void)[] = [];

  constructor(market: SimulatedMarket, surroundings: DoorSurroundings) {
    this.#market = market;
    this.#door = new StreamDoor('market', surroundings, (connection) => this.#open(connection));
    this.#stopListening.push(market.onTick((quote) => this.#send(quote)));
    const stopPacing = market.paceBy?.(() => this.#slowest());
    if (stopPacing !== undefined) this.#stopListening.push(stopPacing);
  }

  upgrade(request: IncomingMessage, pipe: Duplex, head: Buffer, url: URL): void {
    this.#door.upgrade(request, pipe, head, url);
  }

  async close(): Promise<void> {
    for (const stop of this.#stopListening) stop();
    await this.#door.close();
  }

  #open(connection: StreamConnection): void {
    this.#wanted.set(connection, new Map());
    connection.onMessage((text) => this.#take(connection, text));
    connection.onClose(() => {
      for (const { listing, mode } of this.#wanted.get(connection)?.values() ?? []) {
        if (listing !== undefined) this.#receivers.get(listing)?.[mode].delete(connection);
      }
      this.#wanted.delete(connection);
    });
  }

  #take(connection: StreamConnection, text: string | null): void {
    if (text === 'ping') {
      connection.reply('pong');
      return;
    }
    const request = parseSubscription(text ?? '');
    if (!('mode' in request)) answer(connection, request.correlationId, INVALID_PAYLOAD);
    else if (request.isSubscribe) this.#subscribe(connection, request);
    else this.#unsubscribe(connection, request);
  }

  #subscribe(connection: StreamConnection, request: SubscriptionRequest): void {
    const wanted = this.#wanted.get(connection);
    if (wanted === undefined) return;
    const { mode } = request;
    const added = new Map<string, Pair>();
    for (const pair of this.#pairsOf(request)) if (!wanted.has(pair.key)) added.set(pair.key, pair);
    if (wanted.size + added.size > QUOTA) {
      answer(connection, request.correlationId, LIMIT_EXCEEDED);
      return;
    }
    for (const { key, listing } of added.values()) {
      wanted.set(key, { listing, mode });
      if (listing === undefined) continue;
      this.#receiversOf(listing)[mode].add(connection);
      const quote = this.#market.quote(listing);
      if (quote !== undefined) connection.send(encodeFrame(mode, quote), mode);
    }
    connection.counters.subscriptions = wanted.size;
  }

  #unsubscribe(connection: StreamConnection, request: SubscriptionRequest): void {
    const wanted = this.#wanted.get(connection);
    for (const { key, listing } of this.#pairsOf(request)) {
      wanted?.delete(key);
      if (listing !== undefined) this.#receivers.get(listing)?.[request.mode].delete(connection);
    }
    connection.counters.subscriptions = wanted?.size ?? 0;
  }

  *#pairsOf({ mode, tokenList }: SubscriptionRequest): Generator<Pair> {
    for (const { exchangeType, tokens } of tokenList) {
      const segment = segmentOf(exchangeType);
      for (const token of tokens) {
        const listing = segment === undefined ? undefined : this.#market.find(segment, token);
        yield { key: `${mode}|${exchangeType}|${token}`, listing };
      }
    }
  }

  #receiversOf(listing: SimulatedListing): Receivers {
    const known = this.#receivers.get(listing);
    if (known !== undefined) return known;
    const receivers = {
      1: new Set<StreamConnection>(),
      2: new Set<StreamConnection>(),
      3: new Set<StreamConnection>(),
    };
    this.#receivers.set(listing, receivers);
    return receivers;
  }

  #send(quote: SimulatedQuote): void {
    const receivers = this.#receivers.get(quote.listing);
    if (receivers === undefined) return;
    for (const mode of MODES) {
      const connections = receivers[mode];
      if (connections.size === 0) continue;
      const frame = encodeFrame(mode, quote);
      for (const connection of connections) connection.send(frame, mode);
    }
  }

  #slowest(): Promise<void> | undefined {
    let slow: Promise<void>[] | undefined;
    for (const connection of this.#door.connections) {
      if (connection.isSlow) slow = [...(slow ?? []), connection.drained()];
    }
    return slow === undefined ? undefined : Promise.all(slow).then(() => undefined);
  }
}

function answer(
  connection: StreamConnection,
  correlationID: string,
  error: { readonly errorCode: string; readonly errorMessage: string },
): void {
  connection.reply(JSON.stringify({ correlationID, ...error }));
}
