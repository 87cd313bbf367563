import type { JobLog } from './job-log.ts';
import type { JobProcessor, JobQueue, JobWorker, QueueFactory, QueueName, WorkerSettings } from './queue-factory.ts';

export const QUEUE_NAMES: readonly QueueName[] = ['orders', 'gtt', 'alerts', 'telegram'];

/** How long `close` waits for running jobs and for connections to say goodbye. */
const JOB_GRACE_MS = 1_200;
const GOODBYE_MS = 300;
/** The same connection error is said once in a while, not at every reconnect. */
const REPEAT_MS = 60_000;
const MOST_REMEMBERED = 100;
/** To connect a worker, when the machine is too busy to do it in time. */
const MOST_ATTEMPTS = 3;

/** The queues of one process, and the workers started on them. */
export class OpenQueues {
  readonly backend: QueueFactory['backend'];
  readonly #factory: QueueFactory;
  readonly #log: JobLog;
  readonly #queues: ReadonlyMap<QueueName, JobQueue>;
  readonly #workers = new Set<JobWorker>();
  readonly #stopping = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(factory: QueueFactory, log: JobLog) {
    this.backend = factory.backend;
    this.#factory = factory;
    this.#log = log;
    this.#queues = new Map(QUEUE_NAMES.map((name) => [name, this.#watched(factory.makeQueue(name), name)]));
  }

  queue(name: QueueName): JobQueue {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw new RangeError(`Expected a queue of ${QUEUE_NAMES.join(', ')}, found "${name}"`);
    return queue;
  }

  async ready(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.waitUntilReady()));
  }

  /** Aborts when `close` begins: a handler that only waits ends at once, one in the middle of a call finishes it. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Resolves when the worker is connected and fetches. One that could not connect is not run: a new one takes its place. */
  async startWorker(name: QueueName, processor: JobProcessor, settings: WorkerSettings): Promise<JobWorker> {
    for (let attempt = 1; ; attempt += 1) {
      const worker = this.#watched(this.#factory.makeWorker(name, processor, settings), name);
      this.#workers.add(worker);
      try {
        await worker.waitUntilReady();
        // BullMQ remembers that it could not connect, and would ask again and again without ever giving way to anything.
        worker
          .run()
          .catch((error: Error) => this.#log.error({ queue: name, error: error.message }, 'No jobs are fetched'));
        return worker;
      } catch (error) {
        this.#workers.delete(worker);
        await this.#disconnect(worker);
        if (attempt === MOST_ATTEMPTS || this.stopping.aborted) throw error;
      }
    }
  }

  /**
   * Gives the jobs of a dead process back at once, instead of after their locks have run out. Only the holder of the
   * account's lease may call it, and before it starts workers: whoever else holds a job then is gone.
   */
  async releaseActive(): Promise<number> {
    let released = 0;
    for (const queue of this.#queues.values()) {
      for (const job of await queue.getActive()) {
        await job.moveToWait('0');
        released += 1;
      }
    }
    return released;
  }

  /** Removes every job, for a rehearsal that starts clean. */
  async clear(): Promise<void> {
    for (const queue of this.#queues.values()) await queue.obliterate({ force: true });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#workers].map((worker) => this.#stopWorker(worker)));
    await Promise.all([...this.#queues.values()].map((queue) => this.#disconnect(queue)));
  }

  async #stopWorker(worker: JobWorker): Promise<void> {
    if (await settlesWithin(worker.close(), JOB_GRACE_MS)) return;
    this.#log.warn(
      { queue: worker.name },
      'Stopped without an answer from a job or the queue: what was running runs again',
    );
    await this.#disconnect(worker);
  }

  /** Without the polite goodbye, which would wait for a server that is away; `disconnect` ends one that is waiting. */
  async #disconnect(source: JobQueue | JobWorker): Promise<void> {
    const backend = source.getBackend();
    await settlesWithin(Promise.all([backend.close(true), backend.disconnect()]), GOODBYE_MS);
  }

  #watched<T extends JobQueue | JobWorker>(source: T, queue: QueueName): T {
    const said = new Map<string, number>();
    const onError = (error: Error): void => {
      const time = performance.now();
      if (time - (said.get(error.message) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return;
      if (said.size >= MOST_REMEMBERED) said.clear();
      said.set(error.message, time);
      this.#log.warn({ queue, error: error.message }, 'The queue reports an error');
    };
    source.on('error', onError);
    return source;
  }
}

async function settlesWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([
      promise.then(
        () => true,
        () => true,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
