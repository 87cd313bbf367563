/**
 * One row of the instrument file to one of our instruments, or why not. What needs the whole file (shares that are listed
 * twice, which of them have derivatives) is decided by `MasterList`.
 */
import type { InstrumentId } from '../../../core/ids.ts';
import { indexByName, type NamedIndex } from '../../../core/index-names.ts';
import { type Instrument, parseInstrumentId } from '../../../core/instrument.ts';
import { type DayNumber, parseDay } from '../../../core/time.ts';
import type { ListedInstrument, Segment } from '../token-book.ts';
import { freezeQuantityOf } from './freeze-quantities.ts';
import { type Fields, isFields, readExpiry, readLotSize, readStrike, readTickSize, textOf } from './row-values.ts';

export type RowRefusal =
  | 'not-a-row'
  | 'unknown-segment'
  | 'unknown-type'
  | 'bad-token'
  | 'bad-symbol'
  | 'bad-expiry'
  | 'bad-strike'
  | 'bad-option-type'
  | 'bad-lot-size'
  | 'bad-tick-size'
  | 'expired'
  /** An NSE row without a series that is no index we know. */
  | 'no-series'
  /** A share's row beside the one we trade, or in a series that we do not trade. */
  | 'other-series'
  /** The older of an index's two rows. */
  | 'legacy-index'
  | 'duplicate-token'
  | 'duplicate-instrument';

export type RowResult =
  | { readonly kind: 'listed'; readonly listed: ListedInstrument }
  /** Counts when the file has no better row for the instrument; `otherwise` is why it does not. */
  | { readonly kind: 'stand-in'; readonly listed: ListedInstrument; readonly otherwise: RowRefusal }
  | { readonly kind: 'refused'; readonly reason: RowRefusal };

/** The documentation spells some of them as the stream does. */
const SEGMENTS_BY_WORD: Readonly<Record<string, Segment>> = {
  ...{ NSE: 'NSE', BSE: 'BSE', NFO: 'NFO', BFO: 'BFO', MCX: 'MCX', CDS: 'CDS' },
  ...{ nse_cm: 'NSE', bse_cm: 'BSE', nse_fo: 'NFO', bse_fo: 'BFO', mcx_fo: 'MCX', cde_fo: 'CDS' },
};
/** An index has no tick of its own in the file. */
const INDEX_TICK = 0.05;
const LONGEST_SYMBOL = 80;
/** What a terminal would obey, a database refuse or a decoder put for what it could not read. */
const ODD_CHARACTER = /[\p{C}\uFFFD]/u;

/** `day` is the file's: contracts that had expired by then are refused, since their tokens may be others' by now. */
export function listedOfRow(row: unknown, day: DayNumber): RowResult {
  if (!isFields(row)) return refused('not-a-row');
  const word = textOf(row, 'exch_seg');
  const segment = Object.hasOwn(SEGMENTS_BY_WORD, word) ? SEGMENTS_BY_WORD[word] : undefined;
  if (segment === undefined) return refused(word === '' ? 'not-a-row' : 'unknown-segment');
  if (!/^\d{1,12}$/.test(textOf(row, 'token'))) return refused('bad-token');
  const symbol = textOf(row, 'symbol');
  if (symbol === '' || !isPlain(symbol) || !isPlain(textOf(row, 'name'))) return refused('bad-symbol');
  const type = textOf(row, 'instrumenttype');
  const isCash = segment === 'NSE' || segment === 'BSE';
  if (type === '') return isCash ? cash(row, segment, symbol) : refused('unknown-type');
  if (type === 'AMXIDX') return isCash || segment === 'MCX' ? index(row, segment, symbol) : refused('unknown-type');
  if (!isCash && /^(FUT|OPT)[A-Z]{3}$/.test(type)) return contract(row, segment, symbol, type, day);
  return refused('unknown-type');
}

function cash(row: Fields, segment: 'NSE' | 'BSE', tradingSymbol: string): RowResult {
  const named = indexByName(tradingSymbol);
  if (named?.exchange === segment) {
    return { kind: 'stand-in', listed: listedIndex(row, segment, named.id, named.symbol), otherwise: 'legacy-index' };
  }
  if (segment === 'BSE') return share(row, segment, tradingSymbol);
  const match = /^(.*)-([A-Z0-9]{2})$/.exec(tradingSymbol);
  if (!match) return refused('no-series');
  if (match[2] !== 'EQ' && match[2] !== 'BE') return refused('other-series');
  const result = share(row, segment, match[1] ?? '');
  if (match[2] === 'EQ' || result.kind !== 'listed') return result;
  return { kind: 'stand-in', listed: result.listed, otherwise: 'other-series' };
}

function share(row: Fields, segment: 'NSE' | 'BSE', symbol: string): RowResult {
  const id = idOf(`${segment}:${symbol}`);
  if (id === undefined) return refused('bad-symbol');
  const lotText = textOf(row, 'lotsize');
  const lotSize = lotText === '' ? 1 : readLotSize(lotText);
  if (lotSize === undefined) return refused('bad-lot-size');
  const tickSize = readTickSize(textOf(row, 'tick_size'), segment);
  if (tickSize === undefined) return refused('bad-tick-size');
  const name = textOf(row, 'name') || symbol;
  return listed(row, segment, { ...BLANK, id, exchange: segment, symbol, name, kind: 'EQUITY', tickSize, lotSize });
}

function index(row: Fields, segment: Segment, tradingSymbol: string): RowResult {
  const named = namedIndex(segment, tradingSymbol, textOf(row, 'name'));
  const symbol = named?.symbol ?? tradingSymbol.replace(/\s+/g, ' ').toUpperCase();
  const id = named?.id ?? idOf(`${segment}:${symbol}`);
  return id === undefined ? refused('bad-symbol') : { kind: 'listed', listed: listedIndex(row, segment, id, symbol) };
}

/** By the row's own symbol first: a name may be shared by several indices. */
function namedIndex(segment: Segment, ...names: readonly string[]): NamedIndex | undefined {
  for (const name of names) {
    const named = indexByName(name);
    if (named?.exchange === segment) return named;
  }
  return undefined;
}

function listedIndex(row: Fields, segment: Segment, id: InstrumentId, symbol: string): ListedInstrument {
  const instrument: Instrument = {
    ...{ ...BLANK, id, exchange: segment, symbol, name: textOf(row, 'symbol'), kind: 'INDEX' },
    ...{ tickSize: INDEX_TICK, lotSize: 1 },
  };
  return { instrument, segment, token: textOf(row, 'token'), tradingSymbol: textOf(row, 'symbol') };
}

function contract(row: Fields, segment: Segment, tradingSymbol: string, type: string, day: DayNumber): RowResult {
  const symbol = textOf(row, 'name');
  const expiry = readExpiry(textOf(row, 'expiry'));
  const expiryDay = expiry === undefined ? undefined : parseDay(expiry);
  if (expiry === undefined || expiryDay === undefined) return refused('bad-expiry');
  if (expiryDay < day) return refused('expired');
  const isOption = type.startsWith('OPT');
  const strike = isOption ? readStrike(textOf(row, 'strike'), segment) : null;
  if (strike === undefined) return refused('bad-strike');
  const end = tradingSymbol.slice(-2);
  const optionType = !isOption ? null : end === 'CE' || end === 'PE' ? end : undefined;
  if (optionType === undefined) return refused('bad-option-type');
  const lotSize = readLotSize(textOf(row, 'lotsize'));
  if (lotSize === undefined) return refused('bad-lot-size');
  const tickSize = readTickSize(textOf(row, 'tick_size'), segment);
  if (tickSize === undefined) return refused('bad-tick-size');
  const id = idOf(`${segment}:${symbol}:${expiry}:${isOption ? `${strike}:${optionType}` : 'FUT'}`);
  if (id === undefined) return refused('bad-symbol');
  return listed(row, segment, {
    ...{ id, exchange: segment, symbol, kind: isOption ? 'OPTION' : 'FUTURE', tickSize, lotSize, expiry },
    name: `${symbol} ${expiry} ${isOption ? `${strike} ${optionType}` : 'FUT'}`,
    freezeQuantity: freezeQuantityOf(segment, symbol, day),
    ...{ strike, optionType, underlying: underlyingOf(segment, symbol, type), hasDerivatives: false },
  });
}

/** The share or index a contract is about; null where the file has no such instrument (currencies, commodities). */
function underlyingOf(segment: Segment, symbol: string, type: string): InstrumentId | null {
  if (segment !== 'NFO' && segment !== 'BFO') return null;
  const exchange = segment === 'NFO' ? 'NSE' : 'BSE';
  if (type.endsWith('STK')) return idOf(`${exchange}:${symbol}`) ?? null;
  const named = indexByName(symbol);
  return named?.exchange === exchange && named.contractName === symbol ? named.id : null;
}

const BLANK = {
  freezeQuantity: null,
  expiry: null,
  strike: null,
  optionType: null,
  underlying: null,
  hasDerivatives: false,
} as const;

function listed(row: Fields, segment: Segment, instrument: Instrument): RowResult {
  const token = textOf(row, 'token');
  return { kind: 'listed', listed: { instrument, segment, token, tradingSymbol: textOf(row, 'symbol') } };
}

function isPlain(text: string): boolean {
  return text.length <= LONGEST_SYMBOL && !ODD_CHARACTER.test(text);
}

function refused(reason: RowRefusal): RowResult {
  return { kind: 'refused', reason };
}

function idOf(text: string): InstrumentId | undefined {
  return parseInstrumentId(text)?.id;
}
