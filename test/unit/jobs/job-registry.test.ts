import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DONE, defineJob, type Job, JobRegistry } from '../../../src/jobs/job-registry.ts';

const payload = z.strictObject({ subject: z.string().min(1) });
const context = { jobId: 'job', stopping: new AbortController().signal };
const seen: string[] = [];
const handler = async ({ subject }: { subject: string }) => {
  seen.push(subject);
  return DONE;
};
const place = defineJob({ queue: 'orders', name: 'place', payload, handler });
const modify = defineJob({ queue: 'orders', name: 'modify', payload, handler });
const cancel = defineJob({ queue: 'orders', name: 'cancel', payload, handler });
const send = defineJob({ queue: 'alerts', name: 'send', payload, handler });

describe('job registry', () => {
  it('runs the handler of the job with its payload', async () => {
    const registry = new JobRegistry([place, modify, cancel, send]);
    expect(await registry.run('orders', 'place', { subject: 'x1' }, context)).toEqual(DONE);
    expect(seen).toEqual(['x1']);
  });

  it.each<[string, readonly Job[]]>([
    ['Expected a handler for every job, found none for "cancel"', [place, modify, send]],
    ['Expected a handler for every job, found none for "place", "modify", "cancel", "send"', []],
    ['Expected one handler for job "place", found two', [place, modify, cancel, send, place]],
    [
      'Expected job "send" on queue "alerts", found it on "orders"',
      [place, modify, cancel, { ...send, queue: 'orders' }],
    ],
  ])('refuses to start: %s', (message, jobs) => {
    expect(() => new JobRegistry(jobs)).toThrow(message);
  });

  it('fails a job that no handler is for, and a job of the other queue', async () => {
    const registry = new JobRegistry([place, modify, cancel, send]);
    expect(await registry.run('orders', 'send', { subject: 'x' }, context)).toEqual({
      kind: 'failed',
      reason: 'Expected a job of queue "orders" ("place", "modify", "cancel"), found "send"',
    });
    expect(await registry.run('alerts', 'toString', { subject: 'x' }, context)).toMatchObject({ kind: 'failed' });
  });

  it('fails a job whose payload has another shape, and says which', async () => {
    const registry = new JobRegistry([place, modify, cancel, send]);
    expect(await registry.run('orders', 'place', { subject: 7, price: 1 }, context)).toEqual({
      kind: 'failed',
      reason: expect.stringMatching(
        /^Expected the payload of job "place", found {"subject":7,"price":1} \(subject: .*; payload: .*price/,
      ),
    });
  });
});
