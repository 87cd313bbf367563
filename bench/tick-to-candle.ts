import type { Candle } from '../src/core/candle.ts';
import type { InstrumentId } from '../src/core/ids.ts';
import type { Instrument } from '../src/core/instrument.ts';
import type { MarketCalendar, MarketSession } from '../src/core/market-session.ts';
import type { Tick } from '../src/core/tick.ts';
import { MINUTE_MS, startOfDay } from '../src/core/time.ts';
import type { Timeframe } from '../src/core/timeframe.ts';
import { CandleBuilder } from '../src/engine/candles/candle-builder.ts';

const INSTRUMENTS = 3_000;
const TIMEFRAMES: readonly Timeframe[] = ['1m', '5m', '15m', '60m', '1d'];
const TICKS_PER_MINUTE = 6;
const MINUTES = 60;
const CANDLES = 1_000_000;
const SESSION_MINUTES = 375;
const FIRST_DAY = 20_000;

const calendar: MarketCalendar = {
  sessionOn: (_instrument, day) => sessionOn(day),
  nextSession: () => null,
};

/** 3,000 instruments x 5 timeframes from ticks, the clock advanced every minute; and closed candles straight in. */
export const bench = {
  name: 'tick_to_candle',
  async run(): Promise<Record<string, number>> {
    const ticks = makeTicks();
    const candles = makeCandles();
    return {
      tick_to_candle_per_s: best(3, () => buildFromTicks(ticks)),
      base_candles_per_s: best(5, () => buildFromCandles(candles, ['1m'])),
      base_candles_with_5m_per_s: best(5, () => buildFromCandles(candles, ['5m'])),
      base_candles_with_5m_15m_1d_per_s: best(5, () => buildFromCandles(candles, ['5m', '15m', '1d'])),
    };
  },
};

function buildFromTicks(minutes: readonly (readonly Tick[])[]): number {
  let closed = 0;
  const builder = new CandleBuilder({ calendar, graceMs: 1_500, onClosed: () => closed++ });
  for (let i = 0; i < INSTRUMENTS; i++) builder.register(instrument(i), TIMEFRAMES);
  const open = sessionOn(FIRST_DAY).open;
  let taken = 0;
  const started = performance.now();
  for (let minute = 0; minute < minutes.length; minute++) {
    for (const tick of minutes[minute] ?? []) if (builder.onTick(tick) === undefined) taken++;
    builder.advance(open + (minute + 1) * MINUTE_MS + 1_500);
  }
  const seconds = (performance.now() - started) / 1_000;
  if (closed < INSTRUMENTS * MINUTES)
    throw new Error(`Expected at least ${INSTRUMENTS * MINUTES} candles, found ${closed}`);
  return taken / seconds;
}

function buildFromCandles(candles: readonly Candle[], timeframes: readonly Timeframe[]): number {
  let closed = 0;
  const builder = new CandleBuilder({ calendar, graceMs: 1_500, onClosed: () => closed++ });
  builder.register(instrument(0), timeframes);
  let taken = 0;
  const started = performance.now();
  for (const candle of candles) if (builder.onBaseCandle(candle) === undefined) taken++;
  const seconds = (performance.now() - started) / 1_000;
  if (taken !== CANDLES || closed < CANDLES) throw new Error(`Expected ${CANDLES} candles taken, found ${taken}`);
  return taken / seconds;
}

/** Per minute, the instruments' ticks interleaved as a stream brings them; each tick its own object. */
function makeTicks(): readonly (readonly Tick[])[] {
  const open = sessionOn(FIRST_DAY).open;
  const ids = Array.from({ length: INSTRUMENTS }, (_, i) => instrument(i).id);
  return Array.from({ length: MINUTES }, (_, minute) => {
    const ticks: Tick[] = [];
    for (let round = 0; round < TICKS_PER_MINUTE; round++) {
      const time = open + minute * MINUTE_MS + round * (MINUTE_MS / TICKS_PER_MINUTE);
      const sequence = minute * TICKS_PER_MINUTE + round + 1;
      for (let i = 0; i < INSTRUMENTS; i++) {
        const lastPrice = 100.05 + ((i * 7 + sequence * 13) % 400) * 0.05;
        const instrumentId = ids[i] ?? instrument(i).id;
        ticks.push({
          instrumentId,
          time: time + (i % 1_000),
          lastPrice,
          volume: sequence * 25,
          openInterest: null,
          bid: lastPrice,
          ask: lastPrice + 0.05,
          sequence,
        });
      }
    }
    return ticks;
  });
}

function makeCandles(): readonly Candle[] {
  const id = instrument(0).id;
  return Array.from({ length: CANDLES }, (_, i) => {
    const open = 100.05 + ((i * 13) % 400) * 0.05;
    return {
      instrumentId: id,
      timeframe: '1m',
      openTime: sessionOn(FIRST_DAY + Math.floor(i / SESSION_MINUTES)).open + (i % SESSION_MINUTES) * MINUTE_MS,
      open,
      high: open + 0.5,
      low: open - 0.5,
      close: open + 0.25,
      volume: 1_000,
      openInterest: null,
      provenance: 'import',
    };
  });
}

function sessionOn(day: number): MarketSession {
  const open = startOfDay(day) + 555 * MINUTE_MS;
  return { day, open, close: open + SESSION_MINUTES * MINUTE_MS, auction: null, kind: 'regular', isKnown: true };
}

function instrument(index: number): Instrument {
  return {
    id: `NSE:TEST${index}` as InstrumentId,
    exchange: 'NSE',
    symbol: `TEST${index}`,
    name: `Test ${index}`,
    kind: 'EQUITY',
    tickSize: 0.05,
    lotSize: 1,
    freezeQuantity: null,
    expiry: null,
    strike: null,
    optionType: null,
    underlying: null,
    hasDerivatives: false,
  };
}

function best(runs: number, measure: () => number): number {
  let highest = 0;
  for (let i = 0; i < runs; i++) highest = Math.max(highest, measure());
  return Math.round(highest);
}
