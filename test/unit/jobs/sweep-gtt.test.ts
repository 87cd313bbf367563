import { describe, expect, it } from 'vitest';
import type { ClientOrderId } from '../../../src/core/ids.ts';
import { sweepGtt } from '../../../src/jobs/sweep-gtt.ts';
import type { OutboxJob } from '../../../src/ports/ledger.ts';
import { doneOf } from '../../support/angel-one-adapter.ts';
import { INFY, MORNING } from '../../support/angel-one-simulator.ts';
import { brokerGttId, buildOco, buildSingle, GTT_ID, rowOf } from '../../support/build-gtt.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { MemoryGttLedger } from '../../support/memory-gtt-ledger.ts';
import { ScriptedGttBroker } from './scripted-gtt-broker.ts';

class PromisingLedger extends MemoryGttLedger {
  override async promise(ids: readonly ClientOrderId[] = []): Promise<readonly OutboxJob[]> {
    return ids.map((subject) => ({ id: subject, queue: 'gtt', name: 'settle', subject, priority: 2, notBefore: 0 }));
  }
}

async function openSweep() {
  const broker = new ScriptedGttBroker();
  const ledger = new PromisingLedger();
  const clock = new ManualClock(MORNING);
  const rule = buildOco(
    { status: 'ACTIVE', brokerGttId: brokerGttId('1') },
    { status: 'ACTIVE', brokerGttId: brokerGttId('2') },
  );
  await ledger.open(rule);
  broker.rules.push(rowOf(rule, rule.legs[0], '1'), rowOf(rule, rule.legs[1], '2'));
  return { broker, rule, ledger, sweep: async () => doneOf(await sweepGtt({ broker, ledger, clock })) };
}

describe('a sweep', () => {
  it('has nothing to do about a pair that stands', async () => {
    const { sweep } = await openSweep();
    expect(await sweep()).toEqual({ jobs: [], foreign: [], unreadRows: 0, oversold: [] });
  });

  it('finds a pair of which one leg has triggered', async () => {
    const { sweep, broker } = await openSweep();
    broker.trigger('2');
    expect((await sweep()).jobs.map(({ subject }) => subject)).toEqual([GTT_ID]);
  });

  it('tells of rules by hand and of more on sale than is held, and touches neither', async () => {
    const { sweep, broker, rule } = await openSweep();
    const byHand = buildSingle({ quantity: 3 });
    broker.rules.push(rowOf(byHand, byHand.legs[0], '9'));
    broker.held.set(INFY.id, 13);
    expect(await sweep()).toMatchObject({ jobs: [], foreign: [{ id: '9' }], oversold: [] });
    broker.held.set(INFY.id, 12);
    expect((await sweep()).oversold).toEqual([
      `13 units of ${rule.instrumentId} would be sold by triggers, 12 are held`,
    ]);
    expect(broker.calls.every((call) => call === 'list')).toBe(true);
  });

  it('leaves to the executor what it has no holdings for, and says when there is no list', async () => {
    const { sweep, broker, ledger } = await openSweep();
    await ledger.open(buildSingle({}, { clientGttId: 'h7k2m9q4x1c8v5n3' as ClientOrderId }));
    broker.holdings = async () => ({ kind: 'transient', reason: 'away' });
    expect((await sweep()).jobs).toMatchObject([{ subject: 'h7k2m9q4x1c8v5n3' }]);
    broker.fates.list.push('transient');
    const clock = new ManualClock(MORNING);
    expect((await sweepGtt({ broker, ledger, clock })).kind).toBe('transient');
  });
});
