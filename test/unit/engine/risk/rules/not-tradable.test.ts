import { expect, it } from 'vitest';
import { notTradable } from '../../../../../src/engine/risk/rules/not-tradable.ts';
import { testInstrument } from '../../../../support/fixed-calendar.ts';
import { CALL, FUTURE, reasonOf, SHARE } from '../risk-cases.ts';

it('denies an index and nothing else', () => {
  const index = testInstrument('NSE:NIFTY 50', { kind: 'INDEX' });
  expect(reasonOf(notTradable, { instrument: index })).toMatchObject({ code: 'NOT_TRADABLE', instrumentId: index.id });
  for (const instrument of [SHARE, FUTURE, CALL]) expect(reasonOf(notTradable, { instrument })).toBeUndefined();
  expect(notTradable.appliesTo).toBe('ENTRY');
});
