import { describe, expect, it } from 'vitest';
import { retyped } from '../../../../src/simulators/angel-one/rest/retype.ts';

const ROW = {
  orderid: '261117000100001',
  ordertag: '1234',
  price: 10.5,
  quantity: '7',
  text: '12',
  expirydate: '',
  n: null,
};

describe('the type of numbers', () => {
  it('is that of the field tables, all text, or all numbers, and names stay names', () => {
    expect(retyped([ROW], 'documented')).toEqual([ROW]);
    expect(retyped([ROW], 'strings')).toEqual([{ ...ROW, price: '10.5' }]);
    expect(retyped({ data: [ROW] }, 'numbers')).toEqual({ data: [{ ...ROW, quantity: 7 }] });
  });
});
