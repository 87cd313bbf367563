import { expect, it } from 'vitest';
import type { Alert } from '../../../../src/core/alert.ts';
import { MINUTE_MS } from '../../../../src/core/time.ts';
import { promisedJobs } from '../../../../src/engine/orders/promised-jobs.ts';

const alert: Alert = { key: 'a', kind: 'fill', level: 'info', text: 'text', time: 7 };
const timesOf = (changes: Partial<Alert>, isTelegramOn = true) =>
  promisedJobs([{ type: 'alertRaised', alert: { ...alert, ...changes } }], { isTelegramOn }).map(
    ({ queue, notBefore }) => [queue, notBefore],
  );

it('carries an alert to the terminal and to Telegram at once, but denials to Telegram together, after a while', () => {
  expect(timesOf({})).toEqual([
    ['alerts', 7],
    ['telegram', 7],
  ]);
  expect(timesOf({ kind: 'denial' })).toEqual([
    ['alerts', 7],
    ['telegram', 7 + 5 * MINUTE_MS],
  ]);
  expect(timesOf({}, false)).toEqual([['alerts', 7]]);
});
