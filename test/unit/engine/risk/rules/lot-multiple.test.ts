import { expect, it } from 'vitest';
import { lotMultiple } from '../../../../../src/engine/risk/rules/lot-multiple.ts';
import { FUTURE, reasonOf } from '../risk-cases.ts';

it('allows whole lots and denies everything else', () => {
  for (const quantity of [65, 130, 6_500]) {
    expect(reasonOf(lotMultiple, { instrument: FUTURE }, { quantity })).toBeUndefined();
  }
  for (const quantity of [0, -65, 1, 64, 66, 65.5, Number.NaN]) {
    expect(reasonOf(lotMultiple, { instrument: FUTURE }, { quantity })).toEqual({
      code: 'NOT_A_LOT_MULTIPLE',
      quantity,
      lotSize: 65,
    });
  }
});

it('leaves the freeze quantity to the slicing of orders', () => {
  const instrument = { ...FUTURE, freezeQuantity: 1_800 };
  expect(reasonOf(lotMultiple, { instrument }, { quantity: 65 * 100 })).toBeUndefined();
});
