import { describe, expect, test } from 'vitest';
import type { GttStatus } from '../../../src/core/gtt.ts';
import type { ClientOrderId, StrategyId } from '../../../src/core/ids.ts';
import type { OutboxJob } from '../../../src/ports/ledger.ts';
import type { RuleAction, RulePlan } from '../../../src/ports/rule-desk.ts';
import { sampleRules } from '../../support/sample-desks.ts';

const NOW = Date.parse('2026-11-20T10:00:00+05:30');
const TCS = 'g7k2m9q4x1c8v5n3' as ClientOrderId;
const JOB = [{ id: 'j', queue: 'gtt', name: 'settle', subject: TCS, priority: 2, notBefore: NOW }] as const;
const WISH = { instrument: 'reliance', side: 'SELL', quantity: 10, days: 90 } as const;
const SINGLE = { SINGLE: { triggerPrice: 1380, limitPrice: 1375 } };

function open() {
  const { desk, ledger } = sampleRules(() => NOW);
  // As the tables do it: the job stands beside what is written.
  const promising =
    (write: (...args: never[]) => Promise<readonly OutboxJob[]>) =>
    async (...args: never[]): Promise<readonly OutboxJob[]> => {
      await write.apply(ledger, args);
      return JOB;
    };
  ledger.open = promising(ledger.open);
  ledger.change = promising(ledger.change);
  ledger.withdraw = promising(ledger.withdraw);
  return { desk, ledger };
}

function actionOf(plan: RulePlan): RuleAction {
  if (plan.kind === 'refused') throw new Error(`Expected a plan, found "${plan.why}"`);
  return plan.action;
}

function whyOf(plan: RulePlan): string {
  return plan.kind === 'refused' ? plan.why : 'nothing is wrong';
}

describe('a change of a rule', () => {
  test('is written as it was planned, and a second yes to the same question writes nothing more', async () => {
    const { desk, ledger } = open();
    const action = actionOf(await desk.planNew({ ...WISH, legs: SINGLE }));
    expect(ledger.rules.size, 'nothing before the yes').toBe(1);
    await desk.carryOut(action, () => false);
    await desk.carryOut(action, () => false);
    expect([...ledger.rules.values()].slice(1)).toMatchObject([
      {
        ...{ clientGttId: action.id, instrumentId: 'NSE:RELIANCE', side: 'SELL', product: 'DELIVERY', kind: 'SINGLE' },
        ...{ strategyId: 'by-hand', expires: NOW + 90 * 86_400_000, isWithdrawn: false },
        legs: [{ quantity: 10, triggerPrice: 1380, limitPrice: 1375, status: 'INITIALIZED' }],
      },
    ]);
  });

  test('of a contract is carried forward', async () => {
    const { desk } = open();
    const wish = { ...WISH, instrument: 'nifty 23 nov 2026 26000 ce', quantity: 65, legs: SINGLE };
    expect(actionOf(await desk.planNew(wish))).toMatchObject({ product: 'CARRY_FORWARD' });
  });

  test('keeps what is not to change, and of what protects a position the units', async () => {
    const { desk, ledger } = open();
    const change = { quantity: null, legs: { TARGET: { triggerPrice: 3700, limitPrice: 3690 } } };
    expect(actionOf(await desk.planChange('g7k', change))).toMatchObject({
      legs: [
        { name: 'STOP_LOSS', quantity: 40, triggerPrice: 3200, limitPrice: 3040 },
        { name: 'TARGET', quantity: 40, triggerPrice: 3700, limitPrice: 3690 },
      ],
    });
    const rule = ledger.rules.get(TCS);
    if (rule) ledger.rules.set(TCS, { ...rule, strategyId: 'swing' as StrategyId });
    expect(whyOf(await desk.planChange('g7k', { ...change, quantity: 20 }))).toContain('protects what "swing" holds');
    expect(whyOf(await desk.planChange('g7k', change))).toBe('nothing is wrong');
  });

  test('is refused for what does not rest any more, and for an id that several rules begin with', async () => {
    const { desk, ledger } = open();
    const rule = ledger.rules.get(TCS);
    if (rule?.kind !== 'OCO') throw new Error('Expected a pair');
    const twin = 'g7kzzzzzzzzzzzzz' as ClientOrderId;
    ledger.rules.set(twin, { ...rule, clientGttId: twin });
    expect(whyOf(await desk.planCancel('g7k'))).toBe('more than one rule\'s id begins with "g7k": write more of it');
    const ended = rule.legs.map((leg) => ({ ...leg, status: 'CANCELLED' as const }));
    const [stop, target] = ended;
    if (stop && target) ledger.rules.set(TCS, { ...rule, legs: [stop, target] });
    expect(whyOf(await desk.planCancel('g7k2m9'))).toContain(
      'expected a rule that has not ended, found g7k2m9 sell TCS',
    );
    const change = { quantity: 5, legs: {} };
    expect(whyOf(await desk.planChange('g7k2m9', change))).toContain('expected a rule that rests at the broker');
  });

  test.each([
    [['ACTIVE'], 'new', /^it rests at the broker: \w{6} sell RELIANCE: 10 at 1,380\.00, limit 1,375\.00, active/],
    [['REJECTED'], 'new', /^it does not rest at the broker: .* rejected, until 2027-02-18 \(0 are held\)$/],
    [['UNKNOWN'], 'new', /^it is on its way; \/gtt shows it$/],
  ] as const)('that came to %s is told so', async (statuses, rule, words) => {
    const { desk, ledger } = open();
    const action = actionOf(await desk.planNew({ ...WISH, legs: SINGLE }));
    expect(action.rule).toBe(rule);
    const write = ledger.open;
    ledger.open = async (planned) => {
      const jobs = await write(planned);
      const [status]: readonly GttStatus[] = statuses;
      if (planned.kind === 'SINGLE' && status)
        ledger.rules.set(planned.clientGttId, {
          ...planned,
          legs: [{ ...planned.legs[0], status, reason: status === 'REJECTED' ? '0 are held' : null }],
        });
      return jobs;
    };
    let looks = 0;
    const mayWait = (): boolean => {
      looks += 1;
      return looks < 4;
    };
    expect(await desk.carryOut(action, mayWait)).toMatch(words);
  });

  test('that the broker refused is told with its reason, and one that stands with its terms', async () => {
    const { desk, ledger } = open();
    const action = actionOf(await desk.planChange('g7k', { quantity: 20, legs: {} }));
    const settled = async (quantity: number, reason: string | null): Promise<string> => {
      ledger.change = async () => {
        const rule = ledger.rules.get(TCS);
        if (rule?.kind !== 'OCO') throw new Error('Expected a pair');
        const [stop, target] = rule.legs;
        const now = { status: 'ACTIVE', quantity, reason } as const;
        ledger.rules.set(TCS, {
          ...rule,
          legs: [
            { ...stop, ...now },
            { ...target, ...now },
          ],
        });
        return JOB;
      };
      return desk.carryOut(action, () => true);
    };
    expect(await settled(40, 'The broker refused the change: too many (AB1)')).toMatch(
      /^it is not changed: g7k2m9 sell TCS: 40 at .* \(The broker refused the change: too many \(AB1\)\)$/,
    );
    expect(await settled(20, null)).toMatch(/^it is changed: g7k2m9 sell TCS: 20 at /);
    ledger.change = async () => [];
    expect(await desk.carryOut(action, () => true)).toMatch(/^it could not be done: g7k2m9 sell TCS/);
  });
});
