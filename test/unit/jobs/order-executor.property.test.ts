import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Order, OrderUpdate } from '../../../src/core/order.ts';
import type { JobResult } from '../../../src/jobs/job-registry.ts';
import { OrderExecutor } from '../../../src/jobs/order-executor.ts';
import type { Ledger } from '../../../src/ports/ledger.ts';
import type { MemoryLedger } from '../../../src/simulation/memory-ledger.ts';
import type { Fate } from './call-fate.ts';
import { ID, ledgerWith, order, TestClock } from './sample-order.ts';
import { ScriptedBroker } from './scripted-broker.ts';

const FATES: readonly Fate[] = [
  'done',
  'refused',
  'throttled',
  'session',
  'transient',
  'request-lost',
  'answer-lost',
  'thrown',
];
const LOOKS: readonly Fate[] = ['done', 'throttled', 'transient', 'request-lost'];

/** Where a process dies: at this step, before or after what the step does. */
interface Crash {
  readonly step: number;
  readonly isAfter: boolean;
}

const crash = fc.record({ step: fc.integer({ min: 0, max: 12 }), isAfter: fc.boolean() });
const script = fc.record({
  place: fc.array(fc.constantFrom(...FATES), { maxLength: 6 }),
  orders: fc.array(fc.constantFrom(...LOOKS), { maxLength: 8 }),
  crashes: fc.array(fc.option(crash), { maxLength: 5 }),
});

it('places at most once and loses nothing, whatever the wire loses and wherever the process dies', async () => {
  await fc.assert(
    fc.asyncProperty(script, async ({ place, orders, crashes }) => {
      const ledger = ledgerWith(order({ role: 'EXIT', deadline: null }));
      const broker = new ScriptedBroker();
      broker.fates.place = [...place];
      broker.fates.orders = [...orders];
      const clock = new TestClock();
      const queue = [...crashes];
      let result: JobResult | 'died' = 'died';
      for (let run = 0; run < 40 && (result === 'died' || result.kind !== 'done'); run += 1) {
        result = await runOnce(ledger, broker, clock, queue.shift() ?? null);
        expect(broker.book.length).toBeLessThanOrEqual(1);
      }
      const { status } = (await ledger.order(ID)) ?? {};
      expect(result).toEqual({ kind: 'done' });
      if (broker.book.length === 1) expect(['SUBMITTED', 'ACCEPTED']).toContain(status);
      else expect(status).toBe('REJECTED');
    }),
    { numRuns: 2_000 },
  );
});

/** One process that runs the job; its death leaves what it had done until then. */
async function runOnce(
  ledger: MemoryLedger,
  broker: ScriptedBroker,
  clock: TestClock,
  death: Crash | null,
): Promise<JobResult | 'died'> {
  const died = Promise.withResolvers<'died'>();
  let step = 0;
  async function mortal<T>(action: () => Promise<T>): Promise<T> {
    const isLast = death?.step === step;
    step += 1;
    if (isLast && !death.isAfter) return dead();
    const value = await action();
    return isLast ? dead() : value;
  }
  function dead(): Promise<never> {
    died.resolve('died');
    return new Promise(() => {});
  }
  const mortalLedger: Pick<Ledger, 'order' | 'claim' | 'move' | 'markModified'> = {
    order: (id) => mortal(() => ledger.order(id)),
    claim: (update: OrderUpdate) => mortal(() => ledger.claim(update)),
    move: (update: OrderUpdate) => mortal(() => ledger.move(update)),
    markModified: () => mortal(() => ledger.markModified()),
  };
  const executor = new OrderExecutor({
    broker: {
      name: broker.name,
      place: (placed: Order) => mortal(() => broker.place(placed)),
      modify: (modified: Order) => mortal(() => broker.modify(modified)),
      cancel: (cancelled: Order) => mortal(() => broker.cancel(cancelled)),
      orders: () => mortal(() => broker.orders()),
      positions: () => mortal(() => broker.positions()),
      holdings: () => mortal(() => broker.holdings()),
    },
    ledger: mortalLedger,
    clock,
    onUpdate: () => {},
    onFill: () => {},
  });
  return Promise.race([executor.place(ID, new AbortController().signal), died.promise]);
}
