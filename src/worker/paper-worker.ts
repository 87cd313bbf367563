/**
 * Composition root one, on paper: the trading engine fed by a recorded session, decisions in Postgres, jobs through
 * BullMQ, orders to the simulated exchange, alerts to the console. Entry point: `openPaperWorker`, then `run`, `close`.
 *
 * A rehearsal lives in a schema (and queue) of its own and starts clean: its synthetic candles and orders never mix with
 * those of an account, and what a killed rehearsal left behind is gone before the next one begins.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type AlertStream, ConsoleAlerts } from '../alerts/console-alerts.ts';
import type { Env } from '../config/env.ts';
import { hashHex } from '../core/hash.ts';
import type { Tick } from '../core/tick.ts';
import type { EpochMs } from '../core/time.ts';
import { type Database, openDatabase, resetSchema } from '../db/database.ts';
import { acquireLease } from '../db/lease.ts';
import { PostgresAlertBook } from '../db/postgres-alert-book.ts';
import { PostgresCandleStore } from '../db/postgres-candle-store.ts';
import { PostgresLedger } from '../db/postgres-ledger.ts';
import { PostgresQuotes } from '../db/postgres-quotes.ts';
import { saveInstruments } from '../db/save-instruments.ts';
import { type EngineOptions, TradingEngine } from '../engine/trading-engine.ts';
import { cancelOrderJob } from '../jobs/cancel-order-job.ts';
import { JobRegistry } from '../jobs/job-registry.ts';
import type { OpenQueues } from '../jobs/open-queues.ts';
import { OrderExecutor } from '../jobs/order-executor.ts';
import { OutboxSweeper } from '../jobs/outbox-sweeper.ts';
import { placeOrderJob } from '../jobs/place-order-job.ts';
import { openQueues } from '../jobs/queue-backend.ts';
import { sendAlertJob } from '../jobs/send-alert-job.ts';
import { startWorkers } from '../jobs/start-workers.ts';
import type { Logger } from '../logging/logger.ts';
import type { FillRules } from '../simulation/fill-model.ts';
import { PaperBroker } from '../simulation/paper-broker.ts';
import { SessionRecorder } from '../simulation/session-recorder.ts';
import { SimulatedExchange } from '../simulation/simulated-exchange.ts';
import { announced } from './announced-job.ts';
import { EffectPipeline } from './effect-pipeline.ts';
import { ReplayClock } from './replay-clock.ts';
import { replaySession } from './replay-session.ts';
import type { RunFacts } from './run-summary.ts';

export interface PaperWorkerOptions {
  readonly env: Env;
  readonly engine: EngineOptions;
  readonly rules: FillRules;
  readonly ticks: readonly Tick[];
  readonly speed: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly alerts: AlertStream;
  readonly onProgress: (done: number, time: EpochMs, recorder: SessionRecorder) => void;
}

const REHEARSAL = 'rehearsal';
/** A worker that was told to stop a moment ago, or whose npm was killed, needs this long to be gone. */
const LEASE_WAIT_MS = 6_000;
const SWEEP_EVERY_MS = 2_000;
const ALERT_PATIENCE_MS = 20_000;

export async function runPaperWorker(options: PaperWorkerOptions): Promise<Omit<RunFacts, 'wallMs'>> {
  const { env, log } = options;
  const database = await openDatabase({
    url: env.databaseUrl ?? undefined,
    stateFolder: env.stateFolder,
    schema: REHEARSAL,
    role: 'worker',
    log: (line) => log.debug(line),
  });
  try {
    const lease = await acquireLease(database, REHEARSAL, 'worker', LEASE_WAIT_MS);
    try {
      return await rehearse(options, database);
    } finally {
      await lease.release();
    }
  } finally {
    await database.close();
  }
}

async function rehearse(options: PaperWorkerOptions, database: Database): Promise<Omit<RunFacts, 'wallMs'>> {
  const { env, log } = options;
  await resetSchema(database.sql, REHEARSAL);
  const queues = await openQueues({
    redisUrl: env.redisUrl ?? undefined,
    databaseUrl: database.url,
    schema: `${REHEARSAL}_queue`,
    prefix: `signalman-${hashHex(env.databaseUrl ?? env.stateFolder).slice(0, 12)}-${REHEARSAL}`,
    log,
  });
  try {
    await queues.clear();
    return await trade(options, database, queues);
  } finally {
    await queues.close();
  }
}

async function trade(
  options: PaperWorkerOptions,
  database: Database,
  queues: OpenQueues,
): Promise<Omit<RunFacts, 'wallMs'>> {
  const { ticks, signal, log, onProgress } = options;
  const recorder = new SessionRecorder();
  const clock = new ReplayClock(ticks[0]?.time ?? 0, options.speed);
  const ledger = new PostgresLedger(database, 'paper');
  const onLost = (error: unknown): void => log.warn({ error: String(error) }, 'Market data could not be written');
  const candles = new PostgresCandleStore(database, onLost);
  const quotes = new PostgresQuotes(database, onLost);
  await saveInstruments(database, options.engine.instruments, clock.now());
  const engine = new TradingEngine(options.engine);
  const exchange: SimulatedExchange = new SimulatedExchange({
    ...options.engine,
    rules: options.rules,
    report: (event) => pipeline.tell(event),
    settle: () => {},
  });
  const sweeper = new OutboxSweeper({ ledger: dueOnly(ledger, clock), queues, clock });
  const pipeline: EffectPipeline = new EffectPipeline({
    ledger,
    enqueue: (jobs) => sweeper.enqueue(jobs),
    handle: (event) => engine.handle(event),
    onCandle: (candle) => void candles.append([candle]).catch(onLost),
    onEffect: (effect) => recorder.take(effect),
    signal,
  });
  const executor = new OrderExecutor({
    broker: new PaperBroker(exchange, clock),
    ledger,
    clock,
    onUpdate: (update) => pipeline.onExecuted(update),
    onFill: (fill) => pipeline.tell({ type: 'orderFilled', fill }),
  });
  const alertBook = new PostgresAlertBook(database);
  const registry = new JobRegistry([
    announced(placeOrderJob(executor), (subject) => pipeline.onJobEnded(subject)),
    announced(cancelOrderJob(executor), (subject) => pipeline.onJobEnded(`${subject}-cancel`)),
    sendAlertJob({ alerts: alertBook, sink: new ConsoleAlerts(options.alerts), clock }),
  ]);
  await startWorkers({ queues, registry, log, settings: { orders: { concurrency: 1 } } });
  const stopSweeping = every(SWEEP_EVERY_MS, () => sweeper.sweep(), log);
  try {
    const replayed = await replaySession({
      ...{ ticks, engine, exchange, pipeline, clock, signal },
      onTick: (tick) => void quotes.appendQuotes([tick]).catch(onLost),
      onProgress: (done, time) => onProgress(done, time, recorder),
    });
    if (!signal.aborted) await allAlertsSent(database, ALERT_PATIENCE_MS, signal);
    return {
      record: await ledger.session(),
      trades: recorder.trades,
      candles: recorder.candles,
      ticks: replayed,
      isStopped: signal.aborted,
      backend: queues.backend,
    };
  } finally {
    stopSweeping();
    await Promise.all([candles.flush(), quotes.flush()]).catch(onLost);
  }
}

/** Orders held for a later session are not lost: they wait for the clock, not for the sweeper. */
function dueOnly(ledger: PostgresLedger, clock: ReplayClock): Pick<PostgresLedger, 'unqueuedJobs' | 'markQueued'> {
  return {
    unqueuedJobs: async (ageMs) => (await ledger.unqueuedJobs(ageMs)).filter((job) => job.notBefore <= clock.now()),
    markQueued: (ids) => ledger.markQueued(ids),
  };
}

function every(ms: number, task: () => Promise<unknown>, log: Logger): () => void {
  const timer = setInterval(() => {
    task().catch((error: unknown) =>
      log.warn({ error: String(error) }, 'The outbox could not be swept; it is tried again'),
    );
  }, ms);
  return () => clearInterval(timer);
}

/** What was decided is told before the run ends; with a dead alert channel the run ends all the same. */
async function allAlertsSent({ sql }: Database, patienceMs: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline && !signal.aborted) {
    const [row] = await sql<{ waiting: number }[]>`select count(*)::int as waiting from alerts where sent_time is null`;
    if (!row || row.waiting === 0) return;
    await sleep(20);
  }
}
