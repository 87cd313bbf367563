import type { Order } from '../core/order.ts';
import type { BookedOrder, BrokerBook } from '../ports/broker.ts';
import type { JobResult } from './job-registry.ts';

export function bookedIn({ orders }: BrokerBook, order: Order): BookedOrder | undefined {
  return orders.find(({ update }) => update.clientOrderId === order.clientOrderId);
}

export function unitsOf({ fills }: BookedOrder): number {
  return fills.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Not all of its fills are shown yet. */
export function isShort(booked: BookedOrder): boolean {
  return unitsOf(booked) < booked.filledQuantity;
}

export function unread({ unreadRows }: BrokerBook): JobResult {
  return {
    kind: 'retry',
    reason: `The order may be among ${unreadRows} rows of the broker's book that can not be read`,
  };
}
