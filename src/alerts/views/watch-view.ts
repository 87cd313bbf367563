import { roundPrice } from '../../core/money.ts';
import { type EpochMs, MINUTE_MS } from '../../core/time.ts';
import type { WatchedInstrument } from '../../ports/account-views.ts';
import { formatChange, formatInstrument, formatPrice } from '../format-values.ts';
import { spanOf } from './status-view.ts';

/** `RELIANCE 1,410.00, +0.55%, spread 0.10, 3 min old` */
export function watchLine(watched: WatchedInstrument, now: EpochMs): string {
  const { instrumentId, lastPrice, time, bid, ask, firstPrice } = watched;
  const name = formatInstrument(instrumentId);
  if (lastPrice === null || time === null) return `${name}: no price yet`;
  const parts = [
    `${name} ${formatPrice(lastPrice)}`,
    ...(firstPrice === null ? [] : [formatChange((lastPrice / firstPrice - 1) * 100)]),
    ...(bid === null || ask === null ? [] : [`spread ${formatPrice(roundPrice(ask - bid))}`]),
    ...(now - time > MINUTE_MS ? [`${spanOf(now - time)} old`] : []),
  ];
  return parts.join(', ');
}
