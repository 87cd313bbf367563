import type { Provenance } from '../../core/candle.ts';

/** How far from the exchange's own stream: what we saw, what a file says, what a broker says, what we know to be incomplete. */
const RANK: Readonly<Record<Provenance, number>> = { live: 0, import: 1, backfill: 2, 'live-with-gap': 3 };

/** A candle rolled up from several is as trustworthy as its worst part. */
export function worstProvenance(a: Provenance, b: Provenance): Provenance {
  return a === b || RANK[a] >= RANK[b] ? a : b;
}
