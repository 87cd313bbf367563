import type { Clock } from '../../../ports/clock.ts';
import type { AngelOneCredentials, AngelOneTokens, TokenSource } from '../settings.ts';
import type { LinkTimings } from '../stream/link-timings.ts';
import { streamHeaders } from '../stream/stream-headers.ts';
import { isHeartbeat, StreamLink } from '../stream/stream-link.ts';
import { type OrderFrame, parseOrderFrame } from './order-frame.ts';

export interface OrderStreamListener {
  onFrame(frame: OrderFrame): void;
  /** Something happened that can not be read. */
  onMalformed(problem: string): void;
  onUp(time: number): void;
  onDown(time: number, reason: string): void;
  onRefused(time: number, reason: string): void;
}

export interface OrderStreamOptions {
  readonly url: string;
  readonly credentials: Pick<AngelOneCredentials, 'clientCode' | 'apiKey'>;
  readonly tokens: TokenSource;
  readonly clock: Clock;
  readonly timings?: Partial<LinkTimings> | undefined;
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly listener: OrderStreamListener;
}

/** The account's order stream: nothing to subscribe, nothing is repeated after a break. Dials until it is closed. */
export class OrderStream {
  readonly #link: StreamLink;
  readonly #listener: OrderStreamListener;

  constructor(options: OrderStreamOptions) {
    const { url, credentials, tokens, clock, timings, random, listener } = options;
    this.#listener = listener;
    this.#link = new StreamLink({
      ...{ url, tokens, clock, timings, random },
      headersOf: (each: AngelOneTokens) => streamHeaders(credentials, each),
      listener: {
        onUp: (time) => listener.onUp(time),
        onDown: (time, reason) => listener.onDown(time, reason),
        onRefused: (time, reason) => listener.onRefused(time, reason),
        onText: (text) => this.#read(text),
        // Heartbeats come in either form; so might a frame.
        onBinary: (data) => {
          const text = data.toString('utf8');
          if (!isHeartbeat(text)) this.#read(text);
        },
      },
    });
    this.#link.open();
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #read(text: string): void {
    const parsed = parseOrderFrame(text);
    if (parsed.kind === 'order') this.#listener.onFrame(parsed.frame);
    else if (parsed.kind === 'malformed') this.#listener.onMalformed(parsed.problem);
  }
}
