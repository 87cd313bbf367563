import { ConsoleAlerts } from '../alerts/console-alerts.ts';
import type { Env } from '../config/env.ts';
import type { AlertSettings } from '../core/alert.ts';
import { UnavailableError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Rupees } from '../core/money.ts';
import type { EpochMs } from '../core/time.ts';
import { readAccountRecord, requeueUnsettled, resetButSwitches } from '../db/account-record.ts';
import { openCommandInbox } from '../db/command-inbox.ts';
import { type Database, openDatabase, resetSchema } from '../db/database.ts';
import { acquireLease } from '../db/lease.ts';
import { PostgresCandleStore } from '../db/postgres-candle-store.ts';
import { PostgresLedger } from '../db/postgres-ledger.ts';
import { PostgresQuotes } from '../db/postgres-quotes.ts';
import { saveInstruments } from '../db/save-instruments.ts';
import { warmConnections } from '../db/warm-connections.ts';
import { TradingEngine } from '../engine/trading-engine.ts';
import { HeadStarts } from '../jobs/head-start.ts';
import type { OpenQueues } from '../jobs/open-queues.ts';
import { OrderExecutor } from '../jobs/order-executor.ts';
import { OutboxSweeper } from '../jobs/outbox-sweeper.ts';
import { startWorkers } from '../jobs/start-workers.ts';
import type { RecentLines } from '../logging/recent-lines.ts';
import type { OrderFeed } from '../ports/order-feed.ts';
import type { FillRules } from '../simulation/fill-model.ts';
import { SessionRecorder } from '../simulation/session-recorder.ts';
import { EffectPipeline } from './effect-pipeline.ts';
import { endOfPlay } from './end-of-play.ts';
import { enqueueJobs } from './enqueue-jobs.ts';
import { brokerExecution, paperExecution, takeUpOnPaper } from './execution.ts';
import { jobsOf } from './jobs-of.ts';
import { LimitWatch } from './limit-watch.ts';
import { openMargins } from './margins/open-margins.ts';
import { withTimers } from './market-queue.ts';
import { allAlertsSent, logged, newsAlert, noteFailedStart } from './news.ts';
import { obey } from './obey-command.ts';
import { openAccountQueues } from './open-account-queues.ts';
import { openBooks } from './open-books.ts';
import { openControl } from './open-control.ts';
import { openGaps } from './open-gaps.ts';
import type { OpenMarket } from './open-market.ts';
import { openRules, rulesOfMarket } from './open-rules.ts';
import { openMessenger, type TelegramSetup } from './open-telegram.ts';
import { OutageWatch, outageOf } from './outage-watch.ts';
import { patientLedger } from './patient-ledger.ts';
import { noteStop, tellBeginning } from './run-news.ts';
import type { RunFacts } from './run-summary.ts';
import { openSchedule } from './schedule/open-schedule.ts';
import { startHeartbeat } from './start-heartbeat.ts';
import { dueOnly, keepSweeping } from './sweeping.ts';
import { type DaysOptions, type OfDay, tradeDays } from './trade-days.ts';
import { tradeSession } from './trade-session.ts';
import { warmUp, warmUpFrom } from './warm-up.ts';

export interface TradingWorkerOptions extends DaysOptions {
  readonly env: Env;
  /** Names the schema, the queue and the lease. */
  readonly account: string;
  /** Waits for the worker that trades the account to end, or to fall silent, and takes its place. */
  readonly isStandby: boolean;
  /** Told which process is waited for. */
  readonly onStandby: (pid: number | undefined) => void;
  /** Null: alerts are printed only. */
  readonly telegram: TelegramSetup | null;
  /** What is told at the terminal. */
  readonly alertSettings: AlertSettings;
  readonly recent: Pick<RecentLines, 'last'>;
  /** How the simulated exchange fills paper orders. */
  readonly rules: FillRules;
  readonly onProgress: (done: number, time: EpochMs, recorder: SessionRecorder) => void;
}

/** A worker that was told to stop a moment ago, or whose npm was killed, needs this long to be gone. */
const LEASE_WAIT_MS = 6_000;
const ALERT_PATIENCE_MS = 20_000;

export async function runTradingWorker(options: TradingWorkerOptions): Promise<Omit<RunFacts, 'wallMs'>> {
  const { env, account, log } = options;
  const database = await openDatabase({
    url: env.databaseUrl ?? undefined,
    stateFolder: env.stateFolder,
    schema: account,
    role: 'worker',
    log: (line) => log.debug(line),
  });
  try {
    const waitMs = options.isStandby ? Number.POSITIVE_INFINITY : LEASE_WAIT_MS;
    const outage = new OutageWatch({ ...options, revive: database.revive });
    let tookOverFrom: number | undefined;
    const lease = await acquireLease(database, account, 'worker', waitMs, {
      signal: options.signal,
      onWait: (pid) => {
        if (!options.isStandby) return;
        options.onStandby(pid);
        tookOverFrom = pid;
      },
      onAway: () => outage.away(),
      onBack: (awayMs) => outage.back(awayMs),
    });
    try {
      const signal = AbortSignal.any([options.signal, lease.lost]);
      const begin: Begin = { database, mayWrite: () => lease.verify(), outage, tookOverFrom: () => tookOverFrom };
      const days = tradeDays({ ...options, signal }, (day) => start(day, begin));
      const facts = await Promise.race([days, outage.stoppedInVain]);
      if (lease.lost.aborted) throw new UnavailableError(`Another worker has taken over account "${account}"`);
      if (facts.isStopped && !outage.isAway) await noteStop(database, options.telegram, log);
      return facts;
    } finally {
      await lease.release();
    }
  } finally {
    await database.close();
  }
}

/** What a day begins with. */
interface Begin {
  readonly database: Database;
  readonly mayWrite: () => Promise<boolean>;
  readonly outage: OutageWatch;
  readonly tookOverFrom: () => number | undefined;
}

async function start(options: OfDay<TradingWorkerOptions>, begin: Begin): Promise<Omit<RunFacts, 'wallMs'>> {
  const { env, account, log } = options;
  const { database, mayWrite } = begin;
  if (options.takesUp === 'nothing') await resetSchema(database.sql, account);
  if (options.takesUp === 'switches') await resetButSwitches(database, account);
  const queues = await openAccountQueues(env, account, database, log);
  try {
    const opening = options.openMarket(mayWrite).catch(async (error: unknown) => {
      await noteFailedStart(database, error, options.telegram, log);
      throw error;
    });
    const [market] = await Promise.all([opening, queues.clear()]);
    try {
      return await trade(options, market, queues, begin);
    } finally {
      await market.close();
    }
  } finally {
    await queues.close();
  }
}

async function trade(
  options: OfDay<TradingWorkerOptions>,
  market: OpenMarket,
  queues: OpenQueues,
  { database, outage, tookOverFrom }: Begin,
): Promise<Omit<RunFacts, 'wallMs'>> {
  const { signal, log, onProgress, telegram } = options;
  const { clock, queue } = market;
  const recorder = new SessionRecorder();
  const mode = market.desk === null ? 'paper' : 'live';
  const ledger = new PostgresLedger(database, mode, rulesOfMarket(market), telegram?.chatNames);
  const onLost = (error: unknown): void => log.warn({ error: String(error) }, 'Market data could not be written');
  const candles = new PostgresCandleStore(database, onLost);
  const quotes = new PostgresQuotes(database, onLost);
  await saveInstruments(database, market.engine.instruments, clock.now());
  const engine = new TradingEngine(market.engine);
  await warmConnections(database);
  const sweeper = new OutboxSweeper({ ledger: dueOnly(ledger, clock), queues, clock });
  const pipeline: EffectPipeline = new EffectPipeline({
    ledger: patientLedger(ledger, signal),
    enqueue: (jobs) => enqueue(jobs),
    handle: (event) => engine.handle(event),
    // A write that fails is told by the store, and tried again.
    onCandle: (candle) => void candles.append([candle]).catch(() => undefined),
    onEffect: (effect) => recorder.take(effect),
    isInStep: market.desk === null,
    signal,
  });
  const execution = market.desk
    ? brokerExecution(market, market.desk)
    : paperExecution(market, options.rules, pipeline);
  const executor = new OrderExecutor({
    broker: execution.broker,
    ledger,
    clock,
    recall: (id) => engine.parts.orders.find(id),
    onUpdate: execution.onUpdate,
    onFill: execution.onFill,
    ...(market.desk ? { searchGraceMs: market.desk.searchGraceMs } : {}),
  });
  const ended = new AbortController();
  const ending = AbortSignal.any([signal, ended.signal]);
  let orderFeed: OrderFeed | null = null;
  const look = async (): Promise<void> => orderFeed?.poll();
  const lastPrice = (id: InstrumentId): Rupees | null => engine.parts.market.find(id)?.lastPrice.price || null;
  const ruleParts = { market, database, sweeper, pipeline, execution, executor, look, lastPrice, signal: ending };
  const rules = openRules(ruleParts);
  // On paper orders reach the exchange in the order in which they were decided.
  const headStarts = market.desk ? new HeadStarts() : null;
  const onTrouble = (text: string): void => market.trouble.tell(text);
  const enqueue = enqueueJobs({ sweeper, headStarts, queues, log, onTrouble });
  const messenger = telegram && openMessenger(telegram, database, log);
  const registry = jobsOf({
    ...{ executor, rules, headStarts, messenger, database, clock },
    sink: new ConsoleAlerts(options.alerts, options.alertSettings),
    onOrderJobEnded: (jobId) => pipeline.onJobEnded(jobId),
  });
  const gaps = openGaps(market, signal, log);
  market.trouble.tell = (text, about) => {
    pipeline.raise(logged(newsAlert(text, clock.now(), about), log));
    // At night no event comes that would settle it; what can not be written now is with the next one.
    pipeline.settle(clock.now()).catch(() => undefined);
  };
  outage.listener = outageOf(queue, candles, (text) => market.trouble.tell(text));
  const onStop = (): void => queue.end();
  signal.addEventListener('abort', onStop, { once: true });
  const closing: (() => unknown)[] = [() => ended.abort()];
  try {
    const record = await readAccountRecord(database);
    engine.restore(record, clock.now());
    const jobs = await requeueUnsettled(database, telegram?.chatNames);
    if (jobs > 0) log.info({ jobs }, 'What the last run has not settled is taken up');
    tellBeginning({ market, engine, account: options.account, tookOverFrom: tookOverFrom() });
    // What was asked for while nobody ran comes before anything is sent.
    const control = telegram && openControl({ ...options, ...ruleParts, engine, setup: telegram });
    await control?.catchUp();
    const inbox = await openCommandInbox({
      database: { url: database.url, schema: options.account },
      onCommand: (asked) => obey(asked, engine, pipeline, clock),
      onTrouble,
    });
    closing.push(() => inbox.close());
    void control?.listen();
    void startHeartbeat({ url: options.env.heartbeatUrl, outage, control, messenger, queue, log, signal: ending });
    await startWorkers({
      ...{ queues, registry, log },
      settings: market.desk ? {} : { orders: { concurrency: 1 } },
      speed: market.desk?.speed,
      onFailed: ({ queue: name, name: job, subject, reason }) => {
        if (name === 'orders') market.trouble.tell(`Could not ${job} order ${subject}: ${reason}`);
      },
    });
    const limits = new LimitWatch(market.engine.limits, engine, (alert) => pipeline.raise(alert));
    closing.push(keepSweeping({ database, sweeper, queues, market, limits, engine, log }));
    const books = execution.reconciler && openBooks(execution.reconciler, market, database, pipeline, ending);
    orderFeed = execution.listen(
      () => engine.parts.orders.hasWorking,
      () => {
        rules?.lookSoon();
        books?.onLinkUp();
      },
    );
    closing.push(() => orderFeed?.close());
    // What became of the orders while nobody ran is heard before the first price.
    await orderFeed?.poll();
    if (market.desk === null && options.takesUp === 'all') await takeUpOnPaper(execution.broker, record);
    const now = market.wireClock.now();
    const span = { from: warmUpFrom(market.engine, now, market.isPlayed ? 1 : undefined), to: now };
    // The clock of a market that is played stands before its first price, and with it the budget of calls.
    if (!market.isPlayed || span.from < span.to) {
      await rules?.start();
      await books?.start();
    }
    void rules?.keep();
    void books?.keep();
    const past = await warmUp(engine, market.engine, span, gaps, (event) => pipeline.tell(event));
    void candles.append(past).catch(onLost);
    if (past.length > 0)
      market.trouble.tell(`${past.length} past candles were taken in`, { topic: 'backfill', level: 'info' });
    const play = { feed: orderFeed, engine, now: () => clock.now(), speed: market.desk?.speed ?? 1, signal };
    market.onPlayed = () => void endOfPlay(play).finally(() => queue.end());
    const margins = openMargins(market, ending);
    await margins?.start();
    void margins?.keep();
    market.start(market.engine.instruments.map(({ id }) => id));
    const schedule = openSchedule({
      ...{ market, engine, database, pipeline, books: books ?? null, onNewDay: options.onNewDay },
      ...{ flush: () => candles.flush(), signal: ending },
    });
    void schedule.keep();
    const ticks = await tradeSession({
      ...{ engine, steps: execution.steps, pipeline, clock, gaps, signal, mayRunAhead: market.desk === null },
      events: market.isPlayed ? queue : withTimers(queue, engine, clock, signal),
      hasMore: () => market.desk !== null && queue.length > 0,
      onIllegal: (error) => market.trouble.tell(error.message),
      onTick: (tick) => void quotes.appendQuotes([tick]).catch(() => undefined),
      onProgress: (done, time) => onProgress(done, time, recorder),
    });
    if (!signal.aborted) await schedule.finish();
    if (!signal.aborted) await allAlertsSent(database, ALERT_PATIENCE_MS, signal);
    return {
      record: await ledger.session(),
      trades: recorder.trades,
      candles: recorder.candles,
      ticks,
      isStopped: signal.aborted,
      backend: queues.backend,
    };
  } finally {
    signal.removeEventListener('abort', onStop);
    for (const close of closing.reverse()) await close();
    await Promise.all([candles.flush(), quotes.flush()]).catch(onLost);
  }
}
