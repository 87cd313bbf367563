import { instrumentOf } from '../src/backtest/backtest-instrument.ts';
import { BacktestSession } from '../src/backtest/backtest-session.ts';
import { BacktestTally } from '../src/backtest/backtest-tally.ts';
import { CandleCursor } from '../src/backtest/candle-stream.ts';
import { loadChargeRates } from '../src/config/load-charge-rates.ts';
import { loadMarketCalendar } from '../src/config/load-market-calendar.ts';
import type { InstrumentId, StrategyId } from '../src/core/ids.ts';
import { toPaise } from '../src/core/money.ts';
import { NO_LIMITS } from '../src/engine/risk/default-limits.ts';
import { instantiate } from '../src/engine/strategy/strategy-instance.ts';
import { createChargeModel } from '../src/simulation/charge-model.ts';
import { DEFAULT_FILL_RULES } from '../src/simulation/fill-model.ts';
import { generateCandles } from '../src/simulation/generate-candles.ts';
import { strategies } from '../strategies/index.ts';

const CANDLES = 1_000_000;
/** The compiler needs a few million candles to have seen everything; those rounds are not counted. */
const WARM_UP = 3;
const ROUNDS = 9;

/** EMA crossover with stop, target and full charges over a million one-minute candles, engine and exchange only. */
export const bench = {
  name: 'backtest_engine',
  async run(): Promise<Record<string, number>> {
    const id = 'NSE:BENCH' as InstrumentId;
    const columns = {
      ...generateCandles({ seed: 'bench', count: CANDLES, startPrice: 1_000 }),
      instrumentId: id,
      timeframe: '1m' as const,
    };
    const speeds: number[] = [];
    let trades = 0;
    for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
      const tally = new BacktestTally();
      const session = openSession(id, tally);
      const cursor = new CandleCursor(columns, instrumentOf(id), loadMarketCalendar());
      const startedAt = performance.now();
      for (; cursor.candle; cursor.next()) session.onCandle(cursor.candle, cursor.end);
      const perSecond = (CANDLES / (performance.now() - startedAt)) * 1_000;
      if (round >= WARM_UP) speeds.push(perSecond);
      trades = tally.trades.length;
    }
    speeds.sort((a, b) => a - b);
    return { backtest_candles_per_s: Math.round(speeds[ROUNDS >> 1] ?? 0), backtest_trades: trades };
  },
};

function openSession(id: InstrumentId, tally: BacktestTally): BacktestSession {
  const instruments = [instrumentOf(id)];
  const strategy = strategies.get('ema-crossover');
  if (!strategy) throw new Error('Expected the strategy "ema-crossover"');
  const params = strategy.params.parse({ stopPercent: 0.5, targetPercent: 1 });
  return new BacktestSession(
    {
      instruments,
      calendar: loadMarketCalendar(),
      strategies: [
        {
          instance: instantiate(strategy, params, { id: 'ema' as StrategyId, instruments, timeframe: '1m' }),
          product: 'INTRADAY',
          sizing: { kind: 'fixed-quantity', quantity: 1 },
        },
      ],
      limits: NO_LIMITS,
      capitalPaise: toPaise(1_000_000),
      charges: createChargeModel(loadChargeRates(), 'angel-one'),
      graceMs: 1_500,
      rules: DEFAULT_FILL_RULES,
    },
    (effect) => tally.take(effect),
  );
}
