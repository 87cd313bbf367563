import { defineJob, type Job } from './job-registry.ts';
import type { OrderExecutor } from './order-executor.ts';
import { orderPayload } from './order-payload.ts';

export function cancelOrderJob(executor: Pick<OrderExecutor, 'cancel'>): Job {
  return defineJob({
    queue: 'orders',
    name: 'cancel',
    payload: orderPayload,
    handler: ({ clientOrderId }, { stopping }) => executor.cancel(clientOrderId, stopping),
  });
}
