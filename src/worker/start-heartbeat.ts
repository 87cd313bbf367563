import type { Messenger } from '../alerts/telegram/messenger.ts';
import { formatClock, MINUTE_MS } from '../core/time.ts';
import type { Logger } from '../logging/logger.ts';
import type { Clock } from '../ports/clock.ts';
import { keepHeartbeat } from './heartbeat.ts';
import type { MarketQueue } from './market-queue.ts';
import type { BotControl } from './open-control.ts';
import type { OutageWatch } from './outage-watch.ts';
import { SystemClock } from './system-clock.ts';

export interface HeartbeatParts {
  /** Null: nobody watches. */
  readonly url: string | null;
  readonly outage: Pick<OutageWatch, 'isAway'>;
  readonly control: Pick<BotControl, 'isDeaf'> | null;
  /** Null: nobody is told by Telegram. */
  readonly messenger: Pick<Messenger, 'muteSince'> | null;
  readonly queue: Pick<MarketQueue, 'length'>;
  readonly log: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
  /** The messenger's. */
  readonly clock?: Pick<Clock, 'now'>;
}

/** Prices come by the hundred in a second; so many wait only where nothing is taken any more. */
const STUCK_LENGTH = 10_000;
/** Telegram may be away, or ask for fewer messages, for a moment. */
const MUTE_MS = 3 * MINUTE_MS;

export async function startHeartbeat(parts: HeartbeatParts): Promise<void> {
  const { url, outage, control, messenger, queue, log, signal, clock = new SystemClock() } = parts;
  if (url === null) return;
  const ills = (): readonly string[] => {
    const muteSince = messenger?.muteSince ?? null;
    const isMute = muteSince !== null && clock.now() - muteSince > MUTE_MS;
    return [
      ...(outage.isAway ? ['The database is away'] : []),
      ...(control?.isDeaf() ? ['Telegram does not answer'] : []),
      ...(isMute ? [`Telegram takes no messages since ${formatClock(muteSince)}`] : []),
      ...(queue.length > STUCK_LENGTH ? [`${queue.length} prices and updates wait to be taken`] : []),
    ];
  };
  await keepHeartbeat({ url, ills, log, signal });
}
