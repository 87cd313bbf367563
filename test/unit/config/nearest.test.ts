import { describe, expect, it } from 'vitest';
import { nearestOf } from '../../../src/config/nearest.ts';

const NAMES = ['NSE:RELIANCE', 'NSE:TCS', 'NSE:INFY', 'ema-crossover'];

describe('nearestOf', () => {
  it.each([
    ['NSE:RELAINCE', 'NSE:RELIANCE'],
    ['nse:tcs', 'NSE:TCS'],
    ['NSE:INFI', 'NSE:INFY'],
    ['ema_crosover', 'ema-crossover'],
  ])('takes %s for %s', (word, name) => {
    expect(nearestOf(word, NAMES)).toBe(name);
  });

  it('is silent when nothing is close', () => {
    expect(nearestOf('supertrend', NAMES)).toBeUndefined();
    expect(nearestOf('x', [])).toBeUndefined();
  });
});
