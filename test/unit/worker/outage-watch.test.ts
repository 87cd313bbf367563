import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLogger } from '../../../src/logging/logger.ts';
import { OutageWatch } from '../../../src/worker/outage-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watch() {
  const stop = new AbortController();
  const heard: string[] = [];
  let revived = 0;
  const outage = new OutageWatch({
    ...{ telegram: null, log: createLogger({ level: 'silent', format: 'json' }), signal: stop.signal },
    revive: async () => {
      revived += 1;
    },
  });
  outage.listener = { onAway: () => heard.push('away'), onBack: (seconds) => heard.push(`back after ${seconds} s`) };
  return { outage, stop, heard, revived: () => revived };
}

test('says nothing of a connection that breaks and is there again', async () => {
  const { outage, heard, revived } = watch();
  outage.away();
  await vi.advanceTimersByTimeAsync(1_500);
  outage.back(1_500);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([heard, revived()]).toEqual([['away'], 0]);
});

test('says how long it lasted, and tries to bring the database back until then', async () => {
  const { outage, heard, revived } = watch();
  outage.away();
  await vi.advanceTimersByTimeAsync(9_000);
  const tries = revived();
  expect(tries).toBeGreaterThan(1);
  outage.back(12_400);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([heard, revived()]).toEqual([['away', 'back after 12 s'], tries]);
});

test('ends a stop that waits for a database that stays away, and no other', async () => {
  const { outage, stop } = watch();
  let ended: unknown;
  outage.stoppedInVain.catch((error: unknown) => {
    ended = error;
  });
  stop.abort();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ended).toBeUndefined();
  outage.away();
  await vi.advanceTimersByTimeAsync(500);
  outage.back(500);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ended).toBeUndefined();
  outage.away();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(String(ended)).toContain('Stopped while the database was away');
});
