/**
 * The broker's session over the days, by the market's clock: refreshed when it is due, ended when the last of the markets
 * has closed and settled, begun anew before the next one opens. Entry points: `start`, `tokens`, `close`.
 *
 * Invariants: no session is carried over midnight IST (the broker ends it then, and a refresh does not change that); at
 * night streams wait for the morning's login instead of making one; `close` ends no session, since the next start takes
 * it over; what fails is told and tried again, and never ends the worker.
 */
import type { AngelOneSession } from '../brokers/angel-one/session/angel-one-session.ts';
import type { AngelOneTokens, TokenSource } from '../brokers/angel-one/settings.ts';
import type { MarketCalendar, SessionInstrument } from '../core/market-session.ts';
import {
  DAY_MS,
  type DayNumber,
  dayOf,
  type EpochMs,
  formatIst,
  HOUR_MS,
  MINUTE_MS,
  startOfDay,
} from '../core/time.ts';
import type { Logger } from '../logging/logger.ts';
import type { Clock } from '../ports/clock.ts';
import type { Tell } from './news.ts';

export interface SessionKeeperOptions {
  readonly session: Pick<AngelOneSession, 'tokens' | 'invalidate' | 'isHalted' | 'refreshTime' | 'logout'>;
  readonly clock: Clock;
  readonly calendar: MarketCalendar;
  readonly instruments: readonly SessionInstrument[];
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** A person should look. Once per night without a login. */
  readonly onTrouble: Tell;
}

/** Books and candles of the day are asked for within this long of the last close. */
const SETTLE_MS = 30 * MINUTE_MS;
/** The latest of a day at which a session is ended. */
const LATEST_MS = DAY_MS - 2 * MINUTE_MS;
const BEFORE_OPEN_MS = 45 * MINUTE_MS;
/** When the calendar knows no session any more, a day begins here. */
const MORNING_MS = 8.5 * HOUR_MS;
const LOOK_AGAIN_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = 10 * MINUTE_MS;

export class SessionKeeper implements TokenSource {
  readonly #options: SessionKeeperOptions;
  readonly #closing = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** Until when there is no session; undefined by day. */
  #night: PromiseWithResolvers<void> | undefined;

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
  }

  /** There is a session now. */
  start(): void {
    this.#running = this.#keep(this.#closing.signal);
  }

  async tokens(): Promise<AngelOneTokens> {
    await this.#night?.promise;
    return this.#options.session.tokens();
  }

  invalidate(tokens: AngelOneTokens): void {
    this.#options.session.invalidate(tokens);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#night?.reject(new Error('The session is not kept any more'));
    await this.#running;
  }

  async #keep(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const end = this.#endOf(clock.now());
      await this.#spendDay(end, signal);
      if (signal.aborted) return;
      const night = Promise.withResolvers<void>();
      night.promise.catch(() => undefined);
      this.#night = night;
      await this.#spendNight(end, signal);
      this.#night = undefined;
      night.resolve();
    }
  }

  async #spendDay(end: EpochMs, signal: AbortSignal): Promise<void> {
    const { session, clock } = this.#options;
    let pauseMs = 0;
    let from = clock.now();
    while (!signal.aborted) {
      const due = session.refreshTime ?? Number.POSITIVE_INFINITY;
      await clock.sleepUntil(Math.min(end, Math.max(from, Math.min(due, clock.now() + LOOK_AGAIN_MS))), signal);
      const now = clock.now();
      if (signal.aborted || now >= end) return;
      // Others may have lost or renewed it meanwhile.
      if ((session.refreshTime ?? now) > now) continue;
      pauseMs = await this.#renew(pauseMs, signal);
      from = clock.now() + Math.max(pauseMs, LOOK_AGAIN_MS);
    }
  }

  async #spendNight(end: EpochMs, signal: AbortSignal): Promise<void> {
    const { session, clock, log } = this.#options;
    const day = dayOf(end - 1);
    const morning = this.#morningAfter(day);
    await this.#leave(day, signal);
    log.info({ until: formatIst(morning) }, 'No session with the broker until then');
    // Who asked for something after that has logged in.
    await clock.sleepUntil(startOfDay(day) + LATEST_MS, signal);
    if (session.refreshTime !== undefined) await this.#leave(day, signal);
    await clock.sleepUntil(morning, signal);
    for (let pauseMs = await this.#renew(0, signal); pauseMs > 0 && !signal.aborted; ) {
      await clock.sleepUntil(clock.now() + pauseMs, signal);
      pauseMs = await this.#renew(pauseMs, signal);
    }
  }

  /** How long to wait before another try; 0 when there is a session. */
  async #renew(pauseMs: number, signal: AbortSignal): Promise<number> {
    if (signal.aborted) return 0;
    const { session, onTrouble } = this.#options;
    try {
      await session.tokens();
      if (pauseMs > 0) onTrouble('There is a session with the broker again', { topic: 'session', level: 'info' });
      return 0;
    } catch (error) {
      if (signal.aborted) return 0;
      // Who halts it says so.
      if (session.isHalted) return LONGEST_PAUSE_MS;
      const reason = error instanceof Error ? error.message : String(error);
      if (pauseMs === 0)
        onTrouble(`There is no session with the broker, it is tried again: ${reason}`, { topic: 'session' });
      return Math.min(LONGEST_PAUSE_MS, Math.max(LOOK_AGAIN_MS, pauseMs * 2));
    }
  }

  async #leave(day: DayNumber, signal: AbortSignal): Promise<void> {
    // A machine that slept through the night finds nothing to end.
    if (signal.aborted || dayOf(this.#options.clock.now()) !== day) return;
    const { session, log } = this.#options;
    const failure = await session.logout().then(
      (outcome) => (outcome.kind === 'done' || outcome.kind === 'session' ? null : JSON.stringify(outcome)),
      (error: unknown) => String(error),
    );
    if (failure === null) log.info('Logged out at the end of the day');
    else if (!signal.aborted) log.warn({ failure }, 'Could not log out; the session ends at midnight by itself');
  }

  /** When the session of the day is ended; begun after that, it stays until shortly before midnight. */
  #endOf(now: EpochMs): EpochMs {
    const { calendar, instruments } = this.#options;
    const latest = startOfDay(dayOf(now)) + LATEST_MS;
    const closes = instruments.flatMap((each) => {
      const session = calendar.sessionOn(each, dayOf(now));
      return session === null ? [] : [Math.max(session.close, session.auction?.close ?? 0)];
    });
    const settled = Math.max(...closes) + SETTLE_MS;
    if (now < settled && settled < latest) return settled;
    // Within the last minutes there is nothing to keep: what there is ends by itself.
    return now < latest ? latest : startOfDay(dayOf(now) + 1);
  }

  /** Before the first market opens that does so on a later day. */
  #morningAfter(day: DayNumber): EpochMs {
    const { calendar, instruments } = this.#options;
    const midnight = startOfDay(day + 1);
    const opens = instruments.flatMap((each) => calendar.nextSession(each, midnight)?.open ?? []);
    return opens.length === 0 ? midnight + MORNING_MS : Math.max(midnight, Math.min(...opens) - BEFORE_OPEN_MS);
  }
}
