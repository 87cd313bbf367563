/**
 * What this bot trades. Ready to run on the bundled sample session with `npm start`: paper trading, no account needed.
 * `npm run signalman -- config check` says what it comes to; `npm run signalman -- strategies` lists every strategy.
 */
import { defineBot } from './src/config/define-bot.ts';

const SHARES = ['NSE:RELIANCE', 'NSE:TCS', 'NSE:HDFCBANK', 'NSE:INFY', 'NSE:ICICIBANK', 'NSE:ITC', 'NSE:SBIN'];
const OPTIONS = ['NFO:NIFTY:2026-11-23:25700:CE', 'NFO:NIFTY:2026-11-23:25700:PE'];

export default defineBot({
  account: { id: 'paper', broker: 'paper', capital: 10_00_000 },
  strategies: [
    {
      id: 'ema-3m',
      strategy: 'ema-crossover',
      instruments: SHARES,
      timeframe: '3m',
      params: { fast: 9, slow: 21, stopPercent: 0.75, targetPercent: 1.5 },
      product: 'INTRADAY',
      sizing: { kind: 'percent-of-equity', percent: 10 },
    },
    {
      id: 'orb-15',
      strategy: 'opening-range-breakout',
      instruments: SHARES,
      timeframe: '5m',
      product: 'INTRADAY',
      sizing: { kind: 'risk-per-trade', percent: 0.5 },
    },
    {
      id: 'ema-options',
      strategy: 'ema-crossover',
      instruments: OPTIONS,
      timeframe: '5m',
      params: { fast: 5, slow: 13, stopPercent: 20, targetPercent: 40 },
      product: 'INTRADAY',
      sizing: { kind: 'fixed-quantity', quantity: 65 },
    },
    {
      id: 'rsi-3m',
      strategy: 'rsi-mean-reversion',
      instruments: SHARES,
      timeframe: '3m',
      product: 'INTRADAY',
      sizing: { kind: 'fixed-value', rupees: 50_000 },
    },
  ],
  // Rupees, percent, units or minutes; null switches a limit off.
  risk: {
    dailyLoss: 20_000,
    maxDrawdownPercent: 10,
    maxOpenPositions: 10,
    maxPositionPerInstrument: 5_000,
    maxOrderValue: 5_00_000,
    maxOrdersPerMinute: 60,
    maxOrdersPerDay: 150,
    priceBandPercent: 5,
    cooldownAfterStopMinutes: 15,
    losingStreak: 8,
    intradayMarginPercent: 20,
    derivativeMarginPercent: 20,
    squareOffBeforeCloseMinutes: 30,
  },
  // A wish to trade now is a limit in a band around the last price, which follows it; the broker's own bands by default.
  execution: { repriceAfterMs: 3_000, reprices: 3, entriesThen: 'cancel' },
  // Where stops and targets wait for their price.
  exits: { stop: 'broker', target: 'broker' },
  // How paper orders are filled.
  paper: { slippageBps: 2, latencyMs: 100, participationPercent: 10, limitFill: 'through', circuitPercent: null },
  replay: {
    session: 'backtest-data/session-2026-11-18.parquet',
    instruments: 'backtest-data/instruments.json',
    speed: 1_500,
  },
});
