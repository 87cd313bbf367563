import type { Logger } from '../logging/logger.ts';
import { keepHeartbeat } from './heartbeat.ts';
import type { MarketQueue } from './market-queue.ts';
import type { BotControl } from './open-control.ts';
import type { OutageWatch } from './outage-watch.ts';

export interface HeartbeatParts {
  /** Null: nobody watches. */
  readonly url: string | null;
  readonly outage: Pick<OutageWatch, 'isAway'>;
  readonly control: Pick<BotControl, 'isDeaf'> | null;
  readonly queue: Pick<MarketQueue, 'length'>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Prices come by the hundred in a second; so many wait only where nothing is taken any more. */
const STUCK_LENGTH = 10_000;

export async function startHeartbeat({ url, outage, control, queue, log, signal }: HeartbeatParts): Promise<void> {
  if (url === null) return;
  const ills = (): readonly string[] => [
    ...(outage.isAway ? ['The database is away'] : []),
    ...(control?.isDeaf() ? ['Telegram does not answer'] : []),
    ...(queue.length > STUCK_LENGTH ? [`${queue.length} prices and updates wait to be taken`] : []),
  ];
  await keepHeartbeat({ url, ills, log, signal });
}
