import { expect, it } from 'vitest';
import { tradingPaused } from '../../../../../src/engine/risk/rules/trading-paused.ts';
import { reasonOf } from '../risk-cases.ts';

it('denies entries while trading is paused', () => {
  expect(reasonOf(tradingPaused, { isPaused: true })).toEqual({ code: 'TRADING_PAUSED' });
  expect(reasonOf(tradingPaused, { isPaused: false, isKilled: true })).toBeUndefined();
  expect(tradingPaused.appliesTo).toBe('ENTRY');
});
