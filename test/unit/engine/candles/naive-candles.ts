import type { Candle } from '../../../../src/core/candle.ts';
import type { MarketSession } from '../../../../src/core/market-session.ts';
import type { Tick } from '../../../../src/core/tick.ts';
import { MINUTE_MS } from '../../../../src/core/time.ts';
import { type Timeframe, timeframeMs } from '../../../../src/core/timeframe.ts';

/**
 * The same candles computed the slow way, after the fact: sort one day's ticks by time, group, fold. For cumulative
 * volumes that never fall, and ticks that all have different times.
 */
export function naiveMinutes(ticks: readonly Tick[], session: MarketSession): Candle[] {
  const sorted = ticks
    .filter((tick) => tick.time >= session.open && tick.time < session.close)
    .sort((a, b) => a.time - b.time);
  const first = sorted[0];
  if (first === undefined) return [];
  let before = first.time < session.open + MINUTE_MS ? 0 : first.volume;
  const groups = Map.groupBy(sorted, (tick) => Math.floor((tick.time - session.open) / MINUTE_MS));
  return [...groups].map(([minute, group]) => {
    const prices = group.map((tick) => tick.lastPrice);
    const cumulative = Math.max(...group.map((tick) => tick.volume));
    const volume = cumulative - before;
    before = cumulative;
    return {
      instrumentId: first.instrumentId,
      timeframe: '1m',
      openTime: session.open + minute * MINUTE_MS,
      open: prices[0] ?? 0,
      high: Math.max(...prices),
      low: Math.min(...prices),
      close: prices.at(-1) ?? 0,
      volume,
      openInterest: group.findLast((tick) => tick.openInterest !== null)?.openInterest ?? null,
      provenance: 'live',
    };
  });
}

export function naiveRollUp(base: readonly Candle[], timeframe: Timeframe, session: MarketSession): Candle[] {
  const length = timeframeMs(timeframe);
  const groups = Map.groupBy(base, (candle) => Math.floor((candle.openTime - session.open) / length));
  return [...groups].flatMap(([index, parts]) => {
    const [first, last] = [parts[0], parts.at(-1)];
    if (first === undefined || last === undefined) return [];
    return {
      instrumentId: first.instrumentId,
      timeframe,
      openTime: session.open + index * length,
      open: first.open,
      high: Math.max(...parts.map((part) => part.high)),
      low: Math.min(...parts.map((part) => part.low)),
      close: last.close,
      volume: parts.reduce((sum, part) => sum + part.volume, 0),
      openInterest: last.openInterest,
      provenance: first.provenance,
    };
  });
}
