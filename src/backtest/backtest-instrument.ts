import { ConfigError } from '../core/errors.ts';
import { type Instrument, type InstrumentKind, parseInstrumentId } from '../core/instrument.ts';
import type { InstrumentId } from '../core/ids.ts';

/**
 * An instrument known only by its id, as candle files have it: a share with a tick of 5 paise and a lot of 1, or the
 * future or option that the id spells. Lots and freeze quantities come with an instrument list, not from here.
 */
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
