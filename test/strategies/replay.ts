import { instrumentOf } from '../../src/backtest/backtest-instrument.ts';
import { BacktestSession } from '../../src/backtest/backtest-session.ts';
import { CandleCursor } from '../../src/backtest/candle-stream.ts';
import { loadChargeRates } from '../../src/config/load-charge-rates.ts';
import { loadMarketCalendar } from '../../src/config/load-market-calendar.ts';
import type { Candle } from '../../src/core/candle.ts';
import type { CandleColumns } from '../../src/core/candle-columns.ts';
import type { BookedFill } from '../../src/core/fill.ts';
import type { InstrumentId, StrategyId } from '../../src/core/ids.ts';
import { toPaise } from '../../src/core/money.ts';
import type { Signal } from '../../src/core/signal.ts';
import type { EpochMs } from '../../src/core/time.ts';
import type { Timeframe } from '../../src/core/timeframe.ts';
import { NO_LIMITS } from '../../src/engine/risk/default-limits.ts';
import type { Strategy } from '../../src/engine/strategy/strategy.ts';
import { instantiate } from '../../src/engine/strategy/strategy-instance.ts';
import { createChargeModel } from '../../src/simulation/charge-model.ts';
import { DEFAULT_FILL_RULES } from '../../src/simulation/fill-model.ts';

const calendar = loadMarketCalendar();
const charges = createChargeModel(loadChargeRates(), 'angel-one');
const ID = 'NSE:TESTCO' as InstrumentId;

export interface Replayed {
  /** As they were decided, in order. */
  readonly signals: readonly Signal[];
  readonly fills: readonly BookedFill[];
  /** When the last candle ended. */
  readonly end: EpochMs;
}

/** The candles through the engine and the simulated exchange, as a backtest has them; nothing is closed at the end. */
export function replay(strategy: Strategy, params: object, candles: CandleColumns, timeframe: Timeframe): Replayed {
  const instruments = [instrumentOf(ID)];
  const signals: Signal[] = [];
  const fills: BookedFill[] = [];
  const options = { id: strategy.name as StrategyId, instruments, timeframe };
  const session = new BacktestSession(
    {
      instruments,
      calendar,
      strategies: [
        {
          instance: instantiate(strategy, strategy.params.parse(params), options),
          product: 'INTRADAY',
          sizing: { kind: 'fixed-quantity', quantity: 1 },
        },
      ],
      limits: NO_LIMITS,
      capitalPaise: toPaise(1_000_000),
      charges,
      graceMs: 0,
      rules: DEFAULT_FILL_RULES,
    },
    (effect) => {
      if (effect.type === 'signalDecided') signals.push(effect.signal);
      if (effect.type === 'fillBooked') fills.push(effect.fill);
    },
  );
  const cursor = new CandleCursor({ ...candles, instrumentId: ID, timeframe }, instrumentOf(ID), calendar);
  let end = Number.NEGATIVE_INFINITY;
  for (; cursor.candle; cursor.next()) {
    session.onCandle(cursor.candle, cursor.end);
    end = cursor.end;
  }
  return { signals, fills, end };
}

export function columnsOf(
  candles: readonly Pick<Candle, 'openTime' | 'open' | 'high' | 'low' | 'close' | 'volume'>[],
): CandleColumns {
  const column = (name: 'openTime' | 'open' | 'high' | 'low' | 'close' | 'volume'): Float64Array =>
    Float64Array.from(candles, (candle) => candle[name]);
  return {
    count: candles.length,
    ...{ openTime: column('openTime'), open: column('open'), high: column('high') },
    ...{ low: column('low'), close: column('close'), volume: column('volume') },
  };
}

/** Rows `from` (inclusive) to `to` (exclusive). */
export function rowsOf(columns: CandleColumns, from: number, to: number): CandleColumns {
  const cut = (values: Float64Array): Float64Array => values.slice(from, to);
  const { openTime, open, high, low, close, volume } = columns;
  return {
    count: Math.max(0, Math.min(to, columns.count) - from),
    ...{
      openTime: cut(openTime),
      open: cut(open),
      high: cut(high),
      low: cut(low),
      close: cut(close),
      volume: cut(volume),
    },
  };
}
