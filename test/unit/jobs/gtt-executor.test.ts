import { describe, expect, it } from 'vitest';
import type { Gtt, GttStatus } from '../../../src/core/gtt.ts';
import type { ClientOrderId } from '../../../src/core/ids.ts';
import { DAY_MS, MINUTE_MS } from '../../../src/core/time.ts';
import { GttExecutor, type GttExecutorOptions } from '../../../src/jobs/gtt-executor.ts';
import type { JobResult } from '../../../src/jobs/job-registry.ts';
import { INFY, MORNING } from '../../support/angel-one-simulator.ts';
import { buildOco, buildSingle, GTT_ID, rowOf } from '../../support/build-gtt.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { FREE_LOCK, MemoryGttLedger } from '../../support/memory-gtt-ledger.ts';
import type { Fate } from './call-fate.ts';
import { ScriptedGttBroker } from './scripted-gtt-broker.ts';

const NEVER = new AbortController().signal;

interface Desk {
  readonly broker: ScriptedGttBroker;
  readonly ledger: MemoryGttLedger;
  readonly clock: ManualClock;
  readonly troubles: string[];
  settle(id?: ClientOrderId): Promise<JobResult>;
  statuses(id?: ClientOrderId): GttStatus[];
}

async function openDesk(rule: Gtt, options: Partial<GttExecutorOptions> = {}): Promise<Desk> {
  const broker = new ScriptedGttBroker();
  const ledger = new MemoryGttLedger();
  await ledger.open(rule);
  const clock = new ManualClock(MORNING);
  const troubles: string[] = [];
  const onTrouble = (text: string): void => void troubles.push(text);
  const executor = new GttExecutor({ broker, ledger, clock, lock: FREE_LOCK, onTrouble, ...options });
  return {
    ...{ broker, ledger, clock, troubles },
    settle: (id = GTT_ID) => patiently(clock, executor.settle(id, NEVER)),
    statuses: (id = GTT_ID) => (ledger.rules.get(id)?.legs ?? []).map(({ status }) => status),
  };
}

async function patiently<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await clock.reach(clock.now() + 1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return over;
}

const DONE = { kind: 'done' };

describe('a rule', () => {
  it('is written ahead, created, and left alone from then on', async () => {
    const desk = await openDesk(buildSingle());
    let atCall: GttStatus[] = [];
    desk.broker.onCall = async () => {
      if (desk.broker.calls.at(-1) === 'create') atCall = desk.statuses();
    };
    expect(await desk.settle()).toEqual(DONE);
    expect(atCall).toEqual(['SUBMITTING']);
    expect(desk.statuses()).toEqual(['ACTIVE']);
    expect(desk.broker.rules).toMatchObject([{ quantity: 10, triggerPrice: 1400, validDays: 90 }]);
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.broker.calls.filter((call) => call !== 'list')).toEqual(['create']);
  });

  it.each<[Fate, number]>([
    ['request-lost', 2],
    ['answer-lost', 1],
    ['thrown', 1],
  ])('whose creation ends with "%s" exists once, after %i creations', async (fate, creations) => {
    const desk = await openDesk(buildSingle());
    desk.broker.fates.create.push(fate);
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.broker.live()).toHaveLength(1);
    expect(desk.broker.calls.filter((call) => call === 'create')).toHaveLength(creations);
    expect(desk.statuses()).toEqual(['ACTIVE']);
  });

  it('that the list shows late is found at the second look, and not sent again', async () => {
    const desk = await openDesk(buildSingle());
    desk.broker.fates.create.push('answer-lost');
    desk.broker.lag = 1;
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.broker.calls.filter((call) => call === 'create')).toHaveLength(1);
    expect(desk.statuses()).toEqual(['ACTIVE']);
  });

  it('is not sent again before a call could have landed', async () => {
    const desk = await openDesk(buildSingle());
    desk.broker.fates.create.push('request-lost');
    const sent: number[] = [];
    desk.broker.onCall = async () => {
      if (desk.broker.calls.at(-1) === 'create') sent.push(desk.clock.now());
    };
    await desk.settle();
    expect((sent[1] ?? 0) - (sent[0] ?? 0)).toBeGreaterThanOrEqual(12_000);
  });

  it.each<[Fate, JobResult['kind']]>([
    ['throttled', 'throttled'],
    ['session', 'retry'],
    ['transient', 'retry'],
  ])('that was "%s" and so never sent goes out at the next run', async (fate, kind) => {
    const desk = await openDesk(buildSingle());
    desk.broker.fates.create.push(fate);
    expect((await desk.settle()).kind).toBe(kind);
    expect(desk.statuses()).toEqual(['INITIALIZED']);
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.broker.live()).toHaveLength(1);
  });

  it('that the broker refuses ends with its words', async () => {
    const desk = await openDesk(buildSingle());
    desk.broker.fates.create.push('refused');
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.ledger.rules.get(GTT_ID)?.legs[0]).toMatchObject({
      ...{ status: 'REJECTED', reason: 'Insufficient funds (RMS)' },
    });
  });

  it('that would sell more than is held is never sent', async () => {
    const desk = await openDesk(buildOco());
    desk.broker.held.set(INFY.id, 9);
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.statuses()).toEqual(['REJECTED', 'REJECTED']);
    expect(desk.broker.calls).not.toContain('create');
  });

  it('that can not be told from another asks its owner, once, and sends nothing', async () => {
    const rule = buildSingle();
    const desk = await openDesk(rule);
    desk.broker.fates.create.push('answer-lost');
    desk.broker.onCall = async () => {
      // By hand, in the broker's app, in the same moment.
      if (desk.broker.calls.at(-1) === 'create') desk.broker.rules.push(rowOf(rule, rule.legs[0], '99'));
    };
    for (let i = 0; i < 3; i += 1) expect((await desk.settle()).kind).toBe('failed');
    expect(desk.troubles).toEqual([expect.stringContaining('2 rules that are alike')]);
    expect(desk.broker.calls.filter((call) => call === 'create')).toHaveLength(1);
    expect(desk.statuses()).toEqual(['UNKNOWN']);
  });

  it('is not searched for in a list that its instrument is not known to', async () => {
    const desk = await openDesk(buildSingle());
    desk.broker.fates.create.push('answer-lost');
    desk.broker.rules.length = 0;
    desk.broker.isKnown = false;
    desk.broker.fates.list.push('done');
    const push = desk.broker.rules.push.bind(desk.broker.rules);
    desk.broker.rules.push = (...rows) => push(...rows.map((row) => ({ ...row, instrumentId: null })));
    expect(await desk.settle()).toMatchObject({ kind: 'failed', reason: expect.stringContaining('import it') });
    expect(desk.broker.rules).toHaveLength(1);
  });

  it('is taken back at its time, whatever the broker makes of its validity', async () => {
    const desk = await openDesk(buildSingle());
    await desk.settle();
    await desk.clock.reach(MORNING + 90 * DAY_MS);
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.statuses()).toEqual(['EXPIRED']);
    expect(desk.broker.live()).toEqual([]);
  });

  it('is left to the process that has taken over', async () => {
    const desk = await openDesk(buildSingle(), { lock: { hold: (work) => work(async () => false) } });
    expect(await desk.settle()).toMatchObject({ kind: 'retry', reason: expect.stringContaining('taken over') });
    expect(desk.broker.calls).toEqual(['list']);
  });
});

describe('a change', () => {
  const TERMS = { quantity: 8, triggerPrice: 1410, limitPrice: 1405 };

  it.each<Fate>(['done', 'request-lost', 'answer-lost', 'thrown', 'transient'])(
    'whose call ends with "%s" is made in the end',
    async (fate) => {
      const desk = await openDesk(buildSingle());
      await desk.settle();
      await desk.ledger.change(GTT_ID, { SINGLE: TERMS }, desk.clock.now());
      desk.broker.fates.modify.push(fate);
      await desk.settle();
      expect(await desk.settle()).toEqual(DONE);
      expect(desk.broker.rules).toMatchObject([TERMS]);
      expect(desk.ledger.rules.get(GTT_ID)?.legs).toMatchObject([{ ...TERMS, status: 'ACTIVE' }]);
    },
  );

  it('that is refused leaves the terms that the broker has, and its owner is told', async () => {
    const desk = await openDesk(buildSingle());
    await desk.settle();
    await desk.ledger.change(GTT_ID, { SINGLE: TERMS }, desk.clock.now());
    desk.broker.fates.modify.push('refused');
    expect((await desk.settle()).kind).toBe('failed');
    expect(desk.ledger.rules.get(GTT_ID)?.legs).toMatchObject([{ status: 'ACTIVE', quantity: 10, triggerPrice: 1400 }]);
    expect(desk.troubles).toHaveLength(1);
  });

  it('that is overtaken by another one does not hide it', async () => {
    const desk = await openDesk(buildSingle());
    await desk.settle();
    await desk.ledger.change(GTT_ID, { SINGLE: TERMS }, desk.clock.now());
    desk.broker.onCall = async () => {
      if (desk.broker.calls.at(-1) !== 'modify') return;
      desk.broker.onCall = undefined;
      await desk.ledger.change(GTT_ID, { SINGLE: { ...TERMS, quantity: 7 } }, desk.clock.now());
    };
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.broker.rules).toMatchObject([{ quantity: 7 }]);
  });

  it('that comes after the trigger finds the trigger', async () => {
    const desk = await openDesk(buildSingle());
    await desk.settle();
    await desk.ledger.change(GTT_ID, { SINGLE: TERMS }, desk.clock.now());
    desk.broker.trigger('1');
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.statuses()).toEqual(['TRIGGERED']);
  });
});

describe('a pair', () => {
  it.each(['1', '2'])('of which rule %s triggers loses the other, once', async (id) => {
    const desk = await openDesk(buildOco());
    await desk.settle();
    expect(desk.broker.live()).toEqual(['1', '2']);
    desk.broker.trigger(id);
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.broker.live()).toEqual([]);
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.broker.calls.filter((call) => call === 'cancel')).toHaveLength(1);
  });

  it.each<Fate>(['request-lost', 'answer-lost', 'thrown', 'transient'])(
    'whose other leg is cancelled with "%s" has it cancelled in the end',
    async (fate) => {
      const desk = await openDesk(buildOco());
      await desk.settle();
      desk.broker.trigger('1');
      desk.broker.fates.cancel.push(fate);
      expect((await desk.settle()).kind).toBe('retry');
      expect(await desk.settle()).toEqual(DONE);
      expect(desk.statuses()).toEqual(['TRIGGERED', 'CANCELLED']);
      expect(desk.broker.live()).toEqual([]);
    },
  );

  it('of which both legs trigger tells its owner', async () => {
    const desk = await openDesk(buildOco());
    await desk.settle();
    desk.broker.trigger('1');
    desk.broker.trigger('2');
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.troubles).toEqual([expect.stringContaining('Both legs')]);
  });

  it('whose second leg is refused leaves nothing behind', async () => {
    const desk = await openDesk(buildOco());
    desk.broker.fates.create.push('done', 'refused');
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.statuses()).toEqual(['CANCELLED', 'REJECTED']);
    expect(desk.broker.live()).toEqual([]);
  });

  it('that is withdrawn leaves nothing behind, and a cancel that came to nothing is made up for', async () => {
    const desk = await openDesk(buildOco());
    await desk.settle();
    await desk.ledger.withdraw(GTT_ID);
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.broker.live()).toEqual([]);
    const [first] = desk.broker.rules;
    if (first) desk.broker.rules[0] = { ...first, status: 'LIVE' };
    await desk.clock.reach(desk.clock.now() + 2 * MINUTE_MS);
    expect(await desk.settle()).toEqual(DONE);
    expect(desk.broker.live()).toEqual([]);
  });
});
