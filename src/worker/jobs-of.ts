import type { Database } from '../db/database.ts';
import { PostgresAlertBook } from '../db/postgres-alert-book.ts';
import { cancelOrderJob } from '../jobs/cancel-order-job.ts';
import { deliverJob } from '../jobs/deliver-job.ts';
import type { HeadStarts } from '../jobs/head-start.ts';
import { JobRegistry } from '../jobs/job-registry.ts';
import { modifyOrderJob } from '../jobs/modify-order-job.ts';
import type { OrderExecutor } from '../jobs/order-executor.ts';
import { placeOrderJob } from '../jobs/place-order-job.ts';
import { sendAlertJob } from '../jobs/send-alert-job.ts';
import { settleGttJob } from '../jobs/settle-gtt-job.ts';
import type { AlertSink } from '../ports/alert-sink.ts';
import type { Clock } from '../ports/clock.ts';
import { announced } from './announced-job.ts';

export interface WorkerJobs {
  readonly executor: OrderExecutor;
  /** Null where there are no rules. */
  readonly rules: Parameters<typeof settleGttJob>[0] | null;
  /** Null where jobs have to run one after the other. */
  readonly headStarts: HeadStarts | null;
  /** Null: alerts go to `sink` only. */
  readonly messenger: Parameters<typeof deliverJob>[0] | null;
  readonly sink: AlertSink;
  readonly database: Database;
  readonly clock: Clock;
  readonly onOrderJobEnded: (jobId: string) => void;
}

/** The jobs that a trading worker runs. */
export function jobsOf({ executor, rules, headStarts, messenger, sink, database, clock, onOrderJobEnded }: WorkerJobs) {
  const orderJobs = [placeOrderJob(executor), modifyOrderJob(executor), cancelOrderJob(executor)];
  return new JobRegistry([
    ...(rules ? [settleGttJob(rules)] : []),
    ...orderJobs.map((job) => announced(headStarts?.over(job) ?? job, onOrderJobEnded)),
    ...(messenger ? [deliverJob(messenger)] : []),
    sendAlertJob({ alerts: new PostgresAlertBook(database), sink, clock }),
  ]);
}
