import type { Job } from '../jobs/job-registry.ts';

/** The same job; `onEnded` hears of its id when it will not run again by itself. */
export function announced(job: Job, onEnded: (jobId: string) => void): Job {
  return {
    ...job,
    async run(data, context) {
      const result = await job.run(data, context);
      if (result.kind === 'done' || result.kind === 'failed') onEnded(context.jobId);
      return result;
    },
  };
}
