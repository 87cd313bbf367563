import { expect, it } from 'vitest';
import { digest } from '../../../../src/alerts/telegram/digest.ts';
import type { Alert } from '../../../../src/core/alert.ts';

const TIME = Date.parse('2026-11-18T09:20:00+05:30');

function alert(key: string, changes: Partial<Alert> = {}): Alert {
  return { key, kind: 'fill', level: 'info', text: key, time: TIME + Number(key) * 1_000, ...changes };
}

const denial = (key: string, topic: string): Alert => alert(key, { kind: 'denial', topic, text: `Denied ${key}` });

it('tells denials of one reason as one, where the newest stands; all else stays as it is', () => {
  const told = digest([
    ...[denial('1', 'TRADING_PAUSED'), alert('2'), denial('3', 'MAX_OPEN_POSITIONS'), denial('4', 'TRADING_PAUSED')],
    ...[alert('5', { kind: 'signal' }), denial('6', 'TRADING_PAUSED')],
  ]);
  expect(told.map(({ text }) => text)).toEqual([
    '2',
    'Denied 3',
    '5',
    'Denied 6 (and 2 more for this reason since 09:20:01)',
  ]);
});

it('has nothing to gather in one of each', () => {
  const alerts = [denial('1', 'TRADING_PAUSED'), denial('2', 'MARKET_CLOSED'), alert('3')];
  expect(digest(alerts)).toEqual(alerts);
});
