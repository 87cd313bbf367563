import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { PROJECT_FOLDER } from '../config/env.ts';
import { loadInstruments } from '../config/load-instruments.ts';
import { ConfigError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { type Instrument, type InstrumentKind, parseInstrumentId } from '../core/instrument.ts';
import type { MarketCalendar } from '../core/market-session.ts';
import { dayOf } from '../core/time.ts';
import { auditByBestHours } from '../history/session-instrument.ts';
import type { CandleSource } from './candle-stream.ts';

const INSTRUMENT_LIST = resolve(PROJECT_FOLDER, 'backtest-data/instruments.json');

/**
 * The instruments of candles, as the shipped list knows them, else as their ids spell them: lots and freeze quantities
 * come with the list only.
 */
export function instrumentsOf(
  sources: readonly CandleSource[],
  calendar: MarketCalendar,
): ReadonlyMap<InstrumentId, Instrument> {
  const listed = new Map(
    existsSync(INSTRUMENT_LIST) ? loadInstruments(INSTRUMENT_LIST).map((each) => [each.id, each]) : [],
  );
  return new Map(
    sources.map((source) => {
      const { instrumentId: id } = source;
      return [id, listed.get(id) ?? withHoursOf(source, instrumentOf(id), calendar)];
    }),
  );
}

/** A share with a tick of 5 paise and a lot of 1, or the future or option that the id spells. */
export function instrumentOf(id: InstrumentId): Instrument {
  const parsed = parseInstrumentId(id);
  if (!parsed) throw new ConfigError(`--instrument: expected an instrument such as "NSE:RELIANCE", found "${id}"`);
  const { exchange, symbol, expiry, strike, optionType, isFuture } = parsed;
  const kind: InstrumentKind = optionType !== null ? 'OPTION' : isFuture ? 'FUTURE' : 'EQUITY';
  return {
    ...{ id, exchange, symbol, name: symbol, kind, tickSize: 0.05, lotSize: 1, freezeQuantity: null },
    ...{ expiry, strike, optionType, underlying: null, hasDerivatives: false },
  };
}

/** From August 2026 shares with futures and options close early; of a share's two possible hours its candles tell which. */
function withHoursOf(source: CandleSource, instrument: Instrument, calendar: MarketCalendar): Instrument {
  const last = source.openTime[source.count - 1];
  if (instrument.kind !== 'EQUITY' || last === undefined || source.timeframe === '1d') return instrument;
  const other: Instrument = { ...instrument, hasDerivatives: true };
  const day = dayOf(last);
  if (calendar.sessionOn(instrument, day)?.close === calendar.sessionOn(other, day)?.close) return instrument;
  const best = auditByBestHours({ ...source, refused: [] }, source.instrumentId, calendar);
  return best.instrument.hasDerivatives ? other : instrument;
}
