import { expect, it } from 'vitest';
import { duplicateExposure } from '../../../../../src/engine/risk/rules/duplicate-exposure.ts';
import { holding, reasonOf } from '../risk-cases.ts';

it('denies an entry on the side that is held', () => {
  expect(reasonOf(duplicateExposure, { position: holding(10) }, { side: 'BUY' })).toEqual({
    code: 'DUPLICATE_EXPOSURE',
    held: 10,
    working: 0,
  });
  expect(reasonOf(duplicateExposure, { position: holding(-10) }, { side: 'SELL' })).toMatchObject({ held: -10 });
});

it('allows an entry against what is held, and when nothing is', () => {
  expect(reasonOf(duplicateExposure, { position: holding(10) }, { side: 'SELL' })).toBeUndefined();
  expect(reasonOf(duplicateExposure, { position: holding(-10) }, { side: 'BUY' })).toBeUndefined();
  expect(reasonOf(duplicateExposure)).toBeUndefined();
});

it('denies an entry while another one is on its way', () => {
  expect(reasonOf(duplicateExposure, { workingEntryQuantity: 1 })).toMatchObject({ held: 0, working: 1 });
});
