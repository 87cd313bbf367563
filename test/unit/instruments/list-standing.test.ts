import { describe, expect, it } from 'vitest';
import type { ImportFacts } from '../../../src/db/import-listings.ts';
import { standingOf } from '../../../src/instruments/list-standing.ts';
import { fixedCalendar, ist } from '../../support/fixed-calendar.ts';

function factsOf(listTime: number, givenTime: number | null = null): ImportFacts {
  return {
    ...{
      broker: 'angel-one',
      source: 'here',
      listTime,
      givenTime,
      importedTime: listTime,
      rows: 1,
      listed: 1,
      added: 1,
    },
    ...{ moved: 0, vanished: 0, refused: {} },
  };
}

const standing = (facts: ImportFacts | undefined, now: number) => standingOf(facts, now, fixedCalendar);

describe('the standing of the stored list', () => {
  it('of today is good for everything', () => {
    const now = ist('2026-11-20', '15:00');
    expect(standing(factsOf(ist('2026-11-20', '08:30')), now)).toEqual({
      ...{ isTodays: true, canTradeDerivatives: true, warning: null },
    });
  });

  it('of the day before is not good for contracts, and says of when it is', () => {
    expect(standing(factsOf(ist('2026-11-19', '08:30')), ist('2026-11-20', '09:15'))).toEqual({
      ...{ isTodays: false, canTradeDerivatives: false },
      warning:
        'The list of instruments is of 2026-11-19T08:30:00+05:30, 1 trading day old: futures and options are not traded from it.',
    });
  });

  it('of Friday is good until Monday begins', () => {
    const friday = factsOf(ist('2026-11-20', '08:30'));
    expect(standing(friday, ist('2026-11-22', '23:59'))).toMatchObject({ isTodays: false, canTradeDerivatives: true });
    expect(standing(friday, ist('2026-11-23', '00:00'))).toMatchObject({ canTradeDerivatives: false });
  });

  it('got today is not good for contracts when the broker itself calls it old', () => {
    const now = ist('2026-11-20', '08:35');
    const got = ist('2026-11-20', '08:30');
    expect(standing(factsOf(got, ist('2026-11-19', '08:30')), now).canTradeDerivatives, 'made last night').toBe(true);
    const old = standing(factsOf(got, ist('2026-11-18', '08:30')), now);
    expect(old).toMatchObject({ isTodays: true, canTradeDerivatives: false });
    expect(old.warning).toContain('2 trading days old: futures and options are not traded from it.');
  });

  it('that never was says what to do', () => {
    expect(standing(undefined, ist('2026-11-20', '08:35'))).toMatchObject({
      ...{ canTradeDerivatives: false, warning: 'There is no list of instruments: run "instruments import" first.' },
    });
  });
});
