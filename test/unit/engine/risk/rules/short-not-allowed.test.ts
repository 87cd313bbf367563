import { expect, it } from 'vitest';
import { shortNotAllowed } from '../../../../../src/engine/risk/rules/short-not-allowed.ts';
import { CALL, FUTURE, reasonOf, SHARE } from '../risk-cases.ts';

it('denies selling a share short for longer than the day', () => {
  for (const product of ['DELIVERY', 'CARRY_FORWARD'] as const) {
    expect(reasonOf(shortNotAllowed, { instrument: SHARE, product }, { side: 'SELL' })?.code).toBe('SHORT_NOT_ALLOWED');
    expect(reasonOf(shortNotAllowed, { instrument: SHARE, product }, { side: 'BUY' })).toBeUndefined();
  }
});

it('allows selling short within the day, and derivatives with any product', () => {
  expect(reasonOf(shortNotAllowed, { instrument: SHARE, product: 'INTRADAY' }, { side: 'SELL' })).toBeUndefined();
  for (const instrument of [FUTURE, CALL]) {
    expect(reasonOf(shortNotAllowed, { instrument, product: 'CARRY_FORWARD' }, { side: 'SELL' })).toBeUndefined();
  }
});
