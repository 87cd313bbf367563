/**
 * Exits and cancels begin as soon as they are promised, instead of when the queue has a place for them: the places may all
 * be held by entries that wait for the call budget, which lets an exit pass.
 *
 * Entry points: `begin` once the promise is committed, `over` for the jobs that may be begun early. Invariants:
 * - the queue's own run of a job takes the result of the run that was begun early, or waits for it, and decides what
 *   becomes of it: a retry is the queue's, and so is a job whose process died meanwhile;
 * - one run at a time for a job, and no more of them begun early than the broker takes at once.
 */
import { EXIT_PRIORITY } from '../engine/orders/promised-jobs.ts';
import type { OutboxJob } from '../ports/ledger.ts';
import type { Job, JobResult } from './job-registry.ts';

/** What Angel One takes in a second is nine; the others come in their turn. */
const MOST_AT_ONCE = 8;

export class HeadStarts {
  readonly #jobs = new Map<string, Job>();
  /** Begun early and not yet asked for by the queue. */
  readonly #runs = new Map<string, Promise<JobResult>>();
  #running = 0;

  /** The same job, whose runs may have begun already. */
  over(job: Job): Job {
    this.#jobs.set(job.name, job);
    return {
      ...job,
      run: (data, context) => {
        const begun = this.#runs.get(context.jobId);
        this.#runs.delete(context.jobId);
        return begun ?? job.run(data, context);
      },
    };
  }

  begin(promised: readonly OutboxJob[], stopping: AbortSignal): void {
    for (const { id, name, queue, subject, priority } of promised) {
      const job = this.#jobs.get(name);
      if (job?.queue !== queue || priority !== EXIT_PRIORITY) continue;
      if (this.#running >= MOST_AT_ONCE || this.#runs.has(id)) continue;
      this.#running += 1;
      const run = job.run({ subject }, { jobId: id, stopping }).finally(() => {
        this.#running -= 1;
      });
      // Whoever takes it hears of the failure.
      run.catch(() => undefined);
      this.#runs.set(id, run);
    }
  }
}
