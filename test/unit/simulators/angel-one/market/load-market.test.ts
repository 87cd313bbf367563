import { expect, it } from 'vitest';
import { openLoadMarket } from '../../../../../src/simulators/angel-one/market/load-market.ts';
import { listingsOf } from '../../../../../src/simulators/angel-one/master/make-master.ts';
import { fixedCalendar, testInstrument } from '../../../../support/fixed-calendar.ts';

it('spreads its prints over all instruments, with sequences that rise by one, and ends when asked to', async () => {
  const listings = listingsOf(Array.from({ length: 20 }, (_, i) => testInstrument(`NSE:LOAD${i}`)));
  const market = openLoadMarket({ listings, calendar: fixedCalendar, ticksPerSecond: 4_000, prints: 400 });
  const sequences = new Map<string, number[]>();
  market.onTick(({ listing, sequence }) => {
    const known = sequences.get(listing.token) ?? [];
    sequences.set(listing.token, [...known, sequence]);
  });
  market.start();
  market.start();
  await market.ended;
  market.close();
  expect(sequences.size).toBe(20);
  for (const seen of sequences.values()) {
    expect(seen).toHaveLength(20);
    expect(seen.every((each, at) => at === 0 || each === (seen[at - 1] ?? 0) + 1)).toBe(true);
  }
});
