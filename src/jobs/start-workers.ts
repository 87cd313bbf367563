import { RateLimitError, UnrecoverableError } from 'bullmq';
import { assertNever, InvariantError } from '../core/errors.ts';
import type { JobLog } from './job-log.ts';
import type { JobRegistry } from './job-registry.ts';
import { type OpenQueues, QUEUE_NAMES } from './open-queues.ts';
import type { JobProcessor, JobWorker, QueueName, WorkerSettings } from './queue-factory.ts';
import { retryDelayMs } from './retry-delay.ts';

/** A job that will not run again by itself: a person has to know. */
export interface FailedJob {
  readonly queue: QueueName;
  readonly name: string;
  readonly subject: string;
  readonly attempts: number;
  readonly reason: string;
}

export interface WorkersOptions {
  readonly queues: OpenQueues;
  readonly registry: JobRegistry;
  readonly log: JobLog;
  readonly settings?: Partial<Record<QueueName, WorkerSettings>> | undefined;
  /** Market time per real time: waits before another attempt are that much shorter. 1 by default. */
  readonly speed?: number | undefined;
  readonly onFailed?: ((job: FailedJob) => void) | undefined;
}

/** Orders wait for the network most of their time; alerts keep their order, and rules are settled one at a time. */
const SETTINGS: Readonly<Record<QueueName, WorkerSettings>> = {
  orders: { concurrency: 4 },
  gtt: { concurrency: 1 },
  alerts: { concurrency: 1 },
  telegram: { concurrency: 1 },
};

/** One worker a queue, for those that the registry has handlers for. They stop with `queues.close()`. */
export async function startWorkers(options: WorkersOptions): Promise<readonly JobWorker[]> {
  return Promise.all(
    QUEUE_NAMES.filter((name) => options.registry.works(name)).map(async (name) => {
      const settings = options.settings?.[name] ?? SETTINGS[name];
      const { speed = 1 } = options;
      const retryDelay = (attempts: number): number =>
        Math.ceil((settings.retryDelay ?? retryDelayMs)(attempts) / speed);
      const processor = processorOf(name, options);
      const worker = await options.queues.startWorker(name, processor, { ...settings, retryDelay });
      reportFailures(worker, name, options);
      return worker;
    }),
  );
}

function processorOf(name: QueueName, { queues, registry, speed: marketSpeed = 1 }: WorkersOptions): JobProcessor {
  const queue = queues.queue(name);
  // Telegram has the real time, whatever the market's is.
  const speed = name === 'telegram' ? 1 : marketSpeed;
  return async (job) => {
    const result = await registry
      .run(name, job.name, job.data, { jobId: job.id ?? '', stopping: queues.stopping })
      .catch(permanentIfInvariant);
    switch (result.kind) {
      case 'done':
        return;
      case 'throttled':
        await queue.rateLimit(Math.max(1, Math.ceil(result.retryAfterMs / speed)));
        throw new RateLimitError();
      case 'retry':
        throw new Error(result.reason);
      case 'failed':
        throw new UnrecoverableError(result.reason);
      default:
        return assertNever(result, 'job result');
    }
  };
}

/** A state that must not exist does not go away by trying again. */
function permanentIfInvariant(error: unknown): never {
  if (error instanceof InvariantError) throw new UnrecoverableError(error.message);
  throw error;
}

function reportFailures(worker: JobWorker, queue: QueueName, { log, onFailed }: WorkersOptions): void {
  worker.on('stalled', (jobId) => log.warn({ queue, jobId }, 'A worker died in the middle of a job: it is run again'));
  worker.on('failed', (job, error) => {
    const fields = {
      queue,
      job: job?.name,
      subject: job?.data.subject,
      attempt: job?.attemptsMade,
      reason: error.message,
    };
    if (job === undefined || job.finishedOn === undefined) {
      log.warn(fields, 'A job did not succeed and will be tried again');
      return;
    }
    log.error(fields, 'A job failed for good');
    onFailed?.({ queue, name: job.name, subject: job.data.subject, attempts: job.attemptsMade, reason: error.message });
  });
}
