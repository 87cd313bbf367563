import type { Candle } from '../../src/core/candle.ts';
import type { InstrumentId } from '../../src/core/ids.ts';
import { formatClock, MINUTE_MS } from '../../src/core/time.ts';
import { ist } from './fixed-calendar.ts';

export const THURSDAY = '2026-07-30';

/** `clockAfter('09:15', 3)` is `09:18`. */
export function clockAfter(clock: string, minutes: number): string {
  return formatClock(ist(THURSDAY, clock) + minutes * MINUTE_MS).slice(0, 5);
}

/** One candle of RELIANCE on a Thursday: `[open, high, low, close]`, or one price that does not move. */
export function buildCandle(
  clock: string,
  prices: number | readonly [open: number, high: number, low: number, close: number],
  changes: Partial<Candle> & { readonly day?: string } = {},
): Candle {
  const { day = THURSDAY, ...rest } = changes;
  const [open, high, low, close] = typeof prices === 'number' ? [prices, prices, prices, prices] : prices;
  return {
    instrumentId: 'NSE:RELIANCE' as InstrumentId,
    timeframe: '1m',
    openTime: ist(day, clock),
    open,
    high,
    low,
    close,
    volume: 1_000,
    openInterest: null,
    provenance: 'import',
    ...rest,
  };
}
