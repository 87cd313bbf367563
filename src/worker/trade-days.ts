/**
 * A worker that runs over days. Each trading day is a fresh start, so that nothing of the day before is traded from: the
 * day's list of instruments, the past that indicators need, the broker's books, our own. Entry point: `tradeDays`.
 *
 * Invariants: the account stays ours in between; what is not settled is taken up, on paper as well; a day that can not
 * begin is told and tried again, but for the first, which ends the worker.
 */
import { type AlertStream, ConsoleAlerts } from '../alerts/console-alerts.ts';
import { MINUTE_MS } from '../core/time.ts';
import type { Logger } from '../logging/logger.ts';
import { newsAlert } from './news.ts';
import type { OpenMarket } from './open-market.ts';
import type { RunFacts } from './run-summary.ts';
import { SystemClock } from './system-clock.ts';

export type DayFacts = Omit<RunFacts, 'wallMs'>;

export type TakesUp = 'all' | 'switches' | 'nothing';

export interface DaysOptions {
  /** What of the runs before is taken up: all that is not settled, what a person has switched or asked for, or nothing. */
  readonly takesUp: TakesUp;
  /** `mayWrite` is to be asked right before each write to the broker. */
  readonly openMarket: (mayWrite: () => Promise<boolean>) => Promise<OpenMarket>;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly alerts: AlertStream;
}

/** The options of one day. */
export type OfDay<Options> = Options & {
  /** Ends this day, and begins the next. */
  readonly onNewDay: () => void;
};

const SHORTEST_PAUSE_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = 10 * MINUTE_MS;

export async function tradeDays<Options extends DaysOptions>(
  options: Options,
  tradeDay: (options: OfDay<Options>) => Promise<DayFacts>,
): Promise<DayFacts> {
  const { signal, log } = options;
  const clock = new SystemClock();
  let before: DayFacts | undefined;
  let pauseMs = SHORTEST_PAUSE_MS;
  for (;;) {
    const dayEnd = new AbortController();
    let isOpen = false;
    try {
      const facts = await tradeDay({
        ...options,
        takesUp: before === undefined ? options.takesUp : 'all',
        signal: AbortSignal.any([signal, dayEnd.signal]),
        onNewDay: () => dayEnd.abort(),
        openMarket: async (mayWrite: () => Promise<boolean>) => {
          const market = await options.openMarket(mayWrite);
          isOpen = true;
          return market;
        },
      });
      before = before === undefined ? facts : sumOf(before, facts);
      pauseMs = SHORTEST_PAUSE_MS;
      if (signal.aborted || !dayEnd.signal.aborted) return { ...before, isStopped: signal.aborted };
      log.info('A new trading day begins');
    } catch (error) {
      // Once it trades, what ends it is for its owner, or whoever starts it, to see.
      if (before === undefined || isOpen) throw error;
      if (signal.aborted) return { ...before, isStopped: true };
      const reason = error instanceof Error ? error.message : String(error);
      const text = `The trading day could not begin, it is tried again in ${pauseMs / MINUTE_MS} min: ${reason}`;
      log.error(text);
      await new ConsoleAlerts(options.alerts).send(newsAlert(text, clock.now()));
      await clock.sleepUntil(clock.now() + pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      if (signal.aborted) return { ...before, isStopped: true };
    }
  }
}

/** The books have every day; the rest is counted day by day. */
function sumOf(before: DayFacts, { trades, candles, ticks, ...facts }: DayFacts): DayFacts {
  return {
    ...facts,
    trades: [...before.trades, ...trades],
    candles: before.candles + candles,
    ticks: before.ticks + ticks,
  };
}
