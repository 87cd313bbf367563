import { z } from 'zod';
import { type EpochMs, formatIst } from '../../../core/time.ts';
import type { Timeframe } from '../../../core/timeframe.ts';
import type { Outcome } from '../../../ports/outcome.ts';
import type { RestClient } from './rest-client.ts';
import { listOf, numeric } from './wire-values.ts';

const INTERVALS: Readonly<Record<Timeframe, string>> = {
  '1m': 'ONE_MINUTE',
  '3m': 'THREE_MINUTE',
  '5m': 'FIVE_MINUTE',
  '10m': 'TEN_MINUTE',
  '15m': 'FIFTEEN_MINUTE',
  '30m': 'THIRTY_MINUTE',
  '60m': 'ONE_HOUR',
  '1d': 'ONE_DAY',
};

/** Days that one call may ask for. */
export const MOST_DAYS: Readonly<Record<Timeframe, number>> = {
  ...{ '1m': 30, '3m': 60, '5m': 100, '10m': 100, '15m': 200, '30m': 200, '60m': 400, '1d': 2_000 },
};

const candleRow = z
  .tuple([z.iso.datetime({ offset: true }), numeric, numeric, numeric, numeric, numeric])
  .transform(([stamp, open, high, low, close, volume]) => ({
    ...{ openTime: Date.parse(stamp), open, high, low, close, volume },
  }));
export type CandleRow = z.output<typeof candleRow>;

/** Candles that open in [from, to), oldest first, as the broker has them: the last one may be forming. */
export function candles(
  client: RestClient,
  query: {
    readonly exchange: string;
    readonly token: string;
    readonly timeframe: Timeframe;
    readonly from: EpochMs;
    readonly to: EpochMs;
  },
): Promise<Outcome<readonly CandleRow[]>> {
  const { exchange, token, timeframe, from, to } = query;
  return client.call({
    ...{ class: 'candles', priority: 'history', method: 'POST', isWrite: false },
    ...{ path: '/rest/secure/angelbroking/historical/v1/getCandleData', schema: listOf(candleRow), empty: [] },
    body: {
      exchange,
      symboltoken: token,
      interval: INTERVALS[timeframe],
      fromdate: minuteText(from),
      todate: minuteText(to),
    },
  });
}

/** `2026-08-17 09:15`, Indian time. */
function minuteText(time: EpochMs): string {
  return formatIst(time).slice(0, 16).replace('T', ' ');
}
