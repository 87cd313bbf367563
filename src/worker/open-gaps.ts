import type { Logger } from '../logging/logger.ts';
import { GapFiller } from './gap-filler.ts';
import type { OpenMarket } from './open-market.ts';

const PATIENCE_MS = 10_000;
/** The budget lets two calls for candles through in 1.1 s. */
const PATIENCE_EACH_MS = 600;

/** Fills gaps of the market's stream, and says what it could not fill. */
export function openGaps(market: OpenMarket, signal: AbortSignal, log: Logger): GapFiller {
  return new GapFiller({
    ...{ history: market.history, clock: market.wireClock, signal },
    patienceMs: PATIENCE_MS + PATIENCE_EACH_MS * market.engine.instruments.length,
    onFilled: (count) => {
      log.info({ candles: count }, 'Filled a gap of the stream from history');
      const text = `${count} candles that the stream missed were fetched from the broker's history`;
      if (count > 0) market.trouble.tell(text, { topic: 'backfill', level: 'info' });
    },
    onMissed: (id, reason) =>
      market.trouble.tell(
        `Candles of ${id} that the stream missed could not be fetched (${reason}): they stay marked as having a gap`,
        { topic: 'backfill' },
      ),
  });
}
