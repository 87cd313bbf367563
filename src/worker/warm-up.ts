import type { Candle } from '../core/candle.ts';
import { DAY_MS, dayOf, type EpochMs } from '../core/time.ts';
import { timeframeMs } from '../core/timeframe.ts';
import type { EngineOptions, TradingEngine } from '../engine/trading-engine.ts';
import type { MarketEvent } from '../ports/market-event.ts';
import type { GapFiller } from './gap-filler.ts';

const MOST_DAYS = 15;

/**
 * Brings the engine what was traded before the worker began: today's candles, and those of as many sessions before as the
 * strategies have to know. `tell` is told that the stream was not there. Returns the candles that closed.
 */
export async function warmUp(
  engine: Pick<TradingEngine, 'warmUp'>,
  options: EngineOptions,
  span: { readonly from: EpochMs; readonly to: EpochMs },
  gaps: Pick<GapFiller, 'before'>,
  tell: (event: MarketEvent) => void,
): Promise<readonly Candle[]> {
  if (span.from >= span.to) return [];
  const missed: MarketEvent = { type: 'gap', instrumentIds: options.instruments.map(({ id }) => id), ...span };
  const past: Candle[] = [];
  for await (const event of gaps.before(missed)) if (event.type === 'candle') past.push(event.candle);
  // What the engine wants after it has taken up an earlier run would go under among the effects of past candles.
  tell({ type: 'gap', instrumentIds: [], ...span });
  const effects = engine.warmUp(past);
  tell(missed);
  return effects.flatMap((effect) => (effect.type === 'candleClosed' ? [effect.candle] : []));
}

/** From when on candles are needed: the open of the earliest session, `days` back at most, today included. */
export function warmUpFrom(
  { instruments, calendar, strategies }: EngineOptions,
  now: EpochMs,
  days = MOST_DAYS,
): EpochMs {
  const neededMs = strategies.reduce((most, { instance }) => {
    return Math.max(most, instance.warmUp * Math.max(...instance.timeframes.map(timeframeMs)));
  }, 0);
  let from = now;
  let coveredMs = 0;
  for (let back = 0; back < days && (back === 0 || coveredMs < neededMs); back += 1) {
    const day = dayOf(now - back * DAY_MS);
    const hours = instruments.flatMap((each) => calendar.sessionOn(each, day) ?? []).filter(({ open }) => open < now);
    if (hours.length === 0) continue;
    from = Math.min(...hours.map(({ open }) => open));
    coveredMs += Math.min(now, Math.max(...hours.map(({ close }) => close))) - from;
  }
  return from;
}
