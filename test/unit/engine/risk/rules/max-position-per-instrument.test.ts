import { expect, it } from 'vitest';
import { maxPositionPerInstrument } from '../../../../../src/engine/risk/rules/max-position-per-instrument.ts';
import { reasonOf } from '../risk-cases.ts';

const limits = { maxPositionPerInstrument: 100 };

it("denies an entry that takes the account's position beyond the limit, on either side", () => {
  expect(reasonOf(maxPositionPerInstrument, { limits, accountQuantity: 90 })).toBeUndefined();
  expect(reasonOf(maxPositionPerInstrument, { limits, accountQuantity: 91 })).toEqual({
    code: 'MAX_POSITION_PER_INSTRUMENT',
    limit: 100,
    wanted: 101,
  });
  const short = { limits, accountQuantity: -91 };
  expect(reasonOf(maxPositionPerInstrument, short, { side: 'SELL' })).toMatchObject({ wanted: 101 });
});

it('allows an entry that makes a position smaller, even one above the limit', () => {
  expect(reasonOf(maxPositionPerInstrument, { limits, accountQuantity: 500 }, { side: 'SELL' })).toBeUndefined();
  expect(reasonOf(maxPositionPerInstrument, { limits, accountQuantity: -500 }, { side: 'BUY' })).toBeUndefined();
});

it('holds a position that is turned round against the limit too', () => {
  const turned = (accountQuantity: number, quantity: number) =>
    reasonOf(maxPositionPerInstrument, { limits, accountQuantity }, { side: 'SELL', quantity });
  expect(turned(110, 210)).toBeUndefined();
  expect(turned(110, 211)).toMatchObject({ wanted: 101 });
  expect(turned(500, 900), 'smaller, but on the other side').toMatchObject({ wanted: 400 });
  expect(turned(500, 500), 'closed').toBeUndefined();
});

it('is off without a limit', () => {
  expect(reasonOf(maxPositionPerInstrument, { accountQuantity: 1_000_000 })).toBeUndefined();
});
