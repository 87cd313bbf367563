import type { StreamFaults } from '../streams/stream-faults.ts';
import type { StreamFaultPlan } from './fault.ts';

/** Hands a fault on to the streams; returns how to end it if it lasts. */
export function strikeStreams(plan: StreamFaultPlan, faults: StreamFaults): (() => void) | undefined {
  const { stream, how, count } = plan;
  const aim = { stream };
  const percent = plan.probability === 1 ? undefined : plan.probability * 100;
  switch (plan.kind) {
    case 'stream-drop':
      faults.drop(how, aim);
      return undefined;
    case 'stream-half-open':
      faults.halfOpen(aim);
      return undefined;
    case 'stream-stall':
      return faults.swallow(aim);
    case 'stream-delay':
      return faults.delay(plan.ms ?? 1_000, aim);
    case 'stream-refuse': {
      const refusal = { status: plan.status ?? 503, message: 'Service Unavailable' };
      for (const name of stream === undefined ? (['market', 'orders'] as const) : [stream]) {
        faults.refuseNext(name, refusal, count);
      }
      return undefined;
    }
    case 'stream-down':
      faults.goDown(how);
      return () => faults.comeUp();
    case 'stream-duplicate':
      return faults.spoil({ kind: 'duplicate', ...aim, count, percent });
    case 'stream-reorder':
      return faults.spoil({ kind: 'reorder', ...aim, count, percent });
    case 'stream-corrupt':
      return faults.spoil({ kind: 'corrupt', ...aim, count, percent });
    case 'stream-truncate':
      return faults.spoil({ kind: 'truncate', ...aim, count, percent });
    case 'stream-lengthen':
      return faults.spoil({ kind: 'lengthen', ...aim, count, percent });
    case 'stream-lose':
      return faults.spoil({ kind: 'lose', ...aim, count, percent });
  }
}
