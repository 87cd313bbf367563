import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Fill } from '../../../src/core/fill.ts';
import type { ClientOrderId } from '../../../src/core/ids.ts';
import type { Order, OrderUpdate } from '../../../src/core/order.ts';
import { OrderExecutor } from '../../../src/jobs/order-executor.ts';
import type { MemoryLedger } from '../../../src/simulation/memory-ledger.ts';
import { fillOf, ID, ledgerWith, moved, order, TestClock } from './sample-order.ts';
import { ScriptedBroker } from './scripted-broker.ts';

const GRACE_MS = 2_000;
const DONE = { kind: 'done' };
const STOPPING = { kind: 'retry', reason: 'The worker is stopping' };

let ledger: MemoryLedger;
let broker: ScriptedBroker;
let clock: TestClock;
let updates: OrderUpdate[];
let fills: Fill[];
let stop: AbortController;
let executor: OrderExecutor;

beforeEach(() => {
  begin();
});

function begin(planned: Order = order()): void {
  ledger = ledgerWith(planned);
  broker = new ScriptedBroker();
  clock = new TestClock();
  updates = [];
  fills = [];
  stop = new AbortController();
  executor = anotherExecutor();
}

function anotherExecutor(recall?: () => Order | undefined): OrderExecutor {
  return new OrderExecutor({
    ...{ broker, ledger, clock, searchGraceMs: GRACE_MS, recall },
    onUpdate: (update) => updates.push(update),
    onFill: (fill) => fills.push(fill),
  });
}

const place = (): ReturnType<OrderExecutor['place']> => executor.place(ID, stop.signal);
const statuses = (): string[] => updates.map(({ status }) => status);
const stored = (): Promise<Order | undefined> => ledger.order(ID);

describe('placing an order', () => {
  it('says it is on its way before the broker is called, and tells every move', async () => {
    let statusAtCall: string | undefined;
    broker.onCall = async () => {
      statusAtCall = (await stored())?.status;
    };
    expect(await place()).toEqual(DONE);
    expect(statusAtCall).toBe('SUBMITTING');
    expect(statuses()).toEqual(['SUBMITTING', 'SUBMITTED']);
    expect(await stored()).toMatchObject({ status: 'SUBMITTED', brokerOrderId: `B-${ID}` });
  });

  it('sends the terms that the ledger has, not those that are remembered, and asks for them once only', async () => {
    const remembered = { ...order(), limitPrice: 1 };
    executor = anotherExecutor(() => remembered);
    const asked = vi.spyOn(ledger, 'order');
    const sent = vi.spyOn(broker, 'place');
    expect(await place()).toEqual(DONE);
    expect(asked).not.toHaveBeenCalled();
    expect(sent.mock.calls).toEqual([[{ ...order(), status: 'SUBMITTING', updatedTime: expect.any(Number) }]]);
    expect(await place(), 'who remembers it has not heard yet').toEqual(DONE);
    expect(broker.placed).toHaveLength(1);
  });

  it.each(['CANCELED', 'SUBMITTING', 'UNKNOWN', 'SUBMITTED'] as const)(
    'sends nothing that is remembered as promised and is %s',
    async (status) => {
      const remembered = order();
      if (status !== 'CANCELED') await moved(ledger, 'SUBMITTING');
      if (status !== 'SUBMITTING') await moved(ledger, status);
      executor = anotherExecutor(() => remembered);
      const reason = `The order became "${status}" before it was sent`;
      expect(await place()).toEqual({ kind: 'retry', reason });
      expect(broker.placed).toEqual([]);
      // The next run asks the ledger, though what is remembered has not changed.
      broker.enter(order(), 'ACCEPTED');
      expect(await place()).toEqual(DONE);
      expect(broker.placed).toEqual([]);
    },
  );

  it('does nothing the second time', async () => {
    await place();
    expect(await place()).toEqual(DONE);
    expect(broker.placed).toHaveLength(1);
    expect(broker.looks).toBe(0);
    expect(updates).toHaveLength(2);
  });

  it('rejects what the broker refuses, for good', async () => {
    broker.fates.place = ['refused'];
    expect(await place()).toEqual(DONE);
    expect(await stored()).toMatchObject({ status: 'REJECTED', statusReason: 'Insufficient funds (RMS)' });
    expect(await place()).toEqual(DONE);
    expect(broker.placed).toHaveLength(1);
  });

  it.each([
    ['throttled', { kind: 'throttled', retryAfterMs: 700 }, 'Not sent: the broker asks for 700 ms of silence'],
    ['session', { kind: 'retry', reason: 'The token has expired' }, 'Not sent: The token has expired'],
    ['transient', { kind: 'retry', reason: 'Connection refused' }, 'Not sent: Connection refused'],
  ] as const)('keeps what was %s to be sent by the next run, without a search', async (fate, result, reason) => {
    broker.fates.place = [fate];
    expect(await place()).toEqual(result);
    expect(await stored()).toMatchObject({ status: 'INITIALIZED', statusReason: reason });
    expect(await place()).toEqual(DONE);
    expect(statuses()).toEqual(['SUBMITTING', 'INITIALIZED', 'SUBMITTING', 'SUBMITTED']);
    expect(broker.looks).toBe(0);
    expect(broker.book).toHaveLength(1);
  });

  it.each(['answer-lost', 'thrown'] as const)('adopts what the broker has although the call was %s', async (fate) => {
    broker.fates.place = [fate];
    expect(await place()).toEqual(DONE);
    expect(statuses()).toEqual(['SUBMITTING', 'UNKNOWN', 'ACCEPTED']);
    expect(await stored()).toMatchObject({ status: 'ACCEPTED', brokerOrderId: `B-${ID}` });
    expect(broker.placed).toHaveLength(1);
  });

  it('tells the fills that the search brings to light', async () => {
    broker.fates.place = ['request-lost'];
    broker.enter(order(), 'ACCEPTED', [fillOf(order(), 'F1', 4), fillOf(order(), 'F2', 6)]);
    await place();
    expect(fills.map(({ fillId }) => fillId)).toEqual(['F1', 'F2']);
  });

  it('finds an order that shows up in the book only at the second look', async () => {
    broker.fates.place = ['answer-lost'];
    broker.visibleFromLook = 2;
    expect(await place()).toEqual(DONE);
    expect(clock.waits).toEqual([GRACE_MS]);
    expect(await stored()).toMatchObject({ status: 'ACCEPTED' });
    expect(broker.placed).toHaveLength(1);
  });

  it('sends again what two looks, a grace apart, did not find', async () => {
    broker.fates.place = ['request-lost'];
    expect(await place()).toEqual({ kind: 'retry', reason: "Not in the broker's book: No answer within 7 s" });
    expect(await stored()).toMatchObject({ status: 'UNKNOWN' });
    expect(broker.looks).toBe(2);
    expect(await place()).toEqual(DONE);
    expect(broker.looks).toBe(4);
    expect(clock.waits).toEqual([GRACE_MS, GRACE_MS]);
    expect(statuses()).toEqual(['SUBMITTING', 'UNKNOWN', 'SUBMITTING', 'SUBMITTED']);
    expect(broker.book).toHaveLength(1);
  });

  it('does not send again while a row of the book can not be read: it may be the order', async () => {
    broker.fates.place = ['request-lost'];
    broker.unreadRows = [1, 0, 2];
    const result = (rows: number) => ({
      ...{ kind: 'retry', reason: `The order may be among ${rows} rows of the broker's book that can not be read` },
    });
    expect(await place()).toEqual(result(1));
    expect(await place()).toEqual(result(2));
    expect(broker.placed).toHaveLength(1);
    expect(await place()).toEqual(DONE);
    expect(broker.placed, 'two whole looks did not have it').toHaveLength(2);
  });

  it('adopts a readable row beside others that are not', async () => {
    broker.fates.place = ['answer-lost'];
    broker.unreadRows = [3];
    expect(await place()).toEqual(DONE);
    expect(await stored()).toMatchObject({ status: 'ACCEPTED', brokerOrderId: `B-${ID}` });
  });

  it('takes an end in the book whose fills are still to come for what it proves: the broker has the order', async () => {
    await moved(ledger, 'SUBMITTING', 'UNKNOWN');
    broker.enter(order(), 'CANCELED', [fillOf(order(), 'F1', 4)], 6);
    expect(await place()).toEqual(DONE);
    expect(await stored()).toMatchObject({ status: 'SUBMITTED', brokerOrderId: `B-${ID}` });
    expect(fills.map(({ fillId }) => fillId)).toEqual(['F1']);
  });

  it('takes over a rejection that only the book tells', async () => {
    broker.fates.place = ['request-lost'];
    broker.enter(order(), 'REJECTED');
    expect(await place()).toEqual(DONE);
    expect(await stored()).toMatchObject({ status: 'REJECTED', statusReason: 'Refused by the exchange' });
  });

  it.each([
    ['throttled', { kind: 'throttled', retryAfterMs: 700 }],
    ['transient', { kind: 'retry', reason: 'Connection refused' }],
    ['request-lost', { kind: 'retry', reason: 'No answer within 7 s' }],
  ] as const)('sends nothing while the book can not be read (%s)', async (fate, result) => {
    broker.fates.place = ['answer-lost'];
    broker.fates.orders = [fate, fate];
    expect(await place()).toEqual(result);
    expect(await place()).toEqual(result);
    expect(await place()).toEqual(DONE);
    expect(broker.placed).toHaveLength(1);
    expect(await stored()).toMatchObject({ status: 'ACCEPTED' });
  });

  it.each(['SUBMITTING', 'UNKNOWN'] as const)('searches first when a dead run left it %s', async (status) => {
    await moved(ledger, ...(status === 'UNKNOWN' ? (['SUBMITTING', 'UNKNOWN'] as const) : ([status] as const)));
    broker.enter(order());
    expect(await place()).toEqual(DONE);
    expect(broker.placed).toHaveLength(0);
    expect(await stored()).toMatchObject({ status: 'ACCEPTED', brokerOrderId: `B-${ID}` });
  });

  it('sends what a dead run left on its way when the broker does not have it', async () => {
    await moved(ledger, 'SUBMITTING');
    expect(await place()).toEqual(DONE);
    expect(broker.looks).toBe(2);
    expect(statuses()).toEqual(['UNKNOWN', 'SUBMITTING', 'SUBMITTED']);
    expect(updates[0]?.reason).toBe('An earlier run ended before the broker answered');
  });

  it('expires an entry past its deadline, unsent', async () => {
    clock.time = 60_000;
    expect(await place()).toEqual(DONE);
    expect(broker.placed).toHaveLength(0);
    expect(await stored()).toMatchObject({
      status: 'EXPIRED',
      statusReason: 'Not at the broker by its deadline, 05:31:00',
    });
  });

  it('sends an entry at its deadline', async () => {
    clock.time = 59_999;
    await place();
    expect(await stored()).toMatchObject({ status: 'SUBMITTED' });
  });

  it('expires a doubtful entry past its deadline only when the broker does not have it', async () => {
    await moved(ledger, 'SUBMITTING');
    clock.time = 60_000;
    await place();
    expect(await stored()).toMatchObject({ status: 'EXPIRED' });
    expect(broker.placed).toHaveLength(0);
  });

  it('adopts a doubtful entry past its deadline when the broker has it', async () => {
    await moved(ledger, 'SUBMITTING');
    broker.enter(order());
    clock.time = 60_000;
    await place();
    expect(await stored()).toMatchObject({ status: 'ACCEPTED' });
  });

  it('sends nothing of an earlier day, exits neither: the broker has closed what was open', async () => {
    begin(order({ role: 'EXIT', side: 'SELL', deadline: null }));
    await moved(ledger, 'SUBMITTING');
    clock.time = 86_400_000;
    expect(await place()).toEqual(DONE);
    expect(broker.placed).toHaveLength(0);
    expect(broker.looks, 'it may be in the book').toBe(2);
    expect(await stored()).toMatchObject({
      ...{ status: 'EXPIRED', statusReason: 'Its day is over: it was to be sent on 1970-01-01' },
    });
  });

  it('sends an exit however late in its day', async () => {
    begin(order({ role: 'EXIT', side: 'SELL', deadline: null }));
    clock.time = 9_000_000;
    await place();
    expect(broker.placed).toHaveLength(1);
  });

  it('waits for the time before which the broker must not see it', async () => {
    begin(order({ notBefore: 9_000 }));
    await place();
    expect(clock.time).toBeGreaterThanOrEqual(9_000);
    expect(updates[0]).toMatchObject({ status: 'SUBMITTING' });
    expect(updates[0]?.time).toBeGreaterThan(9_000);
  });

  it('sends nothing when the worker stops before the order is due', async () => {
    begin(order({ notBefore: 9_000 }));
    clock.onWait = () => stop.abort();
    expect(await place()).toEqual(STOPPING);
    expect(await stored()).toMatchObject({ status: 'INITIALIZED' });
    expect(broker.placed).toHaveLength(0);
  });

  it('sends nothing more when the worker stops between two looks', async () => {
    broker.fates.place = ['request-lost'];
    clock.onWait = () => stop.abort();
    expect(await place()).toEqual(STOPPING);
    expect(await place()).toEqual(STOPPING);
    expect(await stored()).toMatchObject({ status: 'UNKNOWN' });
    expect(broker.placed).toHaveLength(1);
  });

  it('is sent by one of two processes that run it at once', async () => {
    const results = await Promise.all([place(), anotherExecutor().place(ID, stop.signal)]);
    expect(broker.placed).toHaveLength(1);
    expect(results).toContainEqual(DONE);
    expect(results).toContainEqual({ kind: 'retry', reason: 'The order became "SUBMITTING" before it was sent' });
  });

  it('never runs twice at a time in one process', async () => {
    let running = 0;
    broker.onCall = async () => {
      running += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(running).toBe(1);
      running -= 1;
    };
    expect(await Promise.all([place(), place(), place()])).toEqual([DONE, DONE, DONE]);
    expect(broker.placed).toHaveLength(1);
    expect(broker.looks).toBe(0);
  });

  it('leaves an order alone that was cancelled before', async () => {
    await moved(ledger, 'CANCELED');
    expect(await place()).toEqual(DONE);
    expect(broker.placed).toHaveLength(0);
  });

  it('takes a stream that was faster than the answer for what it is', async () => {
    broker.onCall = async () => void (await moved(ledger, 'ACCEPTED'));
    expect(await place()).toEqual(DONE);
    expect(await stored()).toMatchObject({ status: 'ACCEPTED', brokerOrderId: `B-${ID}` });
    expect(statuses()).toEqual(['SUBMITTING']);
  });

  it('refuses an order that the ledger does not have', async () => {
    const unknown = 'z9z9z9z9z9z9z9z9' as ClientOrderId;
    await expect(executor.place(unknown, stop.signal)).rejects.toThrow(
      `Expected order "${unknown}" in the ledger, found none`,
    );
  });
});
