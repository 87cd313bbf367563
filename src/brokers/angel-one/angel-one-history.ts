/**
 * Past candles of Angel One. One call covers a limited number of days; asking begins at a session's open, since the broker
 * aligns some intervals to the time it is asked from. A span in which no session lies costs no call: a stream that was away
 * over night has missed nothing. A bar that is still forming is left out.
 */
import type { Candle } from '../../core/candle.ts';
import type { MarketCalendar, MarketSession } from '../../core/market-session.ts';
import { dayOf, type EpochMs, MINUTE_MS, startOfDay } from '../../core/time.ts';
import { candleEnd } from '../../core/timeframe.ts';
import type { CandleQuery } from '../../ports/candle-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HistorySource } from '../../ports/history-source.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { type CandleRow, candles, MOST_DAYS } from './rest/candle-calls.ts';
import type { RestClient } from './rest/rest-client.ts';
import type { ListedInstrument, TokenBook } from './token-book.ts';

export class AngelOneHistory implements HistorySource {
  readonly name = 'angel-one';
  readonly #client: RestClient;
  readonly #book: TokenBook;
  readonly #calendar: MarketCalendar;
  readonly #clock: Clock;

  constructor(client: RestClient, book: TokenBook, calendar: MarketCalendar, clock: Clock) {
    this.#client = client;
    this.#book = book;
    this.#calendar = calendar;
    this.#clock = clock;
  }

  split(query: CandleQuery): readonly CandleQuery[] {
    const listed = this.#book.byId(query.instrumentId);
    const end = Math.min(query.to, this.#clock.now());
    const parts: CandleQuery[] = [];
    for (let from = query.from; from < end; ) {
      if (listed) {
        const session = this.#firstSession(listed, from, end);
        if (session === null) break;
        from = Math.max(from, startOfDay(session.day));
      }
      const to = Math.min(startOfDay(dayOf(from) + MOST_DAYS[query.timeframe]), end);
      parts.push({ ...query, from, to });
      from = to;
    }
    return parts;
  }

  async fetch(part: CandleQuery): Promise<Outcome<readonly Candle[]>> {
    const listed = this.#book.byId(part.instrumentId);
    if (!listed) {
      const reason = `"${part.instrumentId}" is not in the broker's instrument list`;
      return { kind: 'refused', code: 'NOT_LISTED', reason };
    }
    const now = this.#clock.now();
    const to = Math.min(part.to, now);
    const session = this.#firstSession(listed, part.from, to);
    if (session === null) return { kind: 'done', value: [] };
    // The open, also where less is wanted: some intervals are aligned to the time they are asked from.
    const from = part.timeframe === '1d' ? startOfDay(session.day) : session.open;
    const { segment, token } = listed;
    const outcome = await candles(this.#client, { exchange: segment, token, timeframe: part.timeframe, from, to });
    if (outcome.kind !== 'done') return outcome;
    const closed = outcome.value.flatMap((row) => this.#closed(row, part, listed, now));
    return { kind: 'done', value: closed.sort((a, b) => a.openTime - b.openTime) };
  }

  /** The first session that trades in [from, to); null: none does. On days that the calendar does not know one is assumed. */
  #firstSession({ instrument }: ListedInstrument, from: EpochMs, to: EpochMs): MarketSession | null {
    for (let day = dayOf(from); from < to && startOfDay(day) < to; day++) {
      const session = this.#calendar.sessionOn(instrument, day);
      if (session !== null && session.close > from && session.open < to) return session;
    }
    return null;
  }

  #closed(row: CandleRow, part: CandleQuery, { instrument }: ListedInstrument, now: number): readonly Candle[] {
    const { instrumentId, timeframe } = part;
    const session = this.#calendar.sessionOn(instrument, dayOf(row.openTime));
    // Daily bars are stamped at midnight; here a day opens with its session.
    const openTime = timeframe === '1d' && session ? session.open : row.openTime;
    const isInside = openTime >= part.from - (timeframe === '1d' ? MINUTE_MS * 1_440 : 0) && openTime < part.to;
    const isSound =
      row.low > 0 && row.high >= Math.max(row.open, row.close) && row.low <= Math.min(row.open, row.close);
    if (!session || !isInside || !isSound || candleEnd(openTime, timeframe, session.close) > now) return [];
    const { open, high, low, close, volume } = row;
    const bars = { open, high, low, close, volume, openInterest: null };
    return [{ instrumentId, timeframe, openTime, ...bars, provenance: 'backfill' }];
  }
}
