/**
 * The life of a leg of a good-till-triggered rule as one table that names every pair. This is the only place where a
 * status changes. Entry points: `gttTransition`, `gttStatusOf`.
 *
 * Invariants: only `INITIALIZED` becomes `SUBMITTING`, so that a leg is sent once unless it is proven not to be at the broker;
 * a trigger is an order with money behind it and is believed whatever we thought of the leg.
 */
import { InvariantError } from '../../core/errors.ts';
import { type Gtt, type GttLeg, type GttStatus, type GttTerms, isGttEnded } from '../../core/gtt.ts';
import type { GttUpdate } from '../../ports/gtt-ledger.ts';

/** `move`: the status changes. `late`: true once, overtaken by now. `never`: impossible. */
type Step = 'move' | 'late' | 'never';

const GTT_TRANSITIONS: Readonly<Record<GttStatus, Readonly<Record<GttStatus, Step>>>> = {
  INITIALIZED: {
    INITIALIZED: 'late',
    SUBMITTING: 'move',
    ACTIVE: 'never',
    MODIFYING: 'never',
    CANCELLING: 'never',
    UNKNOWN: 'never',
    TRIGGERED: 'never',
    EXPIRED: 'move',
    CANCELLED: 'move',
    // Denied by our own checks.
    REJECTED: 'move',
  },
  SUBMITTING: {
    // The call was definitely not carried out: it may be sent again.
    INITIALIZED: 'move',
    SUBMITTING: 'late',
    ACTIVE: 'move',
    MODIFYING: 'never',
    CANCELLING: 'never',
    UNKNOWN: 'move',
    TRIGGERED: 'never',
    EXPIRED: 'never',
    CANCELLED: 'never',
    REJECTED: 'move',
  },
  ACTIVE: {
    INITIALIZED: 'never',
    SUBMITTING: 'never',
    ACTIVE: 'late',
    MODIFYING: 'move',
    CANCELLING: 'move',
    // The broker does not show it any more.
    UNKNOWN: 'move',
    TRIGGERED: 'move',
    EXPIRED: 'move',
    CANCELLED: 'move',
    REJECTED: 'never',
  },
  MODIFYING: {
    INITIALIZED: 'never',
    SUBMITTING: 'never',
    // Changed, or the change was refused and its old terms stand.
    ACTIVE: 'move',
    MODIFYING: 'late',
    CANCELLING: 'move',
    UNKNOWN: 'move',
    TRIGGERED: 'move',
    EXPIRED: 'move',
    CANCELLED: 'move',
    REJECTED: 'never',
  },
  CANCELLING: {
    INITIALIZED: 'never',
    SUBMITTING: 'never',
    // A cancel that was refused is asked for again: the leg must go.
    ACTIVE: 'late',
    MODIFYING: 'never',
    CANCELLING: 'late',
    UNKNOWN: 'move',
    // The cancel lost the race.
    TRIGGERED: 'move',
    EXPIRED: 'move',
    CANCELLED: 'move',
    REJECTED: 'never',
  },
  UNKNOWN: {
    // Proven absent from the broker's list.
    INITIALIZED: 'move',
    SUBMITTING: 'never',
    ACTIVE: 'move',
    MODIFYING: 'never',
    CANCELLING: 'never',
    UNKNOWN: 'late',
    TRIGGERED: 'move',
    EXPIRED: 'move',
    CANCELLED: 'move',
    REJECTED: 'never',
  },
  TRIGGERED: {
    INITIALIZED: 'never',
    SUBMITTING: 'never',
    ACTIVE: 'late',
    MODIFYING: 'late',
    CANCELLING: 'late',
    UNKNOWN: 'late',
    TRIGGERED: 'late',
    EXPIRED: 'late',
    CANCELLED: 'late',
    REJECTED: 'never',
  },
  EXPIRED: {
    INITIALIZED: 'never',
    SUBMITTING: 'never',
    ACTIVE: 'late',
    MODIFYING: 'late',
    // The broker still has it: an orphan.
    CANCELLING: 'move',
    UNKNOWN: 'late',
    TRIGGERED: 'move',
    EXPIRED: 'late',
    CANCELLED: 'late',
    REJECTED: 'never',
  },
  CANCELLED: {
    INITIALIZED: 'never',
    SUBMITTING: 'never',
    ACTIVE: 'late',
    MODIFYING: 'late',
    // The broker still has it: an orphan.
    CANCELLING: 'move',
    UNKNOWN: 'late',
    TRIGGERED: 'move',
    EXPIRED: 'late',
    CANCELLED: 'late',
    REJECTED: 'never',
  },
  REJECTED: {
    INITIALIZED: 'never',
    SUBMITTING: 'never',
    ACTIVE: 'never',
    MODIFYING: 'never',
    CANCELLING: 'never',
    UNKNOWN: 'never',
    TRIGGERED: 'never',
    EXPIRED: 'late',
    CANCELLED: 'late',
    REJECTED: 'late',
  },
};

/** Applies what is said of a leg. Throws `InvariantError` when the table says never. */
export function gttTransition(leg: GttLeg, update: GttUpdate): { readonly leg: GttLeg; readonly moved: boolean } {
  const step = GTT_TRANSITIONS[leg.status][update.status];
  if (step === 'never') {
    throw new InvariantError(
      `Leg "${leg.name}" of rule ${update.clientGttId} is "${leg.status}" and can not become "${update.status}" (${update.reason ?? 'no reason given'})`,
    );
  }
  const { status, reason, time: updatedTime, terms = termsOf(leg), sentTerms = leg } = update;
  if (leg.status === 'MODIFYING' && status === 'ACTIVE' && !isSameTerms(leg, sentTerms)) return { leg, moved: false };
  const brokerGttId = update.brokerGttId ?? leg.brokerGttId;
  if (step === 'late') {
    // Somebody changed the rule at the broker: its word counts.
    const isChanged = status === 'ACTIVE' && leg.status === 'ACTIVE' && !isSameTerms(leg, terms);
    return isChanged ? { leg: { ...leg, ...terms, reason, updatedTime }, moved: true } : { leg, moved: false };
  }
  const moved = { ...leg, ...terms, status, reason, updatedTime, brokerGttId };
  switch (status) {
    case 'INITIALIZED':
      return { leg: { ...moved, brokerGttId: null, priorIds: [], submittedTime: null }, moved: true };
    case 'SUBMITTING':
      return { leg: { ...moved, priorIds: update.priorIds ?? [], submittedTime: updatedTime }, moved: true };
    default:
      return { leg: moved, moved: true };
  }
}

/** The rule's status, as its legs make it. */
export function gttStatusOf({ legs }: Gtt): GttStatus {
  const has = (...wanted: readonly GttStatus[]): boolean => legs.some(({ status }) => wanted.includes(status));
  const isOpen = legs.some(({ status }) => !isGttEnded(status));
  if (has('UNKNOWN')) return 'UNKNOWN';
  const isRefused = legs.some(({ status, clientOrderId }) => status === 'REJECTED' && clientOrderId === null);
  // The other leg has to go; what protects a position stays as far as it was taken.
  if (isOpen && (has('TRIGGERED') || isRefused)) return 'CANCELLING';
  for (const each of ['CANCELLING', 'SUBMITTING', 'INITIALIZED', 'MODIFYING', 'ACTIVE', 'TRIGGERED'] as const) {
    if (has(each)) return each === 'INITIALIZED' && has('ACTIVE') ? 'SUBMITTING' : each;
  }
  return has('REJECTED') ? 'REJECTED' : has('CANCELLED') ? 'CANCELLED' : 'EXPIRED';
}

export function isSameTerms(a: GttTerms, b: GttTerms): boolean {
  return (
    a.quantity === b.quantity && isSamePrice(a.triggerPrice, b.triggerPrice) && isSamePrice(a.limitPrice, b.limitPrice)
  );
}

export function termsOf({ quantity, triggerPrice, limitPrice }: GttTerms): GttTerms {
  return { quantity, triggerPrice, limitPrice };
}

/** Half of the smallest step that prices are stored in. */
function isSamePrice(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.000_05;
}
