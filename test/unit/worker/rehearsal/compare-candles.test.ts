import { expect, it } from 'vitest';
import { compareCandles } from '../../../../src/worker/rehearsal/compare-candles.ts';
import { buildCandle } from '../../../support/build-candle.ts';

const TEN = buildCandle('10:00', 100);
const NEXT = buildCandle('10:01', 101);

it('finds no difference in where a candle came from', () => {
  expect(compareCandles([TEN, NEXT], [NEXT, { ...TEN, provenance: 'backfill', openInterest: 5 }])).toEqual([]);
});

it('names what is missing, what differs and what is too much', () => {
  const name = `${TEN.instrumentId} ${TEN.timeframe}`;
  expect(compareCandles([TEN, NEXT], [{ ...TEN, volume: TEN.volume + 1 }])).toEqual([
    expect.stringMatching(new RegExp(`^${name} .*10:00.*: expected .*, found .*`)),
    expect.stringMatching(/10:01.*: missing$/),
  ]);
  expect(compareCandles([TEN], [TEN, NEXT])).toEqual([expect.stringMatching(/10:01.*: not of this session$/)]);
});
