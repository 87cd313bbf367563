import { describe, expect, it } from 'vitest';
import type { Gtt } from '../../../../src/core/gtt.ts';
import type { ClientOrderId } from '../../../../src/core/ids.ts';
import { DAY_MS, MINUTE_MS } from '../../../../src/core/time.ts';
import { type GttStep, type GttView, needsHoldings, nextSteps } from '../../../../src/engine/orders/gtt-steps.ts';
import type { BrokerGtt } from '../../../../src/ports/gtt-broker.ts';
import { INFY, MORNING } from '../../../support/angel-one-simulator.ts';
import { brokerGttId, buildOco, buildSingle, rowOf } from '../../../support/build-gtt.ts';

const LATER = MORNING + 2 * MINUTE_MS;
const ONE = brokerGttId('1');
const TWO = brokerGttId('2');
const OTHER_ID = 'h7k2m9q4x1c8v5n3' as ClientOrderId;
const THIRD_ID = 'i7k2m9q4x1c8v5n3' as ClientOrderId;

function viewOf(
  rules: readonly BrokerGtt[],
  changes: Partial<GttView> & { readonly unreadRows?: number } = {},
): GttView {
  const { unreadRows = 0, ...rest } = changes;
  return { list: { rules, unreadRows }, ours: [], holdings: new Map([[INFY.id, 100]]), now: LATER, ...rest };
}

/** `create STOP_LOSS`, `move TARGET CANCELLED`, `ask`. */
function wordsOf(steps: readonly GttStep[]): string[] {
  return steps.map((step) =>
    [step.kind, 'leg' in step ? step.leg.name : '', 'status' in step ? step.status : ''].filter(Boolean).join(' '),
  );
}

function stepsOf(rule: Gtt, rules: readonly BrokerGtt[], changes: Parameters<typeof viewOf>[1] = {}): string[] {
  return wordsOf(nextSteps(rule, viewOf(rules, changes)));
}

describe('a pair', () => {
  const active = buildOco({ status: 'ACTIVE', brokerGttId: ONE }, { status: 'ACTIVE', brokerGttId: TWO });
  const [stopLoss, target] = active.legs;
  const rows = [rowOf(active, stopLoss, '1'), rowOf(active, target, '2')] as const;

  it('is created stop-loss first, one leg at a time', () => {
    expect(stepsOf(buildOco(), [])).toEqual(['create STOP_LOSS']);
    expect(stepsOf(buildOco({ status: 'ACTIVE', brokerGttId: ONE }), [rows[0]])).toEqual(['create TARGET']);
    expect(stepsOf(active, rows)).toEqual([]);
  });

  it.each([0, 1] as const)('of which leg %s triggers loses the other', (at) => {
    const other = at === 0 ? 'TARGET' : 'STOP_LOSS';
    const name = at === 0 ? 'STOP_LOSS' : 'TARGET';
    const seen = rows.map((row, index) => (index === at ? { ...row, status: 'TRIGGERED' as const } : row));
    expect(stepsOf(active, seen)).toEqual([`move ${name} TRIGGERED`]);
    const half = at === 0 ? { stop: 'TRIGGERED', target: 'ACTIVE' } : { stop: 'ACTIVE', target: 'TRIGGERED' };
    const triggered = buildOco(
      { status: half.stop as 'ACTIVE', brokerGttId: ONE },
      { status: half.target as 'ACTIVE', brokerGttId: TWO },
    );
    expect(stepsOf(triggered, seen)).toEqual([`cancel ${other}`]);
  });

  it('of which one leg triggers before the other was sent is not made whole', () => {
    const rule = buildOco({ status: 'TRIGGERED', brokerGttId: ONE });
    expect(stepsOf(rule, [{ ...rows[0], status: 'TRIGGERED' }])).toEqual(['move TARGET CANCELLED']);
  });

  it('of which the second leg is refused loses the first', () => {
    const rule = buildOco({ status: 'ACTIVE', brokerGttId: ONE }, { status: 'REJECTED' });
    expect(stepsOf(rule, [rows[0]])).toEqual(['cancel STOP_LOSS']);
  });

  it('of which one leg is cancelled by hand keeps the other', () => {
    const seen = [rows[0], { ...rows[1], status: 'CANCELLED' as const }];
    expect(stepsOf(active, seen)).toEqual(['move TARGET CANCELLED']);
    const rule = buildOco({ status: 'ACTIVE', brokerGttId: ONE }, { status: 'CANCELLED', brokerGttId: TWO });
    expect(stepsOf(rule, seen)).toEqual([]);
  });

  it('is taken back whole when it is withdrawn or its time is over', () => {
    expect(stepsOf({ ...active, isWithdrawn: true }, rows)).toEqual(['cancel STOP_LOSS', 'cancel TARGET']);
    expect(stepsOf(active, rows, { now: active.expires })).toEqual(['cancel STOP_LOSS', 'cancel TARGET']);
    expect(stepsOf(buildOco({}, {}, { isWithdrawn: true }), [])).toEqual([
      'move STOP_LOSS CANCELLED',
      'move TARGET CANCELLED',
    ]);
  });

  it('whose cancelled leg is still at the broker has it cancelled again, once the list has had time', () => {
    const rule = buildOco({ status: 'TRIGGERED', brokerGttId: ONE }, { status: 'CANCELLED', brokerGttId: TWO });
    const seen = [{ ...rows[0], status: 'TRIGGERED' as const }, rows[1]];
    expect(stepsOf(rule, seen, { now: MORNING + 1_000 })).toEqual([]);
    expect(stepsOf(rule, seen)).toEqual(['cancel TARGET']);
  });

  it('does not send a leg while the other one is in doubt', () => {
    expect(stepsOf(buildOco({ status: 'UNKNOWN' }), [])).toEqual(['look-again STOP_LOSS']);
  });
});

describe('a leg whose answer was lost', () => {
  const lost = buildSingle({ status: 'UNKNOWN', priorIds: [ONE] });
  const [leg] = lost.legs;

  it('is searched for by its content among what was not there before', () => {
    expect(stepsOf(buildSingle({ status: 'SUBMITTING' }), [])).toEqual(['move SINGLE UNKNOWN']);
    expect(stepsOf(lost, [rowOf(lost, leg, '1')])).toEqual(['look-again SINGLE']);
    const unlike = [{ quantity: 11 }, { triggerPrice: 1400.05 }, { limitPrice: 1395.05 }, { side: 'BUY' }] as const;
    for (const each of [...unlike, { product: null }, { instrumentId: null }] as const) {
      expect(stepsOf(lost, [rowOf(lost, leg, '2', each)]), JSON.stringify(each)).toEqual(['look-again SINGLE']);
    }
    expect(nextSteps(lost, viewOf([rowOf(lost, leg, '1'), rowOf(lost, leg, '2')]))).toMatchObject([
      { kind: 'move', status: 'ACTIVE', brokerGttId: TWO },
    ]);
    expect(stepsOf(lost, [rowOf(lost, leg, '2', { status: 'TRIGGERED' })])).toEqual(['move SINGLE TRIGGERED']);
  });

  it('is not what another rule of ours is', () => {
    const ours = [buildSingle({ status: 'ACTIVE', brokerGttId: TWO }, { clientGttId: OTHER_ID })];
    expect(stepsOf(lost, [rowOf(lost, leg, '2')], { ours })).toEqual(['look-again SINGLE']);
  });

  it('is nobody’s guess when two are alike, until a person has cancelled one', () => {
    const twins = [rowOf(lost, leg, '2'), rowOf(lost, leg, '3')] as const;
    expect(nextSteps(lost, viewOf(twins))).toEqual([
      { kind: 'ask', leg, reason: expect.stringContaining('2 rules that are alike can be it ("2", "3")') },
    ]);
    expect(nextSteps(lost, viewOf([{ ...twins[0], status: 'CANCELLED' }, twins[1]]))).toMatchObject([
      { kind: 'move', status: 'ACTIVE', brokerGttId: '3' },
    ]);
  });

  it('may be among rows that can not be read', () => {
    expect(stepsOf(lost, [], { unreadRows: 1 })).toEqual(['ask SINGLE']);
  });

  it('keeps others like it from being sent', () => {
    const ours = [buildSingle({ status: 'UNKNOWN' }, { clientGttId: OTHER_ID })];
    expect(stepsOf(buildSingle(), [], { ours })).toEqual(['wait']);
    expect(stepsOf(buildSingle({ quantity: 11 }), [], { ours })).toEqual(['create SINGLE']);
  });
});

describe('a rule at the broker', () => {
  const rule = buildSingle({ status: 'ACTIVE', brokerGttId: ONE });
  const row = rowOf(rule, rule.legs[0], '1');

  it('that is gone from the list is not believed gone before the list has had time', () => {
    expect(stepsOf(rule, [], { now: MORNING + 1_000 })).toEqual([]);
    expect(stepsOf(rule, [], { unreadRows: 1 })).toEqual([]);
    expect(stepsOf(rule, [])).toEqual(['move SINGLE UNKNOWN']);
    const unknown = buildSingle({ status: 'UNKNOWN', brokerGttId: ONE });
    expect(stepsOf(unknown, []), 'and is never sent again').toEqual(['ask SINGLE']);
    expect(stepsOf(unknown, [row])).toEqual(['move SINGLE ACTIVE']);
  });

  it('that somebody changed is taken as it is', () => {
    const changed = { ...row, triggerPrice: 1410 };
    expect(stepsOf(rule, [changed], { now: MORNING + 1_000 }), 'the list may lag behind our own change').toEqual([]);
    expect(nextSteps(rule, viewOf([changed]))).toMatchObject([{ kind: 'move', terms: { triggerPrice: 1410 } }]);
  });

  it('that is cancelled there has expired when its time was over', () => {
    const over = { ...row, status: 'CANCELLED' as const, expires: MORNING + DAY_MS };
    expect(stepsOf(rule, [over])).toEqual(['move SINGLE CANCELLED']);
    expect(stepsOf(rule, [over], { now: MORNING + DAY_MS })).toEqual(['move SINGLE EXPIRED']);
  });

  it('is changed again until the list shows it', () => {
    const changing = buildSingle({ status: 'MODIFYING', brokerGttId: ONE, triggerPrice: 1410 });
    expect(stepsOf(changing, [row])).toEqual(['modify SINGLE']);
    expect(stepsOf(changing, [{ ...row, triggerPrice: 1410 }])).toEqual(['move SINGLE ACTIVE']);
  });
});

describe('what is on sale by triggers', () => {
  const held = (units: number) => ({ holdings: new Map([[INFY.id, units]]) });
  const single = buildSingle();
  const foreign = rowOf(single, single.legs[0], '7', { quantity: 4, triggerPrice: 1 });

  it('is never more than is held', () => {
    expect(stepsOf(single, [], held(10))).toEqual(['create SINGLE']);
    expect(nextSteps(single, viewOf([], held(9)))).toMatchObject([
      {
        status: 'REJECTED',
        reason: '10 units of NSE:INFY would be sold by this rule and 0 by other triggers, 9 are held',
      },
    ]);
    expect(stepsOf(single, [], { holdings: new Map() })).toEqual(['move SINGLE REJECTED']);
    expect(stepsOf(single, [], { holdings: null }), 'what is not known is not held').toEqual(['move SINGLE REJECTED']);
  });

  it('counts a pair once, rules by hand and rules that the list does not show yet', () => {
    expect(stepsOf(buildOco(), [], held(10))).toEqual(['create STOP_LOSS']);
    expect(stepsOf(buildOco(), [], held(9))).toEqual(['move STOP_LOSS REJECTED', 'move TARGET REJECTED']);
    expect(stepsOf(single, [foreign], held(13))).toEqual(['move SINGLE REJECTED']);
    expect(stepsOf(single, [foreign], held(14))).toEqual(['create SINGLE']);
    expect(stepsOf(single, [{ ...foreign, status: 'CANCELLED' }], held(10))).toEqual(['create SINGLE']);
    const pair = buildOco(
      { status: 'ACTIVE', brokerGttId: ONE, triggerPrice: 1300 },
      { status: 'ACTIVE', brokerGttId: TWO },
      { clientGttId: OTHER_ID },
    );
    const shown = [rowOf(pair, pair.legs[0], '1')];
    expect(stepsOf(single, shown, { ours: [pair], ...held(19) })).toEqual(['move SINGLE REJECTED']);
    expect(stepsOf(single, shown, { ours: [pair], ...held(20) })).toEqual(['create SINGLE']);
  });

  it('holds a change to it as well, and its terms go back to what they were', () => {
    const rule = buildSingle({ status: 'MODIFYING', brokerGttId: ONE, quantity: 20 });
    const row = rowOf(rule, rule.legs[0], '1', { quantity: 10 });
    expect(nextSteps(rule, viewOf([row], held(19)))).toMatchObject([
      { kind: 'move', status: 'ACTIVE', terms: { quantity: 10 }, reason: expect.stringContaining('19 are held') },
    ]);
    expect(stepsOf(rule, [row], held(20))).toEqual(['modify SINGLE']);
  });

  it('is no matter of what is bought', () => {
    const entry = buildSingle({}, { side: 'BUY' });
    expect(needsHoldings(entry)).toBe(false);
    expect(stepsOf(entry, [], { holdings: null })).toEqual(['create SINGLE']);
    expect(needsHoldings(single)).toBe(true);
  });
});

describe('a pair that protects a position', () => {
  const owned = { clientOrderId: OTHER_ID };

  it('waits a moment for what was bought just now to be shown, and then is denied as a whole', () => {
    const rule = buildOco(owned, { clientOrderId: THIRD_ID }, { createdTime: LATER });
    const none = { holdings: new Map([[INFY.id, 0]]) };
    expect(stepsOf(rule, [], none)).toEqual(['wait', 'wait']);
    const denied = stepsOf(rule, [], { ...none, now: LATER + 2 * MINUTE_MS });
    expect(denied).toEqual(['move STOP_LOSS REJECTED', 'move TARGET REJECTED']);
  });

  it('keeps the leg that the broker takes when it refuses the other', () => {
    const refusedTarget = buildOco(
      { ...owned, status: 'ACTIVE', brokerGttId: ONE },
      { clientOrderId: THIRD_ID, status: 'REJECTED', reason: 'Invalid price' },
    );
    const [stopLoss] = refusedTarget.legs;
    expect(stepsOf(refusedTarget, [rowOf(refusedTarget, stopLoss, '1')])).toEqual([]);
    const refusedStop = buildOco({ ...owned, status: 'REJECTED' }, { clientOrderId: THIRD_ID });
    expect(stepsOf(refusedStop, [])).toEqual(['create TARGET']);
  });

  it('is not made of a leg whose trigger the price has passed: the broker would wait for it to come back', () => {
    const rule = buildOco(owned, { clientOrderId: THIRD_ID });
    const [first, second] = ['STOP_LOSS', 'TARGET'].map((leg) => `move ${leg} REJECTED`);
    expect(stepsOf(rule, [], { lastPrice: 1500 })).toEqual(['create STOP_LOSS']);
    expect(stepsOf(rule, [], { lastPrice: 1400 }), 'the stop').toEqual([first, 'create TARGET']);
    expect(stepsOf(rule, [], { lastPrice: 1600 }), 'the target').toEqual(['create STOP_LOSS', second]);
    const owner = { clientOrderId: OTHER_ID };
    expect(stepsOf(buildSingle(owner), [], { lastPrice: 1400 })).toEqual(['move SINGLE REJECTED']);
    expect(stepsOf(buildSingle({ ...owner, limitPrice: 1400 }), [], { lastPrice: 1390 }), 'a target').toEqual([
      'create SINGLE',
    ]);
    expect(stepsOf(buildSingle(), [], { lastPrice: 1400 }), 'by hand either way is meant').toEqual(['create SINGLE']);
  });
});
