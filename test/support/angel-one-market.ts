import type { Instrument } from '../../src/core/instrument.ts';
import type { MarketCalendar } from '../../src/core/market-session.ts';
import type { Tick } from '../../src/core/tick.ts';
import type { EpochMs } from '../../src/core/time.ts';
import { MarketBoard } from '../../src/simulators/angel-one/market/market-board.ts';
import { listingsOf } from '../../src/simulators/angel-one/master/make-master.ts';
import type { SimulatedListing, SimulatedMarket, SimulatedQuote } from '../../src/simulators/angel-one/parts.ts';
import { fixedCalendar } from './fixed-calendar.ts';

/** A market whose clock and prices move only when a test says so. */
export interface HandMarket extends SimulatedMarket {
  /** The clock moves on; whoever sleeps until then wakes, and what they do at once is done when it resolves. */
  reach(time: EpochMs): Promise<void>;
  /** One print, at the clock's time; volume is the units traded by it. */
  print(listing: SimulatedListing, price: number, volume?: number): Promise<SimulatedQuote>;
  listing(id: string): SimulatedListing;
}

export function openHandMarket(
  instruments: readonly Instrument[],
  start: EpochMs,
  calendar: MarketCalendar = fixedCalendar,
): HandMarket {
  const listings = listingsOf(instruments);
  const board = new MarketBoard({ listings, calendar });
  const volumes = new Map<SimulatedListing, number>();
  let now = start;
  let sleepers: { readonly time: EpochMs; readonly wake: () => void }[] = [];
  let sequence = 0;
  const listing = (id: string): SimulatedListing => {
    const found = listings.find(({ instrument }) => instrument.id === id);
    if (found === undefined) throw new Error(`Expected a listing of "${id}", found none`);
    return found;
  };
  return {
    clock: {
      now: () => now,
      sleepUntil(time, signal) {
        if (time <= now || signal?.aborted) return Promise.resolve();
        return new Promise((wake) => {
          sleepers.push({ time, wake });
          signal?.addEventListener('abort', () => wake(), { once: true });
        });
      },
    },
    listings,
    listing,
    find: (segment, token) => board.find(segment, token),
    quote: (each) => board.quote(each),
    onTick: (listener) => board.onTick(listener),
    candles: (each, minutes, from, to) => board.candles(each, minutes, from, to),
    start: () => undefined,
    ended: new Promise(() => undefined),
    async reach(time) {
      for (;;) {
        const next = sleepers.filter((sleeper) => sleeper.time <= time).sort((a, b) => a.time - b.time)[0];
        if (next === undefined) break;
        sleepers = sleepers.filter((sleeper) => sleeper !== next);
        now = Math.max(now, next.time);
        next.wake();
        await settle();
      }
      now = Math.max(now, time);
      await settle();
    },
    async print(each, price, volume = 100) {
      const total = (volumes.get(each) ?? 0) + volume;
      volumes.set(each, total);
      sequence += 1;
      const tick: Tick = {
        instrumentId: each.instrument.id,
        time: now,
        lastPrice: price,
        volume: each.instrument.kind === 'INDEX' ? 0 : total,
        openInterest: each.instrument.expiry === null ? null : 1000,
        bid: price - each.instrument.tickSize,
        ask: price + each.instrument.tickSize,
        sequence,
      };
      board.print(tick);
      await settle();
      const quote = board.quote(each);
      if (quote === undefined) throw new Error('Expected a quote after a print');
      return quote;
    },
  };
}

/** Lets everything that is ready to run, run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}
