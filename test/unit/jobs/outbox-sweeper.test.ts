import { describe, expect, it } from 'vitest';
import { OutboxSweeper, type OutboxSweeperOptions } from '../../../src/jobs/outbox-sweeper.ts';
import type { OutboxJob } from '../../../src/ports/ledger.ts';
import { TestClock } from './sample-order.ts';

interface Added {
  readonly name: string;
  readonly data: unknown;
  readonly opts: {
    readonly jobId: string;
    readonly delay: number;
    readonly priority: number;
    readonly attempts: number;
  };
}

/** Keeps what it is given; the real queues are in the contract tests. */
function setUp(options: { readonly delayOf?: (job: OutboxJob) => number; readonly isAlertQueueDown?: boolean } = {}) {
  const steps: string[] = [];
  const added: Added[] = [];
  const take = (entry: Added): void => {
    added.push(entry);
    steps.push(`add ${entry.opts.jobId}`);
  };
  const queues = {
    queue: (queue: string) => ({
      add: async (name: string, data: unknown, opts: Added['opts']) => {
        if (queue === 'alerts' && options.isAlertQueueDown) throw new Error('The queue is away');
        take({ name, data, opts });
      },
      addBulk: async (entries: readonly Added[]) => entries.forEach(take),
    }),
  } as unknown as OutboxSweeperOptions['queues'];
  const ledger = {
    unqueuedJobs: async () => [job('a'), job('b')],
    markQueued: async (ids: readonly string[]) => void steps.push(`mark ${ids.join(' ')}`),
  };
  const clock = new TestClock(2_000);
  const { delayOf } = options;
  return { steps, added, sweeper: new OutboxSweeper({ ledger, queues, clock, delayOf }) };
}

function job(id: string, changes: Partial<OutboxJob> = {}): OutboxJob {
  return { id, queue: 'orders', name: 'place', subject: `subject-${id}`, priority: 10, notBefore: 0, ...changes };
}

describe('outbox sweeper', () => {
  it('marks jobs only after the queues have taken them, orders before alerts', async () => {
    const { steps, sweeper } = setUp();
    await sweeper.enqueue([job('z', { queue: 'alerts', name: 'send' }), job('a'), job('b')]);
    expect(steps).toEqual(['add a', 'add b', 'add z', 'mark a b z']);
  });

  it('marks nothing that the queue did not take, and says so', async () => {
    const { steps, sweeper } = setUp({ isAlertQueueDown: true });
    const alert = job('z', { queue: 'alerts', name: 'send' });
    await expect(sweeper.enqueue([alert, job('a')])).rejects.toThrow('The queue is away');
    expect(steps).toEqual(['add a', 'mark a']);
  });

  it('carries the subject and nothing else, under the id of the promise', async () => {
    const { added, sweeper } = setUp();
    await sweeper.enqueue([job('a', { priority: 1 })]);
    expect(added[0]).toMatchObject({
      name: 'place',
      data: { subject: 'subject-a' },
      opts: { jobId: 'a', priority: 1, delay: 0 },
    });
  });

  it('delays by the clock, and not at all when the time has come', async () => {
    const { added, sweeper } = setUp();
    await sweeper.enqueue([job('past', { notBefore: 1_500 })]);
    await sweeper.enqueue([job('future', { notBefore: 5_002 })]);
    expect(added.map(({ opts }) => opts.delay)).toEqual([0, 3_000]);
  });

  it('takes the delay from the caller where the clock is not real time', async () => {
    const { added, sweeper } = setUp({ delayOf: ({ notBefore }) => notBefore / 10 });
    await sweeper.enqueue([job('a', { notBefore: 5_001 })]);
    expect(added[0]?.opts.delay).toBe(501);
  });

  it('says how many it found', async () => {
    const { steps, sweeper } = setUp();
    expect(await sweeper.sweep()).toBe(2);
    expect(steps).toEqual(['add a', 'add b', 'mark a b']);
  });

  it('does nothing for no jobs', async () => {
    const { steps, sweeper } = setUp();
    await sweeper.enqueue([]);
    expect(steps).toEqual([]);
  });
});
