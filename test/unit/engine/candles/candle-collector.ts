import type { Candle } from '../../../../src/core/candle.ts';
import type { InstrumentId } from '../../../../src/core/ids.ts';
import type { Instrument } from '../../../../src/core/instrument.ts';
import type { Tick } from '../../../../src/core/tick.ts';
import type { EpochMs } from '../../../../src/core/time.ts';
import { formatClock } from '../../../../src/core/time.ts';
import type { Timeframe } from '../../../../src/core/timeframe.ts';
import { CandleBuilder, type CandleRegistration } from '../../../../src/engine/candles/candle-builder.ts';
import { fixedCalendar, ist, testInstrument } from '../../../support/fixed-calendar.ts';

export const GRACE_MS = 1_500;
export const DAY = '2026-07-30';
export const RELIANCE = testInstrument('NSE:RELIANCE');
/** It has futures and options, and so a closing auction from 3 August 2026. */
export const TCS = testInstrument('NSE:TCS', { hasDerivatives: true });

/** A builder whose closed candles land in `closed`. */
export function collect(
  timeframes: readonly Timeframe[] = ['1m'],
  registration: CandleRegistration = {},
  instruments: readonly Instrument[] = [RELIANCE],
): { readonly builder: CandleBuilder; readonly closed: Candle[] } {
  const closed: Candle[] = [];
  const builder = new CandleBuilder({
    calendar: fixedCalendar,
    graceMs: GRACE_MS,
    onClosed: (candle) => closed.push(candle),
  });
  for (const instrument of instruments) builder.register(instrument, timeframes, registration);
  return { builder, closed };
}

export function tick(
  clock: string,
  lastPrice: number,
  volume = 0,
  changes: Partial<Tick> & { day?: string } = {},
): Tick {
  const { day = DAY, ...rest } = changes;
  return {
    instrumentId: RELIANCE.id,
    time: ist(day, clock),
    lastPrice,
    volume,
    openInterest: null,
    bid: null,
    ask: null,
    sequence: null,
    ...rest,
  };
}

export function candle(clock: string, close: number, changes: Partial<Candle> & { day?: string } = {}): Candle {
  const { day = DAY, ...rest } = changes;
  return {
    instrumentId: RELIANCE.id,
    timeframe: '1m',
    openTime: ist(day, clock),
    open: close - 1,
    high: close + 2,
    low: close - 2,
    close,
    volume: 100,
    openInterest: null,
    provenance: 'import',
    ...rest,
  };
}

/** `5m 09:15 o/h/l/c v`: short enough to compare whole lists by eye. */
export function brief(candles: readonly Candle[]): string[] {
  return candles.map(
    ({ timeframe, openTime, open, high, low, close, volume }) =>
      `${timeframe} ${formatClock(openTime).slice(0, 5)} ${open}/${high}/${low}/${close} ${volume}`,
  );
}

/** `NSE:TCS 5m 09:15`: for tests of order. */
export function named(candles: readonly Candle[]): string[] {
  return candles.map((one) => `${one.instrumentId} ${one.timeframe} ${formatClock(one.openTime).slice(0, 5)}`);
}

export function at(clock: string, day = DAY): EpochMs {
  return ist(day, clock);
}

export function idOf(text: string): InstrumentId {
  return testInstrument(text).id;
}
