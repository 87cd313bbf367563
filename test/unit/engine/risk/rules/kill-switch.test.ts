import { expect, it } from 'vitest';
import { killSwitch } from '../../../../../src/engine/risk/rules/kill-switch.ts';
import { reasonOf } from '../risk-cases.ts';

it('denies entries while the kill switch is on', () => {
  expect(reasonOf(killSwitch, { isKilled: true })).toEqual({ code: 'KILL_SWITCH_ON' });
  expect(reasonOf(killSwitch, { isKilled: false, isPaused: true })).toBeUndefined();
  expect(killSwitch.appliesTo).toBe('ENTRY');
});
