import type { FrameMode } from '../frames/encode-frame.ts';
import type { Spoiling, StreamName } from './stream-faults.ts';

/** What was truly written to one connection. Replies (pong, errors) are not counted as frames. */
export interface ConnectionCounters {
  readonly id: number;
  readonly stream: StreamName;
  readonly clientCode: string;
  isOpen: boolean;
  isHalfOpen: boolean;
  /** Pairs of token and mode that it carries now. */
  subscriptions: number;
  /** Market packets or order frames written, spoiled ones and duplicates included. */
  frames: number;
  /** Market packets written, by the mode they were made in. */
  readonly framesByMode: Record<FrameMode, number>;
  bytes: number;
  /** Frames that a stall or a half-open connection kept back for good. */
  swallowed: number;
  readonly spoiled: Record<Spoiling, number>;
  /** Breaches of the WebSocket protocol by the client, and broken pipes. */
  socketErrors: number;
  /** The client read too slowly for a market that does not wait, and was cut off. */
  isOverrun: boolean;
}

const MOST_KEPT = 1_000;

/** All connections since the start, the latest thousand of them, and how many upgrades were refused. */
export class StreamCounters {
  readonly #connections: ConnectionCounters[] = [];
  readonly #refusals = new Map<number, number>();
  #lastId = 0;

  get connections(): readonly Readonly<ConnectionCounters>[] {
    return this.#connections;
  }

  /** By HTTP status. */
  get refusals(): ReadonlyMap<number, number> {
    return this.#refusals;
  }

  get frames(): number {
    return this.#connections.reduce((sum, { frames }) => sum + frames, 0);
  }

  refused(status: number): void {
    this.#refusals.set(status, (this.#refusals.get(status) ?? 0) + 1);
  }

  opened(stream: StreamName, clientCode: string): ConnectionCounters {
    const counters: ConnectionCounters = {
      id: ++this.#lastId,
      stream,
      clientCode,
      isOpen: true,
      isHalfOpen: false,
      subscriptions: 0,
      frames: 0,
      framesByMode: { 1: 0, 2: 0, 3: 0 },
      bytes: 0,
      swallowed: 0,
      spoiled: { duplicate: 0, reorder: 0, corrupt: 0, truncate: 0, lengthen: 0, lose: 0 },
      socketErrors: 0,
      isOverrun: false,
    };
    this.#connections.push(counters);
    if (this.#connections.length > MOST_KEPT) this.#connections.shift();
    return counters;
  }
}
