import { formatInstrument } from '../alerts/format-values.ts';
import type { InstrumentId } from '../core/ids.ts';
import { type EpochMs, formatClock, SECOND_MS } from '../core/time.ts';
import type { FeedEvent } from '../ports/market-feed.ts';
import type { Tell } from './news.ts';

export interface FeedWatchOptions {
  readonly tell: Tell;
  /** Whether prices are to be expected then. */
  readonly isOpen: (time: EpochMs) => boolean;
  /** A link that is back before then is nobody's news. Real milliseconds. */
  readonly patienceMs: number;
}

const MOST_NAMED = 3;

/** Says when prices stop coming while a market is open, and when they are back. */
export class FeedWatch {
  readonly #options: FeedWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  /** Since when nothing was heard; told, and not taken back yet. */
  #toldSince: EpochMs | null = null;

  constructor(options: FeedWatchOptions) {
    this.#options = options;
  }

  onEvent(event: FeedEvent): void {
    switch (event.type) {
      case 'disconnected':
        this.#onLost(event);
        break;
      case 'gap':
        this.#onBack(event.to);
        break;
      case 'silent':
        this.#onSilent(event);
        break;
      case 'refused':
        this.close();
        this.#options.tell(`No prices: ${event.reason}`, { topic: 'feed' });
        break;
      case 'connected':
        break;
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #onLost({ instrumentIds, since, time, reason }: Extract<FeedEvent, { type: 'disconnected' }>): void {
    const { tell, isOpen, patienceMs } = this.#options;
    if (instrumentIds.length === 0 || this.#timer !== undefined || this.#toldSince !== null || !isOpen(time)) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#toldSince = since;
      tell(`No prices of ${named(instrumentIds)} since ${formatClock(since)}: ${reason}. The link is tried again`, {
        topic: 'feed',
        level: 'warning',
      });
    }, patienceMs);
    this.#timer.unref();
  }

  #onBack(time: EpochMs): void {
    this.close();
    if (this.#toldSince === null || !Number.isFinite(time)) return;
    const seconds = Math.max(1, Math.round((time - this.#toldSince) / SECOND_MS));
    this.#toldSince = null;
    this.#options.tell(`Prices are back after ${seconds} s; what was missed is fetched`, {
      topic: 'feed',
      level: 'info',
    });
  }

  #onSilent({ instrumentIds, time, reason }: Extract<FeedEvent, { type: 'silent' }>): void {
    if (!this.#options.isOpen(time)) return;
    const why = reason === undefined ? 'they may be of another segment or not traded today' : reason;
    this.#options.tell(`No price has come of ${named(instrumentIds)}: ${why}`, { topic: 'feed', level: 'warning' });
  }
}

function named(ids: readonly InstrumentId[]): string {
  const names = ids.slice(0, MOST_NAMED).map((id) => formatInstrument(id));
  const others = ids.length - names.length;
  return others === 0 ? names.join(', ') : `${names.join(', ')} and ${others} more`;
}
