import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SendLimit } from '../../../../src/alerts/telegram/send-limit.ts';

it('lets thirty go at once and the next one a second after the first of them', () => {
  const limit = new SendLimit(30, 1_000);
  for (let sent = 0; sent < 30; sent += 1) {
    expect(limit.waitMs(5_000 + sent)).toBe(0);
    limit.note(5_000 + sent);
  }
  expect(limit.waitMs(5_029)).toBe(971);
  expect(limit.waitMs(6_000)).toBe(0);
  limit.note(6_000);
  expect(limit.waitMs(6_000), 'the second of them').toBe(1);
});

it('keeps to it in any window, whenever it is asked', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400), { minLength: 50, maxLength: 200 }), (gaps) => {
      const limit = new SendLimit(5, 1_000);
      const sent: number[] = [];
      let now = 0;
      for (const gap of gaps) {
        now += gap;
        now += limit.waitMs(now);
        limit.note(now);
        sent.push(now);
      }
      for (const [index, time] of sent.entries()) {
        expect((sent[index + 5] ?? Number.POSITIVE_INFINITY) - time).toBeGreaterThanOrEqual(1_000);
      }
    }),
  );
});

it('forgets what lies ahead of a clock that was set back', () => {
  const limit = new SendLimit(1, 1_000);
  limit.note(3_600_000);
  expect(limit.waitMs(3_600_000)).toBe(1_000);
  expect(limit.waitMs(10)).toBe(0);
});
