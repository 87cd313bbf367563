import { describe, expect, it } from 'vitest';
import { readTexts } from '../../../../src/engine/strategy/param-text.ts';

describe('readTexts', () => {
  it('reads numbers and truth values, and leaves other texts for the schema to judge', () => {
    const texts = {
      a: '9',
      b: '-1.5',
      c: '.5',
      d: 'true',
      e: 'false',
      f: '14:30',
      g: '',
      h: '0x10',
      i: '1e3',
      j: ' 7',
      k: 'NaN',
    };
    const read = {
      a: 9,
      b: -1.5,
      c: 0.5,
      d: true,
      e: false,
      f: '14:30',
      g: '',
      h: '0x10',
      i: '1e3',
      j: ' 7',
      k: 'NaN',
    };
    expect(readTexts(texts)).toEqual(read);
  });

  it('leaves values that are no texts, and inputs that are no objects', () => {
    expect(readTexts({ a: 9, b: true, c: null, d: ['1'] })).toEqual({ a: 9, b: true, c: null, d: ['1'] });
    expect(readTexts('9')).toBe('9');
    expect(readTexts(null)).toBeNull();
    expect(readTexts(['9'])).toEqual(['9']);
  });
});
