import { expect, it } from 'vitest';
import { settingOf } from '../../../src/alerts/setting-of.ts';
import { ALERT_KINDS, type AlertSettings } from '../../../src/core/alert.ts';

const ON = Object.fromEntries(ALERT_KINDS.map((kind) => [kind, 'on'])) as AlertSettings;
const STOP = { kind: 'trade', topic: 'stop_loss', level: 'info' } as const;

it('goes by the topic before the kind, and by what a person has set before what is configured', () => {
  expect(settingOf(STOP, ON)).toBe('on');
  expect(settingOf(STOP, { ...ON, trade: 'off' })).toBe('off');
  expect(settingOf(STOP, { ...ON, trade: 'off', 'trade/stop_loss': 'silent' })).toBe('silent');
  expect(settingOf(STOP, { ...ON, 'trade/stop_loss': 'silent' }, { trade: 'off' })).toBe('off');
  expect(settingOf(STOP, ON, { trade: 'off', 'trade/stop_loss': 'on' })).toBe('on');
  expect(settingOf({ ...STOP, topic: 'target' }, ON, { 'trade/stop_loss': 'off' })).toBe('on');
  expect(settingOf({ ...STOP, topic: null }, ON, { 'trade/stop_loss': 'off' })).toBe('on');
});

it('silences what went wrong, and never switches it off', () => {
  expect(settingOf({ kind: 'order', topic: 'rejected', level: 'critical' }, { ...ON, order: 'off' })).toBe('silent');
  expect(settingOf({ kind: 'order', topic: 'placed', level: 'info' }, { ...ON, order: 'off' })).toBe('off');
});
