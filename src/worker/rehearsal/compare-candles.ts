import type { Candle } from '../../core/candle.ts';
import type { Tick } from '../../core/tick.ts';
import { formatIst } from '../../core/time.ts';
import { type EngineOptions, TradingEngine } from '../../engine/trading-engine.ts';
import { TickGate } from '../../feed/tick-gate.ts';
import type { MarketEvent } from '../../ports/market-event.ts';
import { liveSteps } from '../live-steps.ts';

/** Every candle of a session, of all instruments and timeframes, as it is when nothing goes wrong. */
export function candlesOf(ticks: readonly Tick[], options: EngineOptions): readonly Candle[] {
  const engine = new TradingEngine(options);
  const candles: Candle[] = [];
  const stepped = {
    get nextTimer() {
      return engine.nextTimer;
    },
    tell: (event: MarketEvent) => {
      for (const effect of engine.handle(event)) if (effect.type === 'candleClosed') candles.push(effect.candle);
    },
  };
  const take = (event: MarketEvent): void => {
    for (const _ of liveSteps(stepped, event, () => {}));
  };
  const gate = new TickGate();
  for (const tick of ticks) if (gate.takes(tick)) take({ type: 'tick', tick });
  while (Number.isFinite(engine.nextTimer)) take({ type: 'timer', time: engine.nextTimer });
  return candles;
}

/**
 * What differs, one line each. Open interest is not compared: past candles of the broker come without it. Neither is the
 * provenance: it says how a candle was come by, which is what may differ.
 */
export function compareCandles(expected: readonly Candle[], found: readonly Candle[]): readonly string[] {
  const left = new Map(found.map((candle) => [nameOf(candle), candle]));
  const differences: string[] = [];
  for (const candle of expected) {
    const name = nameOf(candle);
    const other = left.get(name);
    left.delete(name);
    if (other === undefined) differences.push(`${name}: missing`);
    else if (pricesOf(candle) !== pricesOf(other)) {
      differences.push(`${name}: expected ${pricesOf(candle)}, found ${pricesOf(other)} (${other.provenance})`);
    }
  }
  for (const name of left.keys()) differences.push(`${name}: not of this session`);
  return differences;
}

function nameOf({ instrumentId, timeframe, openTime }: Candle): string {
  return `${instrumentId} ${timeframe} ${formatIst(openTime)}`;
}

function pricesOf({ open, high, low, close, volume }: Candle): string {
  return `${open} ${high} ${low} ${close} x ${volume}`;
}
