import { beforeEach, describe, expect, it } from 'vitest';
import type { Fill } from '../../../src/core/fill.ts';
import type { Order, OrderUpdate } from '../../../src/core/order.ts';
import { OrderExecutor } from '../../../src/jobs/order-executor.ts';
import type { MemoryLedger } from '../../../src/simulation/memory-ledger.ts';
import { fillOf, ID, ledgerWith, moved, order, TestClock } from './sample-order.ts';
import { ScriptedBroker } from './scripted-broker.ts';

const DONE = { kind: 'done' };

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
const cancel = (): ReturnType<OrderExecutor['cancel']> => executor.cancel(ID, signal);
const stored = (): Promise<Order | undefined> => ledger.order(ID);

describe('cancelling an order', () => {
  it('cancels what was never sent without a call, and it never is sent', async () => {
    expect(await cancel()).toEqual(DONE);
    expect(await stored()).toMatchObject({ status: 'CANCELED', statusReason: 'Cancelled before it was sent' });
    await executor.place(ID, signal);
    expect([...broker.placed, ...broker.cancelled]).toEqual([]);
  });

  it('says it is being cancelled before the broker is called; the end comes as an event', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    expect(await cancel()).toEqual(DONE);
    expect(broker.cancelled).toEqual([ID]);
    expect(await stored()).toMatchObject({ status: 'PENDING_CANCEL' });
    expect(updates.map(({ status }) => status)).toEqual(['PENDING_CANCEL']);
  });

  it.each(['CANCELED', 'REJECTED', 'EXPIRED'] as const)('leaves an order alone that is %s', async (status) => {
    await moved(ledger, 'SUBMITTING', status);
    expect(await cancel()).toEqual(DONE);
    expect(broker.cancelled).toEqual([]);
  });

  it.each(['SUBMITTING', 'UNKNOWN'] as const)('waits for the placement to settle while it is %s', async (status) => {
    await moved(ledger, ...(status === 'UNKNOWN' ? (['SUBMITTING', 'UNKNOWN'] as const) : ([status] as const)));
    const reason = `The placement of the order is not settled: it is "${status}"`;
    expect(await cancel()).toEqual({ kind: 'retry', reason });
    expect(broker.cancelled).toEqual([]);
  });

  it('follows a placement that is under way in the same process', async () => {
    broker.onCall = () => new Promise((resolve) => setTimeout(resolve, 10));
    const [placed, cancelled] = await Promise.all([executor.place(ID, signal), cancel()]);
    expect([placed, cancelled]).toEqual([DONE, DONE]);
    expect(broker.cancelled).toEqual([ID]);
  });

  it.each([
    ['throttled', { kind: 'throttled', retryAfterMs: 700 }],
    ['session', { kind: 'retry', reason: 'The token has expired' }],
    ['transient', { kind: 'retry', reason: 'Connection refused' }],
    ['answer-lost', { kind: 'retry', reason: 'No answer within 7 s' }],
  ] as const)('asks again when the call was %s', async (fate, result) => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.fates.cancel = [fate];
    expect(await cancel()).toEqual(result);
    expect(await cancel()).toEqual(DONE);
    expect(broker.cancelled).toEqual([ID, ID]);
  });

  it('learns from the book why the broker refused: it was cancelled already', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.enter(order(), 'CANCELED');
    broker.fates.cancel = ['refused'];
    expect(await cancel()).toEqual(DONE);
    expect(await stored()).toMatchObject({ status: 'CANCELED' });
  });

  it('learns from the book why the broker refused: it was filled already', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.enter(order(), 'ACCEPTED', [fillOf(order(), 'F1')]);
    broker.fates.cancel = ['refused'];
    expect(await cancel()).toEqual(DONE);
    expect(fills.map(({ fillId }) => fillId)).toEqual(['F1']);
  });

  it('fails where all can see when the broker refuses and the order works on', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.enter(order(), 'ACCEPTED', [fillOf(order(), 'F1', 4)]);
    broker.fates.cancel = ['refused'];
    expect(await cancel()).toEqual({
      kind: 'failed',
      reason: 'The broker refused to cancel the order: Insufficient funds',
    });
    expect(await stored()).toMatchObject({ status: 'ACCEPTED' });
  });

  it('does not believe a refusal while the book can not be read', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.fates.cancel = ['refused'];
    broker.fates.orders = ['transient'];
    expect(await cancel()).toEqual({ kind: 'retry', reason: 'Connection refused' });
  });

  it('does not take an end from the book before all of its fills are there', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.enter(order(), 'CANCELED', [fillOf(order(), 'F1', 4)], 6);
    broker.fates.cancel = ['refused', 'refused'];
    expect(await cancel()).toEqual({ kind: 'retry', reason: 'The book does not show all fills yet' });
    expect(await stored()).toMatchObject({ status: 'PENDING_CANCEL' });
    expect(fills.map(({ fillId }) => fillId)).toEqual(['F1']);
    broker.book.length = 0;
    broker.enter(order(), 'CANCELED', [fillOf(order(), 'F1', 4), fillOf(order(), 'F2', 2)]);
    expect(await cancel()).toEqual(DONE);
    expect(await stored()).toMatchObject({ status: 'CANCELED' });
  });

  it('does not believe a refusal while the order may be in a row that can not be read', async () => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.fates.cancel = ['refused'];
    broker.unreadRows = [1];
    expect(await cancel()).toEqual({
      kind: 'retry',
      reason: "The order may be among 1 rows of the broker's book that can not be read",
    });
  });

  it.each([
    ['CANCELED', DONE],
    ['PENDING_CANCEL', DONE],
    ['ACCEPTED', { kind: 'retry', reason: 'No answer within 7 s' }],
  ] as const)('looks into the book when the answer was lost: the order is %s', async (status, result) => {
    await moved(ledger, 'SUBMITTING', 'SUBMITTED');
    broker.enter(order(), status);
    broker.fates.cancel = ['answer-lost'];
    expect(await cancel()).toEqual(result);
    expect(broker.looks).toBe(1);
  });

  it('searches the book for an order whose id at the broker is not known', async () => {
    await moved(ledger, 'SUBMITTING', 'ACCEPTED');
    broker.enter(order());
    expect(await cancel()).toEqual(DONE);
    expect(broker.cancelled).toEqual([ID]);
    expect(await stored()).toMatchObject({ status: 'PENDING_CANCEL', brokerOrderId: `B-${ID}` });
  });

  it('cancels what two looks into the book did not find', async () => {
    await moved(ledger, 'SUBMITTING', 'PENDING_CANCEL');
    expect(await cancel()).toEqual(DONE);
    expect(broker.looks).toBe(2);
    expect(broker.cancelled).toEqual([]);
    expect(await stored()).toMatchObject({
      status: 'CANCELED',
      statusReason: 'Cancelled; it never reached the broker',
    });
  });
});
