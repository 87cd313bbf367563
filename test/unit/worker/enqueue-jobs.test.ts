import { expect, it } from 'vitest';
import { HeadStarts } from '../../../src/jobs/head-start.ts';
import { DONE, type Job } from '../../../src/jobs/job-registry.ts';
import type { OutboxJob } from '../../../src/ports/ledger.ts';
import { enqueueJobs } from '../../../src/worker/enqueue-jobs.ts';

const stopping = new AbortController().signal;
const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

function openQueue(backend: 'postgres' | 'redis', hasHeadStarts = true) {
  const steps: string[] = [];
  const answers = { add: Promise.withResolvers<void>() };
  const job: Job = {
    queue: 'orders',
    name: 'place',
    run: async (_, { jobId }) => {
      steps.push(`begun ${jobId}`);
      return DONE;
    },
  };
  const headStarts = new HeadStarts();
  headStarts.over(job);
  const sweeper = {
    enqueue: async (jobs: readonly OutboxJob[], onAdded?: (jobs: readonly OutboxJob[]) => void) => {
      await answers.add.promise;
      steps.push(`added ${jobs.map(({ id }) => id).join(' ')}`);
      onAdded?.(jobs);
    },
  };
  const enqueue = enqueueJobs({
    ...{ sweeper, headStarts: hasHeadStarts ? headStarts : null },
    ...{ queues: { backend, stopping }, log: LOG, onTrouble: () => undefined },
  });
  return { steps, answers, enqueue };
}

function promised(id: string, priority: number): OutboxJob {
  return { id, queue: 'orders', name: 'place', subject: id, priority, notBefore: 0 };
}

const JOBS = [promised('entry', 10), promised('exit', 1)];

it('begins everything at once where the queue is where the promise is', async () => {
  const { steps, answers, enqueue } = openQueue('postgres');
  const queued = enqueue(JOBS);
  answers.add.resolve();
  await queued;
  expect(steps).toEqual(['begun entry', 'begun exit', 'added entry exit']);
});

it('gives what has begun its time at the broker before the queue has it, and what comes after that its turn', async () => {
  const { steps, answers, enqueue } = openQueue('postgres');
  answers.add.resolve();
  const begun = enqueue([promised('entry', 10)]);
  const left = enqueue([{ ...promised('other', 10), name: 'settle' }]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(steps).toEqual(['begun entry']);
  await Promise.all([begun, left]);
  expect(steps).toEqual(['begun entry', 'added entry', 'added other']);
});

it('adds at once what it could not begin', async () => {
  const { steps, answers, enqueue } = openQueue('postgres');
  answers.add.resolve();
  const left = enqueue([promised('entry', 10), { ...promised('other', 10), name: 'settle' }]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(steps).toEqual(['begun entry', 'added entry other']);
  await left;
});

it('begins an entry after Redis has taken it, an exit at once', async () => {
  const { steps, answers, enqueue } = openQueue('redis');
  const queued = enqueue(JOBS);
  answers.add.resolve();
  await queued;
  expect(steps).toEqual(['begun exit', 'added entry exit', 'begun entry']);
});

it('begins no entry that Redis did not take, and goes on', async () => {
  const { steps, answers, enqueue } = openQueue('redis');
  const queued = enqueue(JOBS);
  answers.add.reject(new Error('Redis is away'));
  await queued;
  expect(steps).toEqual(['begun exit']);
});

it('leaves everything to the queue where jobs run one after the other', async () => {
  const { steps, answers, enqueue } = openQueue('postgres', false);
  const queued = enqueue(JOBS);
  answers.add.resolve();
  await queued;
  expect(steps).toEqual(['added entry exit']);
});

it('hands jobs to the queue in the order in which they were promised, and goes on after a failure', async () => {
  const taken: string[] = [];
  const first = Promise.withResolvers<void>();
  const sweeper = {
    enqueue: async (jobs: readonly OutboxJob[]) => {
      if (jobs[0]?.id === 'a') await first.promise;
      taken.push(...jobs.map(({ id }) => id));
    },
  };
  const enqueue = enqueueJobs({
    sweeper,
    headStarts: null,
    queues: { backend: 'redis', stopping },
    log: LOG,
    onTrouble: () => undefined,
  });
  const queued = [enqueue([promised('a', 10)]), enqueue([promised('b', 1)]), enqueue([promised('c', 10)])];
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toEqual([]);
  first.reject(new Error('away'));
  await Promise.all(queued);
  expect(taken).toEqual(['b', 'c']);
});

it('lets the next ones go when these are added, though they are not marked yet', async () => {
  const taken: string[] = [];
  const marked = Promise.withResolvers<void>();
  const sweeper = {
    enqueue: async (jobs: readonly OutboxJob[], onAdded?: (jobs: readonly OutboxJob[]) => void) => {
      taken.push(...jobs.map(({ id }) => id));
      onAdded?.(jobs);
      await marked.promise;
    },
  };
  const enqueue = enqueueJobs({
    sweeper,
    headStarts: null,
    queues: { backend: 'redis', stopping },
    log: LOG,
    onTrouble: () => undefined,
  });
  const queued = [enqueue([promised('a', 10)]), enqueue([promised('b', 10)])];
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toEqual(['a', 'b']);
  marked.resolve();
  await Promise.all(queued);
});

it('adds alerts together, after the orders are on their way', async () => {
  const { steps, answers, enqueue } = openQueue('postgres');
  answers.add.resolve();
  const alert = (id: string): OutboxJob => ({ ...promised(id, 10), queue: 'alerts', name: 'send' });
  await Promise.all([enqueue([alert('x'), promised('entry', 10)]), enqueue([alert('y')])]);
  expect(steps).toEqual(['begun entry', 'added entry']);
  await expect.poll(() => steps.at(-1)).toBe('added x y');
});

it('says once that the queue is away, and once that it is back', async () => {
  let isAway = false;
  const told: string[] = [];
  const sweeper = {
    enqueue: async () => {
      if (isAway) throw new Error('connect ECONNREFUSED');
    },
  };
  const enqueue = enqueueJobs({
    ...{ sweeper, headStarts: null, queues: { backend: 'redis', stopping }, log: LOG },
    onTrouble: (text) => told.push(text.slice(0, text.indexOf(':'))),
  });
  for (const away of [false, true, true, false, false, true]) {
    isAway = away;
    await enqueue([promised('a', 10)]);
  }
  expect(told).toEqual([
    ...['The queue can not be reached', 'The queue is back after 0 s'],
    'The queue can not be reached',
  ]);
});
