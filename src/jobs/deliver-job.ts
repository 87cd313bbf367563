import { z } from 'zod';
import { DONE, defineJob, type Job } from './job-registry.ts';

interface Carrier {
  deliver(): Promise<{ readonly kind: 'done' } | { readonly kind: 'later'; readonly afterMs: number }>;
}

const deliverPayload = z.strictObject({ subject: z.string().min(1) });

/** Says that an alert waits; whatever waits is sent, so the jobs of a burst find nothing left. Spends no attempt on waiting. */
export function deliverJob(messenger: Carrier): Job {
  return defineJob({
    queue: 'telegram',
    name: 'deliver',
    payload: deliverPayload,
    handler: async () => {
      const delivery = await messenger.deliver();
      return delivery.kind === 'done' ? DONE : { kind: 'throttled', retryAfterMs: delivery.afterMs };
    },
  });
}
