import { expect, it } from 'vitest';
import { squareOffWindow } from '../../../../../src/engine/risk/rules/square-off-window.ts';
import { at, NEXT_DAY, reasonOf, sessionOf } from '../risk-cases.ts';

it('denies an intraday entry from the square-off time on', () => {
  const from = at('15:20:00');
  expect(reasonOf(squareOffWindow, { now: from - 1 })).toBeUndefined();
  expect(reasonOf(squareOffWindow, { now: from })).toEqual({ code: 'SQUARE_OFF_WINDOW', at: from, from });
});

it("denies an intraday entry for another day's session", () => {
  const changes = { now: at('18:00:00'), session: sessionOf(NEXT_DAY), squareOffTime: at('15:20:00', NEXT_DAY) };
  expect(reasonOf(squareOffWindow, changes)).toMatchObject({
    code: 'SQUARE_OFF_WINDOW',
    from: at('15:20:00', NEXT_DAY),
  });
});

it('has nothing to say of other products, nor without a square-off time', () => {
  const now = at('15:29:00');
  expect(reasonOf(squareOffWindow, { now, product: 'DELIVERY' })).toBeUndefined();
  expect(reasonOf(squareOffWindow, { now, squareOffTime: null })).toBeUndefined();
});
