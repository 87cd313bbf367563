/**
 * Load for a receiver: many instruments, prints spread evenly, next to no work per print. What a print carries proves what
 * arrived: each instrument's sequence rises by exactly 1, and the exchange time is the wall clock at the print.
 */
import { DataError } from '../../../core/errors.ts';
import type { InstrumentId } from '../../../core/ids.ts';
import type { Instrument } from '../../../core/instrument.ts';
import { roundPrice } from '../../../core/money.ts';
import { MarketBoard, type MarketListings } from './market-board.ts';
import type { OpenMarket } from './open-market.ts';
import { steadyPrints } from './steady-prints.ts';
import { SystemClock } from './system-clock.ts';
import { startOnce } from './system-market.ts';

export interface LoadMarketOptions extends MarketListings {
  readonly ticksPerSecond: number;
  /** `ended` resolves after so many prints; endless by default. */
  readonly prints?: number | undefined;
}

const BASE_PRICE = 1_000;
const PRICE_STEPS = 41;

export function openLoadMarket(options: LoadMarketOptions): OpenMarket {
  const { ticksPerSecond, listings } = options;
  if (!(ticksPerSecond > 0)) throw new DataError(`Expected ticks per second above 0, found "${ticksPerSecond}"`);
  if (listings.length === 0) throw new DataError('Expected listings, found none');
  const board = new MarketBoard(options);
  const clock = new SystemClock();
  const instruments = [...new Map(listings.map(({ instrument }) => [instrument.id, instrument])).values()];
  let at = 0;
  let round = 1;
  const prints = steadyPrints(ticksPerSecond, options.prints ?? Number.POSITIVE_INFINITY, () => {
    const instrument = instruments[at];
    if (instrument === undefined) return;
    const price = roundPrice(BASE_PRICE + (round % PRICE_STEPS) * instrument.tickSize);
    board.print({
      instrumentId: instrument.id,
      time: clock.now(),
      lastPrice: price,
      volume: round * instrument.lotSize,
      openInterest: null,
      bid: roundPrice(price - instrument.tickSize),
      ask: roundPrice(price + instrument.tickSize),
      sequence: round,
    });
    if (++at === instruments.length) {
      at = 0;
      round++;
    }
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

/** Shares named `LOAD00001` and up, to be listed by whoever lists instruments. */
export function loadInstruments(count: number): Instrument[] {
  return Array.from({ length: count }, (_, index) => {
    const symbol = `LOAD${String(index + 1).padStart(5, '0')}`;
    return {
      id: `NSE:${symbol}` as InstrumentId,
      exchange: 'NSE',
      symbol,
      name: symbol,
      kind: 'EQUITY',
      tickSize: 0.05,
      lotSize: 1,
      freezeQuantity: null,
      expiry: null,
      strike: null,
      optionType: null,
      underlying: null,
      hasDerivatives: false,
    };
  });
}
