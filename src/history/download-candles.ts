/**
 * Past candles from a broker's history onto a shelf, part by part, oldest first.
 *
 * Entry point: `downloadCandles`. Invariants:
 * - a part is on the shelf before the next one is asked for: who is killed goes on from there, and only days that are not
 *   there are asked for;
 * - a day counts as fetched when it is over, the broker answered for it and it has a candle; a trading day without any is
 *   reported and asked for again next time;
 * - candles that do not lie on the session's grid are not kept, and counted;
 * - a pause is asked for by the broker or doubles; after `mostTries` the download stops, and says what is kept.
 */
import type { Candle } from '../core/candle.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { MarketCalendar, SessionInstrument } from '../core/market-session.ts';
import { type DayNumber, dayOf, formatDay, MINUTE_MS, SECOND_MS, startOfDay } from '../core/time.ts';
import { type Timeframe, timeframeMs } from '../core/timeframe.ts';
import type { CandleQuery } from '../ports/candle-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { HistorySource } from '../ports/history-source.ts';
import type { Outcome } from '../ports/outcome.ts';
import { type CandleSeries, type CandleShelf, columnsOfCandles } from './candle-shelf.ts';
import { type DayRange, joinRanges } from './day-ranges.ts';
import { isSettled, planDays } from './missing-days.ts';
import { type CandleAudit, verifyCandles } from './verify-candles.ts';

export interface DownloadRequest {
  readonly instruments: readonly DownloadInstrument[];
  readonly timeframe: Timeframe;
  /** First and last day, both included. */
  readonly span: DayRange;
}

export interface DownloadInstrument {
  readonly id: InstrumentId;
  readonly hours: SessionInstrument;
}

export interface DownloadParts {
  readonly source: HistorySource;
  readonly shelf: CandleShelf;
  readonly calendar: MarketCalendar;
  readonly clock: Clock;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
  /** Calls for one part before the download stops. */
  readonly mostTries?: number;
  /** In [0, 1): spreads the pauses. */
  readonly random?: () => number;
}

export interface DownloadProgress {
  readonly instrumentId: InstrumentId;
  /** Of this instrument. */
  readonly partsDone: number;
  readonly parts: number;
  /** Fetched so far, of all instruments. */
  readonly candles: number;
  /** Why nothing happens just now; null while things go on. */
  readonly pause: { readonly ms: number; readonly reason: string } | null;
}

export interface InstrumentDownload extends CandleSeries {
  readonly place: string;
  /** Fetched in this run. */
  readonly parts: number;
  readonly candles: number;
  /** Trading days that were there before. */
  readonly heldDays: number;
  /** Candles that were not kept, because they lie outside the session or off its grid. */
  readonly leftOut: number;
  /** What the shelf holds now of the span's days that are over. */
  readonly audit: CandleAudit;
  /** Trading days that are over and have no candle, `YYYY-MM-DD`. */
  readonly emptyDays: readonly string[];
  /** Why it is not whole; null when everything was fetched that the broker has. */
  readonly failure: string | null;
}

export interface DownloadSummary {
  readonly instruments: readonly InstrumentDownload[];
  /** Why the download ended early; what is on the shelf stays, and the same command goes on from there. */
  readonly stopped: string | null;
}

const MOST_TRIES = 6;
const FIRST_PAUSE_MS = SECOND_MS;
const LONGEST_PAUSE_MS = MINUTE_MS;

/** What ends the whole download rather than one instrument's. */
class Stop {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

export async function downloadCandles(request: DownloadRequest, parts: DownloadParts): Promise<DownloadSummary> {
  const instruments: InstrumentDownload[] = [];
  let candles = 0;
  for (const instrument of request.instruments) {
    const series = new SeriesDownload(request, instrument, parts, candles);
    const stop = await series.run();
    candles += series.candles;
    instruments.push(await series.summary(stop?.reason));
    if (stop) return { instruments, stopped: stop.reason };
  }
  return { instruments, stopped: null };
}

class SeriesDownload {
  candles = 0;
  readonly #parts: DownloadParts;
  readonly #instrument: DownloadInstrument;
  readonly #series: CandleSeries;
  readonly #span: DayRange;
  readonly #candlesBefore: number;
  #partsDone = 0;
  #partsInAll = 0;
  #heldDays = 0;
  #leftOut = 0;
  #failure: string | null = null;

  constructor(request: DownloadRequest, instrument: DownloadInstrument, parts: DownloadParts, candlesBefore: number) {
    this.#parts = parts;
    this.#instrument = instrument;
    this.#series = { instrumentId: instrument.id, timeframe: request.timeframe };
    this.#span = request.span;
    this.#candlesBefore = candlesBefore;
  }

  /** Fetches what is missing; why everything has to stop, if it has. */
  async run(): Promise<Stop | undefined> {
    const { source, shelf, signal } = this.#parts;
    const queries = (await this.#missing()).flatMap((range) => source.split(this.#query(range)));
    this.#partsInAll = queries.length;
    this.#report(null);
    for (const query of queries) {
      const outcome = await this.#fetch(query);
      if (outcome instanceof Stop) return outcome;
      if (outcome.kind === 'refused') {
        this.#failure = `the broker refused it (${outcome.code}): ${outcome.reason}`;
        return undefined;
      }
      const kept = this.#onGrid(outcome.value, query);
      await shelf.put(this.#series, kept, this.#fetchedDays(kept, query));
      this.candles += kept.length;
      this.#leftOut += outcome.value.length - kept.length;
      this.#partsDone += 1;
      this.#report(null);
      if (signal?.aborted) return new Stop('it was interrupted');
    }
    return undefined;
  }

  async summary(stopped: string | undefined): Promise<InstrumentDownload> {
    const { shelf, calendar } = this.#parts;
    const over = this.#daysOver();
    const last = over.at(-1);
    const stored =
      last === undefined ? columnsOfCandles([]) : await shelf.read(this.#query({ first: this.#span.first, last }));
    const days = new Set(Array.from(stored.openTime, dayOf));
    return {
      ...this.#series,
      place: shelf.placeOf(this.#series),
      parts: this.#partsDone,
      candles: this.candles,
      heldDays: this.#heldDays,
      leftOut: this.#leftOut,
      audit: verifyCandles({ ...stored, ...this.#series, refused: [] }, this.#instrument.hours, calendar),
      emptyDays: over.filter((day) => !days.has(day)).map(formatDay),
      failure: this.#failure ?? stopped ?? null,
    };
  }

  /** Days of the span on which the calendar knows a session that has ended. */
  #daysOver(): readonly DayNumber[] {
    const { calendar, clock } = this.#parts;
    const days: DayNumber[] = [];
    for (let day = this.#span.first; day <= this.#span.last; day++) {
      const session = calendar.sessionOn(this.#instrument.hours, day);
      if (session?.isKnown === true && isSettled(session, clock.now())) days.push(day);
    }
    return days;
  }

  async #missing(): Promise<readonly DayRange[]> {
    const { shelf, calendar, clock } = this.#parts;
    const { missing, held } = planDays({
      span: this.#span,
      timeframe: this.#series.timeframe,
      instrument: this.#instrument.hours,
      calendar,
      fetched: await shelf.fetchedDays(this.#series),
      stored: await shelf.read(this.#query(this.#span)),
      now: clock.now(),
    });
    this.#heldDays = held;
    return missing;
  }

  async #fetch(query: CandleQuery): Promise<Extract<Outcome<readonly Candle[]>, { kind: 'done' | 'refused' }> | Stop> {
    const { source, clock, signal, mostTries = MOST_TRIES, random = Math.random } = this.#parts;
    for (let tries = 1; ; tries++) {
      if (signal?.aborted) return new Stop('it was interrupted');
      const outcome = await source.fetch(query);
      if (outcome.kind === 'done' || outcome.kind === 'refused') return outcome;
      const reason = outcome.kind === 'throttled' ? 'the broker asks for fewer calls' : outcome.reason;
      if (tries >= mostTries)
        return new Stop(`after ${tries} tries there is still no answer (${outcome.kind}): ${reason}`);
      const doubled = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
      const asked = outcome.kind === 'throttled' ? outcome.retryAfterMs : 0;
      const ms = Math.round(Math.max(asked, doubled / 2) + (doubled / 2) * random());
      this.#report({ ms, reason });
      await clock.sleepUntil(clock.now() + ms, signal);
    }
  }

  #query({ first, last }: DayRange): CandleQuery {
    const { calendar } = this.#parts;
    // From the open: brokers align bars to the time they are asked from.
    const from = calendar.sessionOn(this.#instrument.hours, first)?.open ?? startOfDay(first);
    return { ...this.#series, from, to: startOfDay(last + 1) };
  }

  #onGrid(candles: readonly Candle[], { from, to }: CandleQuery): readonly Candle[] {
    const { calendar } = this.#parts;
    const { timeframe, instrumentId } = this.#series;
    const firstDayStart = startOfDay(dayOf(from));
    return candles.filter((candle) => {
      const session = calendar.sessionOn(this.#instrument.hours, dayOf(candle.openTime));
      if (session === null || candle.instrumentId !== instrumentId || candle.timeframe !== timeframe) return false;
      if (candle.openTime < firstDayStart || candle.openTime >= to) return false;
      if (timeframe === '1d') return candle.openTime === session.open;
      const isInside = candle.openTime >= session.open && candle.openTime < session.close;
      return isInside && (candle.openTime - session.open) % timeframeMs(timeframe) === 0;
    });
  }

  /** The days among these candles that are over and lie in the part as a whole. */
  #fetchedDays(candles: readonly Candle[], { from, to }: CandleQuery): readonly DayRange[] {
    const { calendar, clock } = this.#parts;
    const days = new Set<DayNumber>(candles.map(({ openTime }) => dayOf(openTime)));
    const isWhole = (day: DayNumber): boolean => {
      const session = calendar.sessionOn(this.#instrument.hours, day);
      return session !== null && session.open >= from && session.close <= to && isSettled(session, clock.now());
    };
    return joinRanges([...days].filter(isWhole).map((day) => ({ first: day, last: day })));
  }

  #report(pause: DownloadProgress['pause']): void {
    this.#parts.onProgress?.({
      instrumentId: this.#series.instrumentId,
      partsDone: this.#partsDone,
      parts: this.#partsInAll,
      candles: this.#candlesBefore + this.candles,
      pause,
    });
  }
}
