import type { AlertLevel } from '../../core/alert.ts';
import { hashHex } from '../../core/hash.ts';
import type { OrderRole } from '../../core/order.ts';
import { MINUTE_MS } from '../../core/time.ts';
import type { Effect } from '../../ports/engine-event.ts';
import type { OutboxJob } from '../../ports/ledger.ts';

/** Leaving a position, or taking an order back, comes before entering one. */
export const EXIT_PRIORITY = 1;
const ORDER_PRIORITIES: Readonly<Record<OrderRole, number>> = {
  EXIT: EXIT_PRIORITY,
  STOP_LOSS: EXIT_PRIORITY,
  TARGET: EXIT_PRIORITY,
  SQUARE_OFF: EXIT_PRIORITY,
  ENTRY: 10,
};
/** Denials come in numbers: they are told with whatever is told next, or together after this long. */
const DENIALS_TOGETHER_MS = 5 * MINUTE_MS;
const ALERT_PRIORITIES: Readonly<Record<AlertLevel, number>> = { critical: 1, warning: 5, info: 10 };

/** The jobs that recording these effects promises, every one under the id that makes it unique. */
export function promisedJobs(
  effects: readonly Effect[],
  { isTelegramOn }: { readonly isTelegramOn: boolean } = { isTelegramOn: false },
): readonly OutboxJob[] {
  const jobs: OutboxJob[] = [];
  for (const effect of effects) {
    const job = promisedJob(effect);
    if (job === undefined) continue;
    jobs.push(job);
    if (effect.type === 'alertRaised' && isTelegramOn) {
      const { kind, time } = effect.alert;
      const notBefore = kind === 'denial' ? time + DENIALS_TOGETHER_MS : time;
      jobs.push({ ...job, id: `telegram-${job.id}`, queue: 'telegram', name: 'deliver', notBefore });
    }
  }
  return jobs;
}

function promisedJob(effect: Effect): OutboxJob | undefined {
  switch (effect.type) {
    case 'orderPlanned': {
      const { clientOrderId: id, role, notBefore, isHeld } = effect.order;
      return isHeld
        ? undefined
        : { id, queue: 'orders', name: 'place', subject: id, priority: ORDER_PRIORITIES[role], notBefore };
    }
    case 'orderAmended': {
      const { order, job: name, time } = effect;
      if (name === null) return undefined;
      const { clientOrderId: subject, role, notBefore, amendments } = order;
      const id = name === 'place' ? subject : `${subject}-modify-${amendments}`;
      const job = { id, queue: 'orders', name, subject, priority: ORDER_PRIORITIES[role] } as const;
      return { ...job, notBefore: name === 'place' ? notBefore : time };
    }
    case 'cancelRequested': {
      const subject = effect.order.clientOrderId;
      // A queue takes an id once: an order that works on after one cancel must be open to another one later.
      const id = `${subject}-cancel-${effect.time}`;
      return { id, queue: 'orders', name: 'cancel', subject, priority: EXIT_PRIORITY, notBefore: effect.time };
    }
    case 'alertRaised': {
      const { key, level, time } = effect.alert;
      const id = `alert-${hashHex(key)}`;
      return { id, queue: 'alerts', name: 'send', subject: key, priority: ALERT_PRIORITIES[level], notBefore: time };
    }
    default:
      return undefined;
  }
}
