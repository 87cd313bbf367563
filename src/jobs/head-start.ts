/**
 * Orders begin as soon as they are promised, instead of when the queue has come round to them: its places may all be held
 * by entries that wait for the call budget, which lets an exit pass, and with free places the way through it is lost time.
 *
 * Entry points: `begin` once the promise is committed, `over` for the jobs that may be begun early. Invariants:
 * - the queue's own run of a job takes the result of the run that was begun early, or waits for it, and decides what
 *   becomes of it: a retry is the queue's, and so is a job whose process died meanwhile;
 * - one run at a time for a job, and a bounded number of them begun early;
 * - exits and cancels begin whatever waits, entries in their order: none while an earlier one is left to the queue.
 */
import { EXIT_PRIORITY } from '../engine/orders/promised-jobs.ts';
import type { OutboxJob } from '../ports/ledger.ts';
import type { Job, JobResult } from './job-registry.ts';

/** What Angel One takes in a second is nine; the others come in their turn. */
const MOST_EXITS = 8;
const MOST_ENTRIES = 4;

export class HeadStarts {
  readonly #jobs = new Map<string, Job>();
  /** Begun early and not yet asked for by the queue. */
  readonly #runs = new Map<string, Promise<JobResult>>();
  readonly #running = { exits: 0, entries: 0 };
  /** The newest entry that was left to the queue and that it has not come to yet. */
  #behind: string | null = null;

  /** The same job, whose runs may have begun already. */
  over(job: Job): Job {
    this.#jobs.set(kindOf(job), job);
    return {
      ...job,
      run: (data, context) => {
        const { jobId } = context;
        if (jobId === this.#behind) this.#behind = null;
        const begun = this.#runs.get(jobId);
        this.#runs.delete(jobId);
        return begun ?? job.run(data, context);
      },
    };
  }

  /** Whether there was a place for each of them. */
  begin(promised: readonly OutboxJob[], stopping: AbortSignal): boolean {
    let hasRoom = true;
    for (const each of promised) {
      if (this.#runs.has(each.id)) continue;
      const job = this.#jobs.get(kindOf(each));
      if (job === undefined) {
        hasRoom = false;
        continue;
      }
      const isExit = each.priority === EXIT_PRIORITY;
      const isFree = isExit
        ? this.#running.exits < MOST_EXITS
        : this.#behind === null && this.#running.entries < MOST_ENTRIES;
      if (isFree) this.#start(job, each, isExit ? 'exits' : 'entries', stopping);
      else {
        hasRoom = false;
        if (!isExit) this.#behind = each.id;
      }
    }
    return hasRoom;
  }

  #start(job: Job, { id, subject }: OutboxJob, kind: 'exits' | 'entries', stopping: AbortSignal): void {
    this.#running[kind] += 1;
    const run = job.run({ subject }, { jobId: id, stopping }).finally(() => {
      this.#running[kind] -= 1;
    });
    // Whoever takes it hears of the failure.
    run.catch(() => undefined);
    this.#runs.set(id, run);
  }
}

function kindOf({ queue, name }: Pick<Job, 'queue' | 'name'>): string {
  return `${queue}/${name}`;
}
