/**
 * A market with generated prices on the system's clock: a simulator that runs like a live day. Each listing walks at random
 * from its start price; the same seed gives the same walks (not the same times, which are real).
 */
import { DataError } from '../../../core/errors.ts';
import { type Rupees, snapToTick } from '../../../core/money.ts';
import type { Tick } from '../../../core/tick.ts';
import { dayOf, type EpochMs } from '../../../core/time.ts';
import { createRandom, type Random } from '../../../simulation/random.ts';
import type { SimulatedListing } from '../parts.ts';
import { MarketBoard, type MarketListings } from './market-board.ts';
import type { OpenMarket } from './open-market.ts';
import { steadyPrints } from './steady-prints.ts';
import { SystemClock } from './system-clock.ts';

export interface SystemMarketOptions extends MarketListings {
  readonly seed: string;
  /** Over all listings together. With a calendar a listing whose session is closed does not print. */
  readonly ticksPerSecond: number;
  /** What the clock shows when the market is opened; the system's time by default. */
  readonly startsAt?: EpochMs | undefined;
  /** `ended` resolves after so many prints; endless by default. */
  readonly prints?: number | undefined;
  readonly startPriceOf?: ((listing: SimulatedListing) => Rupees | undefined) | undefined;
}

const SECONDS_PER_DAY = 22_500;
const VOLATILITY_PER_DAY = { EQUITY: 0.015, INDEX: 0.009, FUTURE: 0.012, OPTION: 0.3 } as const;
const HALF_SPREAD = 0.0001;
const LOTS_PER_PRINT = 20;
/** Walks turn back towards their start, so that a day of any length stays inside its price band. */
const PULL = 0.0005;

export function openSystemMarket(options: SystemMarketOptions): OpenMarket {
  const { ticksPerSecond, seed, calendar, listings } = options;
  if (!(ticksPerSecond > 0)) throw new DataError(`Expected ticks per second above 0, found "${ticksPerSecond}"`);
  if (listings.length === 0) throw new DataError('Expected listings, found none');
  const board = new MarketBoard(options);
  const clock = new SystemClock(options.startsAt);
  const random = createRandom(seed);
  const printsPerDay = (SECONDS_PER_DAY * ticksPerSecond) / listings.length;
  const walks = walksOf(options, board, printsPerDay);
  const prints = steadyPrints(ticksPerSecond, options.prints ?? Number.POSITIVE_INFINITY, () => {
    const walk = walks[random.below(walks.length)];
    if (walk === undefined) return;
    const time = clock.now();
    const { instrument } = walk.listing;
    const session = calendar?.sessionOn(instrument, dayOf(time));
    const isOpen = session === undefined || (session !== null && time >= session.open && time < session.close);
    if (isOpen) board.print(walk.next(time));
  });
  return {
    clock,
    listings: board.listings,
    ended: prints.ended,
    find: (segment, token) => board.find(segment, token),
    quote: (listing) => board.quote(listing),
    onTick: (listener) => board.onTick(listener),
    candles: (listing, minutes, from, to) => board.candles(listing, minutes, from, to),
    start: startOnce(prints.start),
    close() {
      prints.stop();
      clock.stop();
    },
  };
}

/** Starting twice must not double the rate. */
export function startOnce(start: () => void): () => void {
  let hasStarted = false;
  return () => {
    if (!hasStarted) start();
    hasStarted = true;
  };
}

interface Walk {
  readonly listing: SimulatedListing;
  next(time: EpochMs): Tick;
}

/** One walk per instrument, however many tokens it is listed under. */
function walksOf(options: SystemMarketOptions, board: MarketBoard, printsPerDay: number): Walk[] {
  const walks = new Map<string, Walk>();
  for (const listing of options.listings) {
    const { id } = listing.instrument;
    if (walks.has(id)) continue;
    const random = createRandom(`${options.seed}|${id}`);
    const start =
      options.startPriceOf?.(listing) ?? board.quote(listing)?.tick.lastPrice ?? madeUpPrice(listing, random);
    walks.set(id, walkOf(listing, random, start, printsPerDay));
  }
  return [...walks.values()];
}

function walkOf(listing: SimulatedListing, random: Random, start: Rupees, printsPerDay: number): Walk {
  const { id, kind, tickSize, lotSize } = listing.instrument;
  const step = VOLATILITY_PER_DAY[kind] / Math.sqrt(Math.max(1, printsPerDay));
  const isTraded = kind !== 'INDEX';
  let value = 0;
  let volume = 0;
  let sequence = 0;
  let openInterest = kind === 'FUTURE' || kind === 'OPTION' ? lotSize * (20_000 + random.below(60_000)) : null;
  let day = Number.NEGATIVE_INFINITY;
  const snap = (price: Rupees, toward: 'up' | 'down' | 'nearest'): Rupees =>
    Math.max(tickSize, snapToTick(price, tickSize, toward));
  return {
    listing,
    next(time) {
      if (dayOf(time) !== day) {
        day = dayOf(time);
        volume = 0;
      }
      value += step * random.normal() - PULL * value;
      const price = start * Math.exp(value);
      const bid = isTraded ? snap(price * (1 - HALF_SPREAD), 'down') : null;
      const ask =
        bid === null ? null : Math.max(snap(price * (1 + HALF_SPREAD), 'up'), snap(bid + tickSize, 'nearest'));
      const isBuy = random.uniform() < 0.5;
      const lots = 1 + random.below(LOTS_PER_PRINT);
      if (isTraded) volume += lots * lotSize;
      if (openInterest !== null)
        openInterest = Math.max(0, openInterest + (random.below(2 * lots + 1) - lots) * lotSize);
      sequence++;
      return {
        instrumentId: id,
        time,
        lastPrice: bid === null || ask === null ? snap(price, 'nearest') : isBuy ? ask : bid,
        volume,
        openInterest,
        bid,
        ask,
        sequence,
      };
    },
  };
}

function madeUpPrice({ instrument }: SimulatedListing, random: Random): Rupees {
  const from = { EQUITY: 200, INDEX: 20_000, FUTURE: 500, OPTION: 40 }[instrument.kind];
  return from * (1 + 4 * random.uniform());
}
