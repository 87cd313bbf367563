/**
 * The synthetic market that ships in `backtest-data/`: what is in it and how it is drawn. Real names, invented prices.
 */
import type { InstrumentId } from '../src/core/ids.ts';
import { type Instrument, parseInstrumentId } from '../src/core/instrument.ts';
import type { MarketCalendar } from '../src/core/market-session.ts';
import type { Tick } from '../src/core/tick.ts';
import { type DayNumber, formatDay, parseDay } from '../src/core/time.ts';
import { createSyntheticMarket, type DayCandles, type ShareModel } from '../src/simulation/market-generator.ts';
import { optionsAround } from '../src/simulation/option-chain.ts';

export const SAMPLE_SEED = 'signalman-sample-11';
export const SESSION_DAY = '2026-11-18';
/** 2026-11-24, a Tuesday, is a holiday, so that week's options expire a day earlier. */
const OPTION_EXPIRY = '2026-11-23';
const CANDLE_DAYS = 60;
const INDEX_START_PRICE = 26_000;

/** Symbol, name, start price, beta, own volatility, weight in the index, units a day. */
const SHARES: readonly (readonly [string, string, number, number, number, number, number])[] = [
  ['RELIANCE', 'Reliance Industries', 1400, 1.05, 0.006, 0.09, 12_000_000],
  ['TCS', 'Tata Consultancy Services', 3050, 0.85, 0.006, 0.035, 2_500_000],
  ['HDFCBANK', 'HDFC Bank', 990, 1.05, 0.005, 0.13, 18_000_000],
  ['INFY', 'Infosys', 1480, 0.95, 0.0065, 0.05, 7_000_000],
  ['ICICIBANK', 'ICICI Bank', 1380, 1.1, 0.0052, 0.085, 10_000_000],
  ['ITC', 'ITC', 405, 0.75, 0.005, 0.035, 14_000_000],
  ['SBIN', 'State Bank of India', 960, 1.15, 0.006, 0.035, 9_000_000],
];

export interface Sample {
  readonly instruments: readonly Instrument[];
  /** One-minute candles by instrument, a part for each trading day. */
  readonly candles: ReadonlyMap<InstrumentId, readonly DayCandles['candles'][]>;
  readonly ticks: readonly Tick[];
  readonly firstDay: string;
  readonly lastDay: string;
}

export function drawSample(calendar: MarketCalendar): Sample {
  const index = instrumentOf('NIFTY 50', 'Nifty 50', 'INDEX');
  const shares = SHARES.map(([symbol, name, startPrice, beta, ownVolatility, weight, dailyVolume]): ShareModel => {
    return { instrument: instrumentOf(symbol, name, 'EQUITY'), startPrice, beta, ownVolatility, weight, dailyVolume };
  });
  const market = createSyntheticMarket({
    seed: SAMPLE_SEED,
    calendar,
    shares,
    index: { instrument: index, startPrice: INDEX_START_PRICE },
  });
  const sessionDay = dayNamed(SESSION_DAY);
  const days = tradingDaysBefore(calendar, index, sessionDay);
  const candles = new Map<InstrumentId, DayCandles['candles'][]>();
  for (const day of days) {
    for (const drawn of market.candlesOn(day)) {
      const parts = candles.get(drawn.instrumentId) ?? [];
      parts.push(drawn.candles);
      candles.set(drawn.instrumentId, parts);
    }
  }
  const options = optionsAround(market.priceOf(index.id), {
    exchange: 'NFO',
    symbol: 'NIFTY',
    underlying: index.id,
    expiry: OPTION_EXPIRY,
    lotSize: 65,
    freezeQuantity: 1_800,
    strikeStep: 100,
    strikesEachSide: 1,
  });
  return {
    instruments: [...shares.map((share) => share.instrument), index, ...options],
    candles,
    ticks: market.ticksOn(sessionDay, options),
    firstDay: formatDay(days[0] ?? sessionDay),
    lastDay: formatDay(days.at(-1) ?? sessionDay),
  };
}

function tradingDaysBefore(calendar: MarketCalendar, index: Instrument, end: DayNumber): DayNumber[] {
  const days: DayNumber[] = [];
  for (let day = end - 1; days.length < CANDLE_DAYS; day--) if (calendar.sessionOn(index, day) !== null) days.push(day);
  return days.reverse();
}

function instrumentOf(symbol: string, name: string, kind: 'EQUITY' | 'INDEX'): Instrument {
  const id = parseInstrumentId(`NSE:${symbol}`)?.id;
  if (id === undefined) throw new Error(`Expected a symbol, found "${symbol}"`);
  return {
    id,
    exchange: 'NSE',
    symbol,
    name,
    kind,
    tickSize: 0.05,
    lotSize: 1,
    freezeQuantity: null,
    expiry: null,
    strike: null,
    optionType: null,
    underlying: null,
    hasDerivatives: kind === 'EQUITY',
  };
}

function dayNamed(text: string): DayNumber {
  const day = parseDay(text);
  if (day === undefined) throw new Error(`Expected a date, found "${text}"`);
  return day;
}
