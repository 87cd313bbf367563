import { DAY_MS, type EpochMs, MINUTE_MS } from './time.ts';

/** One-minute candles are the base; larger ones are rolled up from them, never from ticks. */
export const TIMEFRAMES = ['1m', '3m', '5m', '10m', '15m', '30m', '60m', '1d'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

const MINUTES: Readonly<Record<Timeframe, number>> = {
  '1m': 1,
  '3m': 3,
  '5m': 5,
  '10m': 10,
  '15m': 15,
  '30m': 30,
  '60m': 60,
  '1d': DAY_MS / MINUTE_MS,
};

/** Length in milliseconds. A `1d` candle really spans one session; its nominal length is a day. */
export function timeframeMs(timeframe: Timeframe): number {
  return MINUTES[timeframe] * MINUTE_MS;
}

/** Where a candle ends, exclusive: the day's last candle is cut at the session's close, a `1d` candle always ends there. */
export function candleEnd(openTime: EpochMs, timeframe: Timeframe, sessionClose: EpochMs): EpochMs {
  return timeframe === '1d' ? sessionClose : Math.min(openTime + timeframeMs(timeframe), sessionClose);
}
