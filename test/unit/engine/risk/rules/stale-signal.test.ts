import { expect, it } from 'vitest';
import { staleSignal } from '../../../../../src/engine/risk/rules/stale-signal.ts';
import { at, reasonOf } from '../risk-cases.ts';

it('denies a signal after it has expired, not at that moment', () => {
  const expired = at('10:05:00');
  expect(reasonOf(staleSignal, { now: expired })).toBeUndefined();
  expect(reasonOf(staleSignal, { now: expired + 1 })).toEqual({ code: 'STALE_SIGNAL', at: expired + 1, expired });
});
