import type { GttExecutor } from './gtt-executor.ts';
import { defineJob, type Job } from './job-registry.ts';
import { orderPayload } from './order-payload.ts';

export function settleGttJob(executor: Pick<GttExecutor, 'settle'>): Job {
  return defineJob({
    queue: 'gtt',
    name: 'settle',
    payload: orderPayload,
    handler: ({ clientOrderId }, { stopping }) => executor.settle(clientOrderId, stopping),
  });
}
