/**
 * All listings of a simulated market and who listens to them; every kind of market prints through here.
 * Invariants: prints are told in the order they are made, to each listing of the instrument; `hold` is asked between
 * batches of prints, never inside one.
 */
import type { Candle } from '../../../core/candle.ts';
import { InvariantError } from '../../../core/errors.ts';
import type { InstrumentId } from '../../../core/ids.ts';
import type { MarketCalendar } from '../../../core/market-session.ts';
import type { Rupees } from '../../../core/money.ts';
import type { Tick } from '../../../core/tick.ts';
import type { EpochMs } from '../../../core/time.ts';
import type { SimulatedListing, SimulatedQuote } from '../parts.ts';
import { ListingDay } from './listing-day.ts';
import { hoursOf } from './session-hours.ts';

/** What every kind of market is told of its listings. */
export interface MarketListings {
  readonly listings: readonly SimulatedListing[];
  /** Without it every print counts as trade flow, and candles are counted from 09:15 (MCX and CDS: 09:00). */
  readonly calendar?: MarketCalendar | undefined;
  /** Candles of days before, one-minute or daily. */
  readonly historyOf?: ((listing: SimulatedListing) => readonly Candle[]) | undefined;
  /** Without it the last close of the history, else the first print. */
  readonly previousCloseOf?: ((listing: SimulatedListing) => Rupees | undefined) | undefined;
}

export class MarketBoard {
  readonly listings: readonly SimulatedListing[];
  readonly #byToken = new Map<string, SimulatedListing>();
  readonly #days = new Map<SimulatedListing, ListingDay>();
  readonly #byInstrument = new Map<InstrumentId, ListingDay[]>();
  readonly #listeners = new Set<(quote: SimulatedQuote) => void>();
  readonly #pacers = new Set<() => Promise<void> | undefined>();

  constructor(options: MarketListings, isFromOpen = true) {
    this.listings = options.listings;
    const hours = hoursOf(options.calendar);
    for (const listing of options.listings) {
      const day = new ListingDay(listing, hours, {
        history: options.historyOf?.(listing) ?? [],
        previousClose: options.previousCloseOf?.(listing),
        isFromOpen,
      });
      const key = keyOf(listing.segment, listing.token);
      if (this.#byToken.has(key)) throw new InvariantError(`Expected one listing for "${key}", found two`);
      this.#byToken.set(key, listing);
      this.#days.set(listing, day);
      const days = this.#byInstrument.get(listing.instrument.id);
      if (days === undefined) this.#byInstrument.set(listing.instrument.id, [day]);
      else days.push(day);
    }
  }

  has(instrumentId: InstrumentId): boolean {
    return this.#byInstrument.has(instrumentId);
  }

  find(segment: string, token: string): SimulatedListing | undefined {
    return this.#byToken.get(keyOf(segment, token));
  }

  quote(listing: SimulatedListing): SimulatedQuote | undefined {
    return this.#days.get(listing)?.quote;
  }

  candles(listing: SimulatedListing, minutes: number | 'day', from: EpochMs, to: EpochMs): readonly Candle[] {
    return this.#days.get(listing)?.candles(minutes, from, to) ?? [];
  }

  onTick(listener: (quote: SimulatedQuote) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  paceBy(busy: () => Promise<void> | undefined): () => void {
    this.#pacers.add(busy);
    return () => {
      this.#pacers.delete(busy);
    };
  }

  print(tick: Tick): void {
    const days = this.#byInstrument.get(tick.instrumentId);
    if (days === undefined) return;
    for (const day of days) {
      const quote = day.take(tick);
      for (const listener of this.#listeners) listener(quote);
    }
  }

  /** What the market should wait for before it prints on; undefined when all keep up. */
  hold(): Promise<unknown> | undefined {
    let waits: Promise<void>[] | undefined;
    for (const busy of this.#pacers) {
      const wait = busy();
      if (wait !== undefined) waits = [...(waits ?? []), wait];
    }
    return waits === undefined ? undefined : Promise.all(waits);
  }
}

function keyOf(segment: string, token: string): string {
  return `${segment}|${token}`;
}
