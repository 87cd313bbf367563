import type { Job } from '../jobs/job-registry.ts';

/** The same job; `onEnded` hears of the subject when it will not run again by itself. */
export function announced(job: Job, onEnded: (subject: string) => void): Job {
  return {
    ...job,
    async run(data, context) {
      const result = await job.run(data, context);
      if (result.kind === 'done' || result.kind === 'failed') onEnded(subjectOf(data));
      return result;
    },
  };
}

function subjectOf(data: unknown): string {
  return typeof data === 'object' && data !== null && 'subject' in data ? String(data.subject) : '';
}
