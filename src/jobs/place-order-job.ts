import { defineJob, type Job } from './job-registry.ts';
import type { OrderExecutor } from './order-executor.ts';
import { orderPayload } from './order-payload.ts';

export function placeOrderJob(executor: Pick<OrderExecutor, 'place'>): Job {
  return defineJob({
    queue: 'orders',
    name: 'place',
    payload: orderPayload,
    handler: ({ clientOrderId }, { stopping }) => executor.place(clientOrderId, stopping),
  });
}
