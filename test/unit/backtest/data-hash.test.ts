import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashOfCandles } from '../../../src/backtest/data-hash.ts';
import type { CandleColumns } from '../../../src/core/candle-columns.ts';

const COLUMNS = ['openTime', 'open', 'high', 'low', 'close', 'volume'] as const;
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
const rows = fc.array(fc.tuple(numbers, numbers, numbers, numbers, numbers, numbers), { minLength: 1, maxLength: 20 });

function columnsOf(drawn: readonly (readonly number[])[], before = 0): CandleColumns {
  const column = (index: number): Float64Array => {
    // Columns of a part of a file share its memory.
    const whole = Float64Array.from([...Array<number>(before).fill(7), ...drawn.map((row) => row[index] ?? 0)]);
    return whole.subarray(before);
  };
  const [openTime, open, high, low, close, volume] = [column(0), column(1), column(2), column(3), column(4), column(5)];
  return { count: drawn.length, openTime, open, high, low, close, volume };
}

it('is the same for the same numbers, wherever they lie in memory', () => {
  fc.assert(
    fc.property(rows, fc.nat({ max: 5 }), (drawn, before) => {
      expect(hashOfCandles([columnsOf(drawn, before)])).toBe(hashOfCandles([columnsOf(drawn)]));
      expect(hashOfCandles([columnsOf(drawn)])).toMatch(/^[0-9a-f]{16}$/);
    }),
  );
});

it('changes when any number changes, be it by its last bit', () => {
  fc.assert(
    fc.property(rows, fc.nat(), fc.nat({ max: 5 }), fc.nat({ max: 63 }), (drawn, row, column, bit) => {
      const columns = columnsOf(drawn);
      const before = hashOfCandles([columns]);
      const values = columns[COLUMNS[column] ?? 'open'];
      const words = new Uint32Array(values.buffer, values.byteOffset);
      const at = (row % columns.count) * 2 + (bit >> 5);
      words[at] = (words[at] ?? 0) ^ (1 << (bit & 31));
      expect(hashOfCandles([columns])).not.toBe(before);
    }),
  );
});

it('tells the order of files and where one ends', () => {
  const [a, b] = [columnsOf([[1, 2, 3, 4, 5, 6]]), columnsOf([[1, 2, 3, 4, 5, 7]])];
  expect(hashOfCandles([a, b])).not.toBe(hashOfCandles([b, a]));
  expect(hashOfCandles([a])).not.toBe(hashOfCandles([a, b]));
});
