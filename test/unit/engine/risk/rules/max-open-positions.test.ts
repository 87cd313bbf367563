import { expect, it } from 'vitest';
import { maxOpenPositions } from '../../../../../src/engine/risk/rules/max-open-positions.ts';
import { holding, reasonOf } from '../risk-cases.ts';

const limits = { maxOpenPositions: 3 };

it('denies an entry that would open one position too many, counting those on their way', () => {
  expect(reasonOf(maxOpenPositions, { limits, account: { openPositions: 1, pendingPositions: 1 } })).toBeUndefined();
  expect(reasonOf(maxOpenPositions, { limits, account: { openPositions: 2, pendingPositions: 1 } })).toEqual({
    code: 'MAX_OPEN_POSITIONS',
    limit: 3,
    open: 3,
  });
});

it('has nothing to say where a position is open already, nor without a limit', () => {
  expect(reasonOf(maxOpenPositions, { limits, position: holding(-5), account: { openPositions: 3 } })).toBeUndefined();
  expect(reasonOf(maxOpenPositions, { account: { openPositions: 300 } })).toBeUndefined();
});
