import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../../src/core/errors.ts';
import { GTT_STATUSES, type GttStatus, isGttEnded } from '../../../../src/core/gtt.ts';
import { gttStatusOf, gttTransition } from '../../../../src/engine/orders/gtt-machine.ts';
import { MORNING } from '../../../support/angel-one-simulator.ts';
import { brokerGttId, buildLeg, buildOco, buildSingle, GTT_ID } from '../../../support/build-gtt.ts';

type Expected = 'moves' | 'is late' | 'is illegal';

/** At the broker for certain, by an id of its own. */
const THERE: ReadonlySet<GttStatus> = new Set(['ACTIVE', 'MODIFYING', 'CANCELLING']);

/** What must happen, reasoned from the meaning of the words and not from the table. */
function expectation(from: GttStatus, to: GttStatus): Expected {
  if (from === to) return 'is late';
  if (from === 'INITIALIZED') {
    return ['SUBMITTING', 'EXPIRED', 'CANCELLED', 'REJECTED'].includes(to) ? 'moves' : 'is illegal';
  }
  if (from === 'SUBMITTING') {
    return ['INITIALIZED', 'ACTIVE', 'UNKNOWN', 'REJECTED'].includes(to) ? 'moves' : 'is illegal';
  }
  // Of what the broker has or may have nothing is sent anew without proof; and it was not refused.
  if (to === 'SUBMITTING' || (to === 'REJECTED' && from !== 'REJECTED')) return 'is illegal';
  if (to === 'INITIALIZED') return from === 'UNKNOWN' ? 'moves' : 'is illegal';
  if (from === 'REJECTED') return to === 'CANCELLED' || to === 'EXPIRED' ? 'is late' : 'is illegal';
  if (from === 'TRIGGERED') return 'is late';
  // Money is behind it.
  if (to === 'TRIGGERED') return 'moves';
  if (isGttEnded(from)) return to === 'CANCELLING' ? 'moves' : 'is late';
  if (from === 'UNKNOWN') return to === 'MODIFYING' || to === 'CANCELLING' ? 'is illegal' : 'moves';
  if (from === 'CANCELLING' && to === 'ACTIVE') return 'is late';
  if (from === 'CANCELLING' && to === 'MODIFYING') return 'is illegal';
  return THERE.has(from) ? 'moves' : 'is illegal';
}

const PAIRS = GTT_STATUSES.flatMap((from) => GTT_STATUSES.map((to) => ({ from, to, expected: expectation(from, to) })));

describe('a leg of a rule', () => {
  it.each(PAIRS)('that is $from and becomes $to $expected', ({ from, to, expected }) => {
    const leg = buildLeg('SINGLE', { status: from });
    const update = { clientGttId: GTT_ID, leg: 'SINGLE', status: to, reason: 'a test', time: MORNING + 1 } as const;
    if (expected === 'is illegal') {
      expect(() => gttTransition(leg, update)).toThrow(InvariantError);
      return;
    }
    const { leg: after, moved } = gttTransition(leg, update);
    expect(moved).toBe(expected === 'moves');
    expect(after.status).toBe(moved ? to : from);
  });

  it('keeps what it was sent with until it is proven absent', () => {
    const update = { clientGttId: GTT_ID, leg: 'SINGLE', reason: null } as const;
    const priorIds = [brokerGttId('1'), brokerGttId('2')];
    const sent = gttTransition(buildLeg('SINGLE'), { ...update, status: 'SUBMITTING', time: 5, priorIds }).leg;
    expect(sent).toMatchObject({ priorIds, submittedTime: 5 });
    const lost = gttTransition(sent, { ...update, status: 'UNKNOWN', time: 6 }).leg;
    expect(lost).toMatchObject({ priorIds, submittedTime: 5 });
    const absent = gttTransition(lost, { ...update, status: 'INITIALIZED', time: 7 }).leg;
    expect(absent).toMatchObject({ priorIds: [], submittedTime: null, brokerGttId: null });
  });

  it('takes the terms that the broker shows', () => {
    const leg = buildLeg('SINGLE', { status: 'ACTIVE' });
    const terms = { quantity: 5, triggerPrice: 1450, limitPrice: 1440 };
    const update = { clientGttId: GTT_ID, leg: 'SINGLE', status: 'ACTIVE', reason: 'Changed', time: 9, terms } as const;
    expect(gttTransition(leg, update)).toMatchObject({ leg: { ...terms, status: 'ACTIVE' }, moved: true });
    expect(gttTransition({ ...leg, ...terms }, update).moved).toBe(false);
  });

  it('that was changed while another change was wanted stays to be changed', () => {
    const leg = buildLeg('SINGLE', { status: 'MODIFYING', quantity: 7 });
    const update = { clientGttId: GTT_ID, leg: 'SINGLE', status: 'ACTIVE', reason: null, time: 9 } as const;
    expect(gttTransition(leg, { ...update, sentTerms: { ...leg, quantity: 6 } })).toEqual({ leg, moved: false });
    expect(gttTransition(leg, { ...update, sentTerms: leg }).moved).toBe(true);
  });
});

describe('the status of a rule', () => {
  it.each(GTT_STATUSES)('with one leg is that of the leg: %s', (status) => {
    expect(gttStatusOf(buildSingle({ status }))).toBe(status);
  });

  it.each<[stopLoss: GttStatus, target: GttStatus, of: GttStatus]>([
    ['INITIALIZED', 'INITIALIZED', 'INITIALIZED'],
    ['ACTIVE', 'INITIALIZED', 'SUBMITTING'],
    ['ACTIVE', 'SUBMITTING', 'SUBMITTING'],
    ['ACTIVE', 'UNKNOWN', 'UNKNOWN'],
    ['ACTIVE', 'ACTIVE', 'ACTIVE'],
    ['ACTIVE', 'MODIFYING', 'MODIFYING'],
    ['ACTIVE', 'REJECTED', 'CANCELLING'],
    ['TRIGGERED', 'ACTIVE', 'CANCELLING'],
    ['TRIGGERED', 'CANCELLED', 'TRIGGERED'],
    ['TRIGGERED', 'TRIGGERED', 'TRIGGERED'],
    ['CANCELLED', 'ACTIVE', 'ACTIVE'],
    ['CANCELLED', 'CANCELLED', 'CANCELLED'],
    ['CANCELLED', 'REJECTED', 'REJECTED'],
    ['EXPIRED', 'EXPIRED', 'EXPIRED'],
  ])('of a pair %s and %s is %s, whichever leg is which', (one, other, status) => {
    expect(gttStatusOf(buildOco({ status: one }, { status: other }))).toBe(status);
    expect(gttStatusOf(buildOco({ status: other }, { status: one }))).toBe(status);
  });
});
