import { expect, it } from 'vitest';
import { noPositionToExit } from '../../../../../src/engine/risk/rules/no-position-to-exit.ts';
import { holding, reasonOf } from '../risk-cases.ts';

it('denies an exit where nothing is held', () => {
  expect(reasonOf(noPositionToExit, { position: holding(0) })).toEqual({ code: 'NO_POSITION_TO_EXIT' });
  expect(reasonOf(noPositionToExit, { position: holding(1) })).toBeUndefined();
  expect(reasonOf(noPositionToExit, { position: holding(-1) })).toBeUndefined();
  expect(noPositionToExit.appliesTo).toBe('EXIT');
});
