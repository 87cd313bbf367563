import { hoursOf } from '../market-hours.ts';
import type { OpenMarket } from '../open-market.ts';
import { MarginKeeper } from './margin-keeper.ts';
import { wantedMargins } from './wanted-margins.ts';

/**
 * Null where orders are filled on paper: there the configured capital is all there is. A rehearsal is held against paper
 * trading, so that it goes by the same.
 */
export function openMargins(
  { desk, isPlayed, engine, clock, queue, trouble }: OpenMarket,
  signal: AbortSignal,
): MarginKeeper | null {
  if (desk === null || isPlayed) return null;
  return new MarginKeeper({
    ...{ source: desk.margins, questions: wantedMargins(engine), clock, signal },
    hoursOf: (time) => hoursOf(engine, time),
    onReport: (report) => queue.put(report),
    onTrouble: (text) => trouble.tell(text),
  });
}
