import { expect, it } from 'vitest';
import { alertOf } from '../../../src/alerts/alerts-of-effects.ts';
import type { StrategyId } from '../../../src/core/ids.ts';
import type { Switches } from '../../../src/ports/engine-event.ts';

const OFF: Switches = { isKilled: false, isPaused: false, pausedStrategies: [] };
const told = (changes: Partial<Switches>) =>
  alertOf({ type: 'switchesChanged', switches: { ...OFF, ...changes }, time: 7 });

it('tells of switches, the most urgent first, and names strategies that are halted on their own', () => {
  const pausedStrategies = ['ema', 'orb'] as StrategyId[];
  expect(told({})).toMatchObject({ level: 'info', text: 'Trading is resumed' });
  expect(told({ pausedStrategies })).toMatchObject({
    level: 'warning',
    text: 'Trading goes on; halted on their own: ema, orb; their positions are kept and protected',
  });
  expect(told({ isPaused: true, pausedStrategies })).toMatchObject({
    level: 'critical',
    text: expect.stringMatching(/^Trading is halted: .*; halted on their own: ema, orb$/),
  });
  expect(told({ isPaused: true, isKilled: true })).toMatchObject({
    level: 'critical',
    text: expect.stringMatching(/^The kill switch is on: /),
  });
});
