import type { InstrumentId } from './ids.ts';
import type { Rupees } from './money.ts';
import { parseDay } from './time.ts';

export const EXCHANGES = ['NSE', 'BSE', 'NFO', 'BFO', 'CDS', 'MCX'] as const;
/** The venue, a field of the instrument; where orders go is the `Broker`. */
export type Exchange = (typeof EXCHANGES)[number];
export type InstrumentKind = 'EQUITY' | 'INDEX' | 'FUTURE' | 'OPTION';
export type OptionType = 'CE' | 'PE';

/** A tradable (or, for an index, watchable) thing. */
export interface Instrument {
  readonly id: InstrumentId;
  readonly exchange: Exchange;
  /** The exchange's symbol: `RELIANCE`, `NIFTY 50`; for derivatives the underlying's. */
  readonly symbol: string;
  readonly name: string;
  readonly kind: InstrumentKind;
  readonly tickSize: Rupees;
  /** Units per lot; quantities are always in units. */
  readonly lotSize: number;
  /** Largest quantity one order may carry, in units; null when the exchange sets none. */
  readonly freezeQuantity: number | null;
  /** `YYYY-MM-DD`, as the contract list says; never computed from a weekday. */
  readonly expiry: string | null;
  readonly strike: Rupees | null;
  readonly optionType: OptionType | null;
  readonly underlying: InstrumentId | null;
  /** A share with futures and options has a closing auction from 3 August 2026. */
  readonly hasDerivatives: boolean;
}

export interface ParsedInstrumentId {
  readonly id: InstrumentId;
  readonly exchange: Exchange;
  readonly symbol: string;
  readonly expiry: string | null;
  readonly strike: Rupees | null;
  readonly optionType: OptionType | null;
  readonly isFuture: boolean;
}

/** Reads the text form of an id; undefined when it has none of the known shapes. */
export function parseInstrumentId(text: string): ParsedInstrumentId | undefined {
  const [exchange, symbol, expiry, strikeOrFuture, optionType, ...rest] = text.split(':');
  if (!isExchange(exchange) || !symbol || symbol.trim() !== symbol || rest.length > 0) return undefined;
  const base = { id: text as InstrumentId, exchange, symbol };
  if (expiry === undefined) return { ...base, expiry: null, strike: null, optionType: null, isFuture: false };
  if (parseDay(expiry) === undefined) return undefined;
  if (strikeOrFuture === 'FUT' && optionType === undefined) {
    return { ...base, expiry, strike: null, optionType: null, isFuture: true };
  }
  const strike = Number(strikeOrFuture);
  if (!strikeOrFuture || !(strike > 0) || (optionType !== 'CE' && optionType !== 'PE')) return undefined;
  return { ...base, expiry, strike, optionType, isFuture: false };
}

function isExchange(text: string | undefined): text is Exchange {
  return (EXCHANGES as readonly (string | undefined)[]).includes(text);
}
