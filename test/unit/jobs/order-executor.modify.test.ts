import { beforeEach, describe, expect, it } from 'vitest';
import type { Fill } from '../../../src/core/fill.ts';
import type { BrokerOrderId } from '../../../src/core/ids.ts';
import type { Order, OrderUpdate } from '../../../src/core/order.ts';
import { OrderExecutor } from '../../../src/jobs/order-executor.ts';
import type { MemoryLedger } from '../../../src/simulation/memory-ledger.ts';
import { fillOf, ID, ledgerWith, moved, order, TestClock } from './sample-order.ts';
import { ScriptedBroker } from './scripted-broker.ts';

const DONE = { kind: 'done' };
const TERMS = { limitPrice: 1_405, triggerPrice: null };

let ledger: MemoryLedger;
let broker: ScriptedBroker;
let updates: OrderUpdate[];
let fills: Fill[];
let executor: OrderExecutor;

beforeEach(() => {
  ledger = ledgerWith(order());
  broker = new ScriptedBroker();
  updates = [];
  fills = [];
  executor = new OrderExecutor({
    ...{ broker, ledger, clock: new TestClock() },
    onUpdate: (update) => updates.push(update),
    onFill: (fill) => fills.push(fill),
  });
});

const signal = new AbortController().signal;
const modify = (): ReturnType<OrderExecutor['modify']> => executor.modify(ID, signal);
const stored = (): Promise<Order | undefined> => ledger.order(ID);

/** The engine has changed the terms. */
function amend(changes: Partial<Order> = TERMS): void {
  const amended = { ...order(), ...changes, amendments: 1 };
  ledger.recordNow([{ type: 'orderAmended', order: amended, job: 'modify', time: 2_000 }]);
}

describe('changing an order', () => {
  it('sends its terms as they stand, and as often as it is asked', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    amend();
    expect(await modify()).toEqual(DONE);
    expect(await modify()).toEqual(DONE);
    expect(broker.modified).toEqual([{ limitPrice: 1_405 }, { limitPrice: 1_405 }]);
  });

  it('sends trigger and limit of a stop', async () => {
    ledger = ledgerWith(order({ type: 'STOP_LIMIT', triggerPrice: 1_390, limitPrice: 1_385 }));
    executor = new OrderExecutor({
      ...{ broker, ledger, clock: new TestClock() },
      onUpdate: () => {},
      onFill: () => {},
    });
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    amend({ triggerPrice: 1_395, limitPrice: 1_390 });
    await modify();
    expect(broker.modified).toEqual([{ limitPrice: 1_390, triggerPrice: 1_395 }]);
  });

  it('leaves one alone that was not sent: it goes out with the new terms', async () => {
    amend();
    expect(await modify()).toEqual(DONE);
    expect(broker.modified).toEqual([]);
    await executor.place(ID, signal);
    expect(await stored()).toMatchObject({ status: 'SUBMITTED', limitPrice: 1_405 });
  });

  it.each([['CANCELED'], ['REJECTED'], ['SUBMITTED', 'PENDING_CANCEL']] as const)(
    'leaves one alone that is %s',
    async (...statuses) => {
      await moved(ledger, 'SUBMITTING', ...statuses);
      expect(await modify()).toEqual(DONE);
      expect(broker.modified).toEqual([]);
    },
  );

  it.each([['SUBMITTING'], ['SUBMITTING', 'UNKNOWN']] as const)(
    'waits for the placement to settle: %s',
    async (...statuses) => {
      await moved(ledger, ...statuses);
      expect(await modify()).toMatchObject({ kind: 'retry' });
      expect(broker.modified).toEqual([]);
    },
  );

  it('takes the id that the broker gives it from then on', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.changedId = 'B-2' as BrokerOrderId;
    await modify();
    expect(await stored()).toMatchObject({ brokerOrderId: 'B-2', status: 'SUBMITTED' });
  });

  it.each(['refused', 'answer-lost'] as const)(
    'that is %s because it was filled is done: the book tells',
    async (fate) => {
      await moved(ledger, 'SUBMITTING', 'SUBMITTED');
      broker.fates.modify.push(fate);
      broker.enter(order(), 'ACCEPTED', [fillOf(order(), 'F-1')]);
      expect(await modify()).toEqual(DONE);
      expect(fills.map(({ fillId }) => fillId)).toEqual(['F-1']);
    },
  );

  it('that is refused while the order works on fails for good: a person is told', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.fates.modify.push('refused');
    broker.enter(order());
    expect(await modify()).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^The broker refused to change the order/),
    });
  });

  it('whose answer was lost is sent again', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.fates.modify.push('answer-lost');
    broker.enter(order());
    expect(await modify()).toMatchObject({ kind: 'retry' });
    expect(await modify()).toEqual(DONE);
    expect(broker.modified).toHaveLength(2);
  });

  it('that is throttled waits with the whole queue', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.fates.modify.push('throttled');
    expect(await modify()).toMatchObject({ kind: 'throttled' });
  });
});
