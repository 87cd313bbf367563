import { describe, expect, it } from 'vitest';
import { isTerminal, ORDER_STATUSES } from '../../../src/core/order-status.ts';

describe('isTerminal', () => {
  it('is true of the four statuses that nothing follows, and of no other', () => {
    expect(ORDER_STATUSES.filter(isTerminal)).toEqual(['FILLED', 'CANCELED', 'REJECTED', 'EXPIRED']);
  });

  it('is false of an outcome that is not known', () => {
    expect(isTerminal('UNKNOWN')).toBe(false);
  });
});
