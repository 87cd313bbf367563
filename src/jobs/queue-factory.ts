import type { Job, Queue, Worker } from 'bullmq';
import type { OutboxJob } from '../ports/ledger.ts';
import { retryDelayMs } from './retry-delay.ts';

export type QueueName = OutboxJob['queue'];

/** A job carries the id of its subject and nothing else: what is to be done stands in Postgres. */
export interface JobPayload {
  readonly subject: string;
}

interface Connected {
  getBackend(): { close(force?: boolean): Promise<void>; disconnect(): Promise<void> };
}

/** What both backends' queues can do and the jobs use. */
export type JobQueue = Pick<
  Queue<JobPayload, void>,
  'name' | 'add' | 'addBulk' | 'rateLimit' | 'obliterate' | 'waitUntilReady' | 'getJob' | 'getActive' | 'getJobCounts'
> &
  Connected & { on(event: 'error', listener: (error: Error) => void): unknown };
export type JobWorker = Pick<Worker<JobPayload, void>, 'name' | 'run' | 'close' | 'waitUntilReady'> &
  Connected & {
    on(event: 'error', listener: (error: Error) => void): unknown;
    on(event: 'stalled', listener: (jobId: string) => void): unknown;
    on(event: 'failed', listener: (job: Job<JobPayload, void> | undefined, error: Error) => void): unknown;
  };
export type JobProcessor = (job: Job<JobPayload, void>) => Promise<void>;

export interface WorkerSettings {
  /** Jobs at a time. */
  readonly concurrency: number;
  /** A job whose worker has been silent for so long is handed to another one. */
  readonly lockMs?: number | undefined;
  /** How often silent workers are looked for. */
  readonly stalledCheckMs?: number | undefined;
  /** Waits before attempt 2, 3, ...; `retryDelayMs` when absent. */
  readonly retryDelay?: ((attemptsMade: number) => number) | undefined;
}

/** The only part that knows the backend. */
export interface QueueFactory {
  readonly backend: 'redis' | 'postgres';
  makeQueue(name: QueueName): JobQueue;
  /** It fetches nothing before it is run. */
  makeWorker(name: QueueName, processor: JobProcessor, settings: WorkerSettings): JobWorker;
}

/** What a worker is told on either backend. */
export function workerOptions(settings: WorkerSettings) {
  const retryDelay = settings.retryDelay ?? retryDelayMs;
  return {
    concurrency: settings.concurrency,
    autorun: false,
    lockDuration: settings.lockMs ?? 15_000,
    stalledInterval: settings.stalledCheckMs ?? 5_000,
    // A job is given up only when its worker died under it again and again.
    maxStalledCount: 5,
    // Never reached. Without some limit BullMQ does not look whether the queue has been held back by `rateLimit`.
    limiter: { max: 1_000_000, duration: 1_000 },
    settings: { backoffStrategy: (attemptsMade: number) => retryDelay(attemptsMade) },
  };
}
