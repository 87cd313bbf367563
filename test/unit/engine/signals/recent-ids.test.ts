import { describe, expect, it } from 'vitest';
import { RecentIds } from '../../../../src/engine/signals/recent-ids.ts';

describe('recent ids', () => {
  it('are known from when they were added', () => {
    const ids = new RecentIds();
    expect(ids.has('a')).toBe(false);
    ids.add('a');
    expect(ids.has('a')).toBe(true);
    expect(ids.has('b')).toBe(false);
  });

  it('are known on the next trading day and gone on the one after', () => {
    const ids = new RecentIds();
    ids.add('monday');
    ids.startDay();
    ids.add('tuesday');
    expect(ids.has('monday')).toBe(true);
    ids.startDay();
    ids.add('wednesday');
    expect(['monday', 'tuesday', 'wednesday'].map((id) => ids.has(id))).toEqual([false, true, true]);
  });

  it('outlive a weekend on which only the clock goes on', () => {
    const ids = new RecentIds();
    ids.add('friday');
    for (let day = 0; day < 3; day += 1) ids.startDay();
    expect(ids.has('friday')).toBe(true);
  });
});
