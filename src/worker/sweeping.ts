import { unservedJobs } from '../db/account-record.ts';
import type { Database } from '../db/database.ts';
import type { PostgresLedger } from '../db/postgres-ledger.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';
import { addLostJobs } from '../jobs/add-lost-jobs.ts';
import type { OpenQueues } from '../jobs/open-queues.ts';
import type { OutboxSweeper } from '../jobs/outbox-sweeper.ts';
import type { Logger } from '../logging/logger.ts';
import type { Clock } from '../ports/clock.ts';
import { EquityWriter } from './equity-writer.ts';
import type { LimitWatch } from './limit-watch.ts';
import type { OpenMarket } from './open-market.ts';

const SWEEP_EVERY_MS = 2_000;
const LOST_EVERY_MS = 5_000;
const MARKS_EVERY_MS = 1_000;
const LIMITS_EVERY_MS = 1_000;

/** Orders held for a later session are not lost: they wait for the clock, not for the sweeper. */
export function dueOnly(ledger: PostgresLedger, clock: Clock): Pick<PostgresLedger, 'unqueuedJobs' | 'markQueued'> {
  return {
    unqueuedJobs: async (ageMs) => (await ledger.unqueuedJobs(ageMs)).filter((job) => job.notBefore <= clock.now()),
    markQueued: (ids) => ledger.markQueued(ids),
  };
}

export interface SweepingParts {
  readonly database: Database;
  readonly sweeper: OutboxSweeper;
  readonly queues: OpenQueues;
  readonly market: Pick<OpenMarket, 'isPlayed' | 'clock'>;
  readonly limits: LimitWatch;
  readonly engine: TradingEngine;
  readonly log: Logger;
}

/** What has to be looked after again and again; returns how to stop. */
export function keepSweeping({ database, sweeper, queues, market, limits, engine, log }: SweepingParts): () => void {
  const unserved = (ageMs: number) => unservedJobs(database, ageMs);
  const marks = market.isPlayed ? null : new EquityWriter(engine.parts.portfolio, database);
  const stops = [
    every(SWEEP_EVERY_MS, () => sweeper.sweep(), log, 'The outbox could not be swept'),
    every(LOST_EVERY_MS, () => addLostJobs({ unserved, queues, sweeper }), log, 'Lost jobs could not be looked for'),
    every(LIMITS_EVERY_MS, async () => limits.look(market.clock.now()), log, 'The limits could not be looked at'),
    ...(marks ? [every(MARKS_EVERY_MS, () => marks.write(), log, 'The marks of equity could not be written')] : []),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Runs the task again and again, one run at a time; a failure is said once for as long as it lasts. Returns how to stop. */
function every(ms: number, task: () => Promise<unknown>, log: Logger, what: string): () => void {
  let isRunning = false;
  let isFailing = false;
  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      await task();
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.warn({ error: String(error) }, `${what}; it is tried again`);
      isFailing = true;
    } finally {
      isRunning = false;
    }
  };
  const timer = setInterval(() => void run(), ms);
  return () => clearInterval(timer);
}
