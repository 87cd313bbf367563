import { expect, it } from 'vitest';
import { HeadStarts } from '../../../src/jobs/head-start.ts';
import { DONE, type Job, type JobResult } from '../../../src/jobs/job-registry.ts';
import type { OutboxJob } from '../../../src/ports/ledger.ts';

const stopping = new AbortController().signal;

function promised(id: string, changes: Partial<OutboxJob> = {}): OutboxJob {
  return { id, queue: 'orders', name: 'cancel', subject: `order of ${id}`, priority: 1, notBefore: 0, ...changes };
}

function openHeadStarts() {
  const runs: string[] = [];
  const answers: ((result: JobResult | Error) => void)[] = [];
  const job: Job = {
    queue: 'orders',
    name: 'cancel',
    run: (data, { jobId }) => {
      runs.push(`${jobId} ${JSON.stringify(data)}`);
      return new Promise((resolve, reject) => {
        answers.push((result) => (result instanceof Error ? reject(result) : resolve(result)));
      });
    },
  };
  const starts = new HeadStarts();
  const over = starts.over(job);
  const ask = (jobId: string) => over.run({ subject: `order of ${jobId}` }, { jobId, stopping });
  return { runs, answers, starts, ask };
}

it('begins what is urgent at once and gives its result to the run of the queue', async () => {
  const { runs, answers, starts, ask } = openHeadStarts();
  starts.begin([promised('a')], stopping);
  expect(runs).toEqual(['a {"subject":"order of a"}']);
  const asked = ask('a');
  answers[0]?.({ kind: 'retry', reason: 'later' });
  expect(await asked).toEqual({ kind: 'retry', reason: 'later' });
  expect(runs).toHaveLength(1);
});

it('runs a job again when the queue asks again', async () => {
  const { runs, answers, starts, ask } = openHeadStarts();
  starts.begin([promised('a')], stopping);
  answers[0]?.(DONE);
  await ask('a');
  const again = ask('a');
  expect(runs).toHaveLength(2);
  answers[1]?.(DONE);
  expect(await again).toEqual(DONE);
});

it('leaves to the queue what is of a kind that it does not know', () => {
  const { runs, starts } = openHeadStarts();
  starts.begin([promised('b', { name: 'send', queue: 'alerts' }), promised('c', { name: 'place' })], stopping);
  expect(runs).toEqual([]);
});

const entry = (id: string) => promised(id, { priority: 10 });

it('begins as many entries as the queue has places, and leaves the others to it', () => {
  const { runs, starts } = openHeadStarts();
  starts.begin(['a', 'b', 'c', 'd', 'e', 'f'].map(entry), stopping);
  expect(runs.map((run) => run.slice(0, 1))).toEqual(['a', 'b', 'c', 'd']);
});

it('begins no entry before the queue has come to those that were left to it', async () => {
  const { runs, answers, starts, ask } = openHeadStarts();
  starts.begin(['a', 'b', 'c', 'd', 'e', 'f'].map(entry), stopping);
  for (const answer of answers) answer(DONE);
  await new Promise((resolve) => setImmediate(resolve));
  starts.begin([entry('g')], stopping);
  void ask('e');
  void ask('f');
  starts.begin([entry('h')], stopping);
  expect(runs.map((run) => run.slice(0, 1))).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  void ask('g');
  void ask('h');
  starts.begin([entry('i')], stopping);
  expect(runs.map((run) => run.slice(0, 1)).at(-1)).toBe('i');
});

it('begins an exit however many entries wait', () => {
  const { runs, starts } = openHeadStarts();
  expect(starts.begin(['a', 'b'].map(entry), stopping)).toBe(true);
  expect(starts.begin(['c', 'd', 'e'].map(entry), stopping), 'one is left').toBe(false);
  expect(starts.begin([promised('y')], stopping)).toBe(true);
  expect(starts.begin([promised('s', { name: 'send', queue: 'alerts' })], stopping), 'not of its kind').toBe(false);
  starts.begin([...['a', 'b', 'c', 'd', 'e', 'f'].map(entry), promised('x')], stopping);
  expect(runs.at(-1)).toContain('x ');
});

it('begins no job twice, and no more at once than the broker takes', async () => {
  const { runs, answers, starts } = openHeadStarts();
  starts.begin([promised('a'), promised('a')], stopping);
  expect(runs).toHaveLength(1);
  starts.begin(
    Array.from({ length: 20 }, (_, index) => promised(`b${index}`)),
    stopping,
  );
  expect(runs).toHaveLength(8);
  answers[0]?.(DONE);
  await new Promise((resolve) => setImmediate(resolve));
  starts.begin([promised('c')], stopping);
  expect(runs).toHaveLength(9);
});

it('tells the queue of a run that failed, and nobody else', async () => {
  const { answers, starts, ask } = openHeadStarts();
  starts.begin([promised('a')], stopping);
  answers[0]?.(new Error('the database is away'));
  await new Promise((resolve) => setImmediate(resolve));
  await expect(ask('a')).rejects.toThrow('the database is away');
});
