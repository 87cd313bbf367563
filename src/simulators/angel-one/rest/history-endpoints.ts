import { DAY_MS, dayOf, type EpochMs, MINUTE_MS, startOfDay } from '../../../core/time.ts';
import { oneOf, textOf, type WireBody } from '../orders/wire-fields.ts';
import type { SimulatedListing } from '../parts.ts';
import type { ClientHandler, RestParts } from './desk-parts.ts';
import { istIso, parseIst } from './ist-text.ts';
import { done, isRefusal, type Refusal, refused, somethingWrong } from './reply.ts';

interface Interval {
  readonly minutes: number | 'day';
  readonly mostDays: number;
}

const INTERVALS = {
  ONE_MINUTE: { minutes: 1, mostDays: 30 },
  THREE_MINUTE: { minutes: 3, mostDays: 60 },
  FIVE_MINUTE: { minutes: 5, mostDays: 100 },
  TEN_MINUTE: { minutes: 10, mostDays: 100 },
  FIFTEEN_MINUTE: { minutes: 15, mostDays: 200 },
  THIRTY_MINUTE: { minutes: 30, mostDays: 200 },
  ONE_HOUR: { minutes: 60, mostDays: 400 },
  ONE_DAY: { minutes: 'day', mostDays: 2000 },
} as const satisfies Readonly<Record<string, Interval>>;
const INTERVAL_NAMES = Object.keys(INTERVALS) as readonly (keyof typeof INTERVALS)[];
const SEGMENTS = ['NSE', 'NFO', 'BSE', 'BFO', 'MCX'];

interface HistoryQuery {
  readonly listing: SimulatedListing;
  readonly interval: Interval;
  readonly from: EpochMs;
  readonly to: EpochMs;
}

export const candles: ClientHandler = ({ body }, parts) => {
  const query = readQuery(body, parts);
  if (isRefusal(query)) return query;
  const isIndex = query.listing.instrument.kind === 'INDEX';
  const rows = barsOf(query, parts).map(({ openTime, open, high, low, close, volume }) => {
    const time = query.interval.minutes === 'day' ? startOfDay(dayOf(openTime)) : openTime;
    return [istIso(time), open, high, low, close, isIndex ? 0 : Math.round(volume)];
  });
  return done(rows.length === 0 && parts.switches.current.emptyCandles === 'null' ? null : rows);
};

/** Contracts only; shares have none. */
export const openInterest: ClientHandler = ({ body }, parts) => {
  const query = readQuery(body, parts);
  if (isRefusal(query)) return query;
  const rows = barsOf(query, parts).flatMap(({ openTime, openInterest: oi }) =>
    oi === null || query.listing.instrument.expiry === null ? [] : [{ time: istIso(openTime), oi }],
  );
  return done(rows);
};

function barsOf({ listing, interval, from, to }: HistoryQuery, { market }: RestParts) {
  // Both ends are named by their minute, and both minutes belong to the span; a day's bar is asked for by any part of it.
  const first = interval.minutes === 'day' ? startOfDay(dayOf(from)) : from;
  return market.candles(listing, interval.minutes, first, to + MINUTE_MS);
}

function readQuery(body: WireBody, { market, switches }: RestParts): HistoryQuery | Refusal {
  const name = oneOf(INTERVAL_NAMES, textOf(body, 'interval'));
  const from = parseIst(body.fromdate);
  const to = parseIst(body.todate);
  const segment = textOf(body, 'exchange');
  if (name === undefined || from === undefined || to === undefined) return somethingWrong(true);
  if (!SEGMENTS.includes(segment) || from > to) return somethingWrong(from > to);
  const listing = market.find(segment, textOf(body, 'symboltoken'));
  // A contract that has expired is no longer known either.
  if (listing === undefined) return somethingWrong();
  const interval = INTERVALS[name];
  if (to - from > interval.mostDays * DAY_MS) return somethingWrong();
  const now = market.clock.now();
  if (to > now && switches.current.futureCandles === 'refused') {
    return refused('AB1004', 'todate should not be after the current time');
  }
  return { listing, interval, from, to: Math.min(to, now) };
}
