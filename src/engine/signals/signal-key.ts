import type { InstrumentId, SignalKey, StrategyId } from '../../core/ids.ts';
import type { SignalKind } from '../../core/signal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { Timeframe } from '../../core/timeframe.ts';

/** One decision of one strategy on one candle has one key, however often it is computed. */
export function signalKey(
  strategyId: StrategyId,
  instrumentId: InstrumentId,
  timeframe: Timeframe,
  candleTime: EpochMs,
  kind: SignalKind,
): SignalKey {
  return `${strategyId}|${instrumentId}|${timeframe}|${candleTime}|${kind}` as SignalKey;
}
