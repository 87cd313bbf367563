import { defineJob, type Job } from './job-registry.ts';
import type { OrderExecutor } from './order-executor.ts';
import { orderPayload } from './order-payload.ts';

export function modifyOrderJob(executor: Pick<OrderExecutor, 'modify'>): Job {
  return defineJob({
    queue: 'orders',
    name: 'modify',
    payload: orderPayload,
    handler: ({ clientOrderId }, { stopping }) => executor.modify(clientOrderId, stopping),
  });
}
