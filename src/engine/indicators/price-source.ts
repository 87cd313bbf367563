import type { Candle } from '../../core/candle.ts';
import type { Rupees } from '../../core/money.ts';

/** Which price of a candle an indicator follows; `hl2` and `hlc3` are means of the named prices. */
export type PriceSource = 'close' | 'open' | 'high' | 'low' | 'hl2' | 'hlc3';

export function priceOf(candle: Candle, source: PriceSource): Rupees {
  // Nearly every indicator follows the close: one comparison decides it.
  if (source === 'close') return candle.close;
  switch (source) {
    case 'open':
      return candle.open;
    case 'high':
      return candle.high;
    case 'low':
      return candle.low;
    case 'hl2':
      return (candle.high + candle.low) / 2;
    case 'hlc3':
      return typicalPrice(candle);
  }
}

export function typicalPrice(candle: Candle): Rupees {
  return (candle.high + candle.low + candle.close) / 3;
}
