import { describe, expect, it } from 'vitest';
import { cancelOrderJob } from '../../../src/jobs/cancel-order-job.ts';
import { DONE } from '../../../src/jobs/job-registry.ts';
import { placeOrderJob } from '../../../src/jobs/place-order-job.ts';
import { ID } from './sample-order.ts';

const context = { jobId: 'job', stopping: new AbortController().signal };

describe('order jobs', () => {
  it('hand their subject to the executor', async () => {
    const calls: string[] = [];
    const heard = (act: string) => async (id: string) => {
      calls.push(`${act} ${id}`);
      return DONE;
    };
    const executor = { place: heard('place'), cancel: heard('cancel') };
    await placeOrderJob(executor).run({ subject: ID }, context);
    await cancelOrderJob(executor).run({ subject: ID }, context);
    expect(calls).toEqual([`place ${ID}`, `cancel ${ID}`]);
  });

  it.each(['', 'A1B2C3D4E5F6G7H8', `${ID}-cancel`, 'short'])('refuse the subject "%s"', async (subject) => {
    const executor = { place: async () => DONE };
    expect(await placeOrderJob(executor).run({ subject }, context)).toMatchObject({ kind: 'failed' });
  });
});
