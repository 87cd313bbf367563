import { expect, test } from 'vitest';
import { Poller } from '../../../../src/alerts/telegram/poller.ts';
import type { Outcome } from '../../../../src/ports/outcome.ts';

/** Telegram, which answers with these in turn and then with nothing new. */
function openPoller(
  answers: readonly (Outcome<readonly { update_id: number }[]> | 'hangs')[],
  take?: (update: unknown) => Promise<void>,
) {
  const offsets: number[] = [];
  const taken: unknown[] = [];
  const troubles: string[] = [];
  const failures: unknown[] = [];
  const stop = new AbortController();
  const waiting = [...answers];
  const poller = new Poller({
    api: {
      call: async (_, payload, __, { signal } = {}) => {
        offsets.push((payload as { offset: number }).offset);
        const answer = waiting.shift();
        if (answer === undefined) stop.abort();
        if (answer === 'hangs') {
          await new Promise((resolve) => signal?.addEventListener('abort', resolve));
          return { kind: 'transient', reason: 'no answer' };
        }
        return (answer ?? { kind: 'done', value: [] }) as Outcome<never>;
      },
    },
    take: async (update) => {
      await take?.(update);
      taken.push(update);
    },
    onTrouble: (text) => troubles.push(text),
    onFailure: (error) => failures.push(error),
    clock: { now: () => 1_000 },
  });
  return { poller, offsets, taken, troubles, failures, stop };
}

const updates = (...ids: number[]) => ({ kind: 'done', value: ids.map((update_id) => ({ update_id })) }) as const;

test('takes updates in their order, confirms them with the next question, and one that fails holds up no other', async () => {
  const { poller, offsets, taken, failures, stop } = openPoller([updates(7, 8, 9), updates(10)], async (update) => {
    if ((update as { update_id: number }).update_id === 8) throw new Error('broken');
  });
  await poller.listen(stop.signal);
  expect(taken).toEqual([{ update_id: 7 }, { update_id: 9 }, { update_id: 10 }]);
  expect([offsets, failures]).toEqual([[0, 10, 11], [new Error('broken')]]);
  expect(poller.heardTime).toBe(1_000);
});

test('says once what keeps it from hearing, each time anew, and asks again less and less often', async () => {
  const conflict = { kind: 'refused', code: '409', reason: 'Conflict' } as const;
  const { poller, troubles, stop } = openPoller([conflict, conflict, updates(1), conflict]);
  await poller.listen(stop.signal);
  expect(troubles).toHaveLength(2);
  expect(new Set(troubles).size).toBe(1);
  expect(troubles[0]).toMatch(/^Another program listens to the same bot/);
}, 20_000);

test('does not wait for a Telegram that does not answer before trading begins', async () => {
  const { poller, stop } = openPoller(['hangs']);
  const began = performance.now();
  await poller.catchUp(AbortSignal.any([stop.signal, AbortSignal.timeout(100)]));
  expect(performance.now() - began).toBeLessThan(5_000);
}, 20_000);

test('catches up until nothing waits any more', async () => {
  const { poller, taken, stop } = openPoller([updates(1, 2), updates(3), updates()]);
  await poller.catchUp(stop.signal);
  expect(taken).toHaveLength(3);
  expect(stop.signal.aborted).toBe(false);
});
