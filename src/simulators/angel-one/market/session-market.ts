/**
 * Plays a recorded session on a clock of its own. Entry point: `openSessionMarket`; prices move from `start` on.
 * Invariants: prints are made in the order they were recorded and each once; the clock never passes a print that is still to
 * be made; between batches the event loop gets its turn, and a reader that cannot keep up holds the market up (it does not
 * lose prints, and memory stays bounded at any speed).
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { DataError } from '../../../core/errors.ts';
import type { Tick } from '../../../core/tick.ts';
import { dayOf, type EpochMs, formatIst, MINUTE_MS } from '../../../core/time.ts';
import { MarketBoard, type MarketListings } from './market-board.ts';
import type { OpenMarket } from './open-market.ts';
import { SessionClock } from './session-clock.ts';
import { hoursOf } from './session-hours.ts';

export interface SessionMarketOptions extends MarketListings {
  /** In order of time; each of an instrument that is listed. */
  readonly ticks: readonly Tick[];
  /** Recorded milliseconds per real one; Infinity: as fast as the readers take them. */
  readonly speed: number;
  /** How long before the first print the clock stands; it runs through that span too. 5 minutes by default. */
  readonly leadMs?: number | undefined;
}

const LEAD_MS = 5 * MINUTE_MS;
const PRINTS_PER_TURN = 256;

export function openSessionMarket(options: SessionMarketOptions): OpenMarket {
  const { ticks, speed } = options;
  if (!(speed > 0)) throw new DataError(`Expected a speed above 0, found "${speed}"`);
  const first = ticks[0];
  if (first === undefined) throw new DataError('Expected recorded ticks, found none');
  const board = new MarketBoard(options, isFromOpen(first, options));
  check(ticks, board);
  const clock = new SessionClock(first.time - (options.leadMs ?? LEAD_MS), speed);
  const stopped = new AbortController();
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>();
  let hasStarted = false;
  let release = (): void => undefined;

  async function play(): Promise<void> {
    let at = 0;
    for (let next = ticks[at]; next !== undefined && !stopped.signal.aborted; ) {
      const due = clock.due();
      let prints = 0;
      while (next !== undefined && next.time <= due && prints < PRINTS_PER_TURN) {
        const tick: Tick = next;
        next = ticks[++at];
        clock.reach(tick.time, next?.time ?? Number.POSITIVE_INFINITY);
        board.print(tick);
        prints++;
      }
      if (next === undefined) break;
      if (prints > 0) clock.wake();
      const hold = board.hold();
      if (hold !== undefined) {
        await new Promise<unknown>((resolve) => {
          release = () => resolve(undefined);
          void hold.then(resolve);
        });
        clock.resume();
      } else if (next.time <= due) {
        await nextTurn();
      } else {
        const waitMs = Math.max(1, Math.ceil((next.time - clock.due()) / speed));
        await sleep(waitMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    }
    if (!stopped.signal.aborted) {
      clock.runOn();
      clock.wake();
    }
  }

  return {
    clock,
    listings: board.listings,
    ended,
    find: (segment, token) => board.find(segment, token),
    quote: (listing) => board.quote(listing),
    onTick: (listener) => board.onTick(listener),
    paceBy: (busy) => board.paceBy(busy),
    candles: (listing, minutes, from, to) => board.candles(listing, minutes, from, to),
    start() {
      if (hasStarted || stopped.signal.aborted) return;
      hasStarted = true;
      clock.run(first.time);
      play().then(end, fail);
    },
    close() {
      stopped.abort();
      release();
      clock.stop();
      end();
    },
  };
}

/** A recording that begins later than the session knows nothing of the volume traded before it. */
function isFromOpen(first: Tick, { listings, calendar }: SessionMarketOptions): boolean {
  const instrument = listings.find((listing) => listing.instrument.id === first.instrumentId)?.instrument;
  const hours = instrument === undefined ? null : hoursOf(calendar)(instrument, dayOf(first.time));
  return hours === null || first.time < hours.open + MINUTE_MS;
}

function check(ticks: readonly Tick[], board: MarketBoard): void {
  let latest: EpochMs = Number.NEGATIVE_INFINITY;
  for (const { instrumentId, time } of ticks) {
    if (!board.has(instrumentId)) {
      throw new DataError(`Expected a listing for every recorded instrument, found none for "${instrumentId}"`);
    }
    if (!(time >= latest)) {
      throw new DataError(`Expected ticks in order of time, found "${formatIst(time)}" after "${formatIst(latest)}"`);
    }
    latest = time;
  }
}
