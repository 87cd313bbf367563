/** The schedule put together for one worker: what its jobs look at, and where their words go. Entry point: `openSchedule`. */
import { formatInstrument } from '../../alerts/format-values.ts';
import { type DayNumber, dayOf, formatClock, MINUTE_MS, startOfDay } from '../../core/time.ts';
import type { Trade } from '../../core/trade.ts';
import type { Database } from '../../db/database.ts';
import { readDayFacts } from '../../db/day-facts.ts';
import { PostgresSchedule } from '../../db/postgres-schedule.ts';
import { PostgresViews } from '../../db/postgres-views.ts';
import type { TradingEngine } from '../../engine/trading-engine.ts';
import { type Check, fail, ok, warn } from '../doctor/check.ts';
import { calendarCheck } from '../doctor/setup-checks.ts';
import type { EffectPipeline } from '../effect-pipeline.ts';
import type { OpenMarket } from '../open-market.ts';
import type { ReconcileTimes } from '../reconcile-times.ts';
import { runChecklist } from './checklist.ts';
import { cronWake } from './cron-wake.ts';
import { dailyReport, MOST_TRADES_SHOWN } from './daily-report.ts';
import { brokerSquareOffTime, type ScheduledJob } from './plan-day.ts';
import { type JobResult, Schedule } from './schedule.ts';

/** The doctor warns earlier; every morning is too often for that. */
const CALENDAR_SOON_DAYS = 10;

export interface ScheduleParts {
  readonly market: OpenMarket;
  readonly engine: TradingEngine;
  readonly database: Database;
  readonly pipeline: EffectPipeline;
  /** Null where there is only one side. */
  readonly books: Pick<ReconcileTimes, 'compare'> | null;
  /** Candles are written behind: a report wants them all. */
  readonly flush: () => Promise<void>;
  /** This worker's day is over: a fresh one is to take its place. */
  readonly onNewDay: () => void;
  readonly signal: AbortSignal;
}

export function openSchedule(parts: ScheduleParts): Schedule {
  const { market, pipeline, database, signal } = parts;
  const { clock, engine: options, isPlayed } = market;
  const { instruments, calendar, limits, strategies } = options;
  const intraday = strategies
    .filter(({ product }) => product === 'INTRADAY')
    .flatMap(({ instance }) => instance.instruments);
  return new Schedule({
    ...{ calendar, instruments, isPlayed, clock, signal, openedTime: market.openedTime },
    intraday: [...new Set(intraday)],
    squareOffBeforeCloseMs: limits.squareOffBeforeCloseMs,
    // A recorded day has its own time, which the time of day knows nothing of.
    wake: isPlayed ? () => () => undefined : cronWake,
    book: new PostgresSchedule(database),
    tasks: {
      checklist: () => runChecklist(itemsOf(parts)),
      'square-off': async (job) => lookForLeftovers(job, parts),
      report: (job) => report(job, parts),
    },
    onNewDay: () => void whenThereIsASession(parts),
    tell: (alert) => {
      pipeline.raise(alert);
      return pipeline.settle(clock.now());
    },
    onTrouble: (text) => market.trouble.tell(text),
  });
}

/** Who can not log in has no use for a new list, and keeps what there is. */
async function whenThereIsASession({ market, onNewDay, signal }: ScheduleParts): Promise<void> {
  while (!signal.aborted) {
    const hasSession = await market.hasSession().then(
      () => true,
      () => false,
    );
    if (signal.aborted) return;
    if (hasSession) return onNewDay();
    await market.clock.sleepUntil(market.clock.now() + MINUTE_MS, signal);
  }
}

function itemsOf({ market, engine, books }: ScheduleParts): readonly Check[] {
  const { calendar } = market.engine;
  return [
    ...market.checks(),
    calendarCheck(
      async () => calendar,
      () => market.clock.now(),
      CALENDAR_SOON_DAYS,
    ),
    { name: 'recovery', run: async () => judgeBooks(await books?.compare('checklist'), engine) },
    { name: 'switches', run: async () => judgeSwitches(engine) },
  ];
}

type Comparison = Awaited<ReturnType<ReconcileTimes['compare']>>;

function judgeBooks(comparison: Comparison | undefined, { parts }: TradingEngine) {
  const standing = `${parts.portfolio.open.size} positions, ${parts.orders.hasWorking ? 'orders at work' : 'no order at work'}`;
  if (comparison === undefined) return ok(`on paper: ${standing}`);
  if (comparison.kind !== 'done') {
    const why = comparison.kind === 'throttled' ? 'the broker asks for fewer calls' : comparison.reason;
    return fail(`the broker's books could not be compared with ours: ${why}`, 'Look at the check of the session.');
  }
  const { differences, isConclusive } = comparison.value;
  const todo = 'See "npm run signalman -- differences".';
  if (differences.length > 0) {
    const found = `${differences.length} differences between the broker's books and ours; ${standing}`;
    return differences.some(({ level }) => level === 'critical') ? fail(found, todo) : warn(found, todo);
  }
  if (!isConclusive) return fail("the broker's books could not be read whole", 'They are looked at again.');
  return ok(`the broker's books and ours agree: ${standing}`);
}

function judgeSwitches({ parts: { switches } }: TradingEngine) {
  const todo = 'When that is over: "npm run signalman -- resume".';
  if (switches.isKilled) return warn('the kill switch is on: no entry is sent', todo);
  if (switches.isPaused) return warn('trading is halted: no entry is sent', todo);
  const own = switches.pausedStrategies;
  return own.length === 0 ? ok('entries are allowed') : warn(`halted on their own: ${own.join(', ')}`, todo);
}

/** The engine closes intraday positions in time; what is left of them now, the broker closes at its own terms. */
function lookForLeftovers({ instruments }: ScheduledJob, { market, engine }: ScheduleParts): JobResult {
  const ids = new Set(instruments.map(({ id }) => id));
  const left = [...engine.parts.portfolio.open].filter(
    ({ product, instrumentId }) => product === 'INTRADAY' && ids.has(instrumentId),
  );
  const facts = {
    left: left.map(({ strategyId, instrumentId, quantity }) => ({ strategyId, instrumentId, quantity })),
  };
  if (left.length === 0) {
    return { level: 'info', headline: 'no intraday position is left', lines: [], facts, isNews: false };
  }
  const [first] = instruments;
  const session = first && market.engine.calendar.sessionOn(first, dayOf(market.clock.now()));
  const broker = first && session ? formatClock(brokerSquareOffTime(first, session)).slice(0, 5) : 'before the close';
  const lines = left.map(
    ({ strategyId, instrumentId, quantity }) => `${quantity} ${formatInstrument(instrumentId)} (${strategyId})`,
  );
  return {
    level: 'critical',
    headline: `${left.length} intraday positions are still open, and the broker may close them from ${broker} on: close them now ("npm run signalman -- squareoff", or by hand)`,
    ...{ lines, facts, isNews: true },
  };
}

async function report(
  { day }: ScheduledJob,
  { market, engine, database, books, flush }: ScheduleParts,
): Promise<JobResult> {
  const isToday = day === dayOf(market.clock.now());
  const comparison = isToday ? await books?.compare('end of day') : undefined;
  await flush();
  return dailyReport({
    books: await readDayFacts(database, day),
    closed: await closedOn(day, database),
    dayPaise: isToday ? engine.parts.portfolio.dayPaise : null,
    calls: isToday && dayOf(market.openedTime) === day ? market.calls.use() : null,
    unreconciled: unreconciledBecause(comparison),
  });
}

function closedOn(day: DayNumber, database: Database): Promise<readonly Trade[]> {
  const span = { from: startOfDay(day), to: startOfDay(day + 1) };
  return new PostgresViews(database).trades(span, MOST_TRADES_SHOWN);
}

function unreconciledBecause(comparison: Comparison | undefined): string | null {
  if (comparison === undefined) return null;
  if (comparison.kind === 'throttled') return 'the broker asks for fewer calls';
  if (comparison.kind !== 'done') return comparison.reason;
  return comparison.value.isConclusive ? null : "the broker's books could not be read whole";
}
