/** Rows of the instrument file as the broker writes them: texts throughout, prices times a hundred with six decimals. */
import { InvariantError } from '../../../core/errors.ts';
import type { Instrument } from '../../../core/instrument.ts';
import type { Rupees } from '../../../core/money.ts';
import { type DayNumber, formatDay, parseDay } from '../../../core/time.ts';
import type { SimulatedListing } from '../parts.ts';

/** Field by field in the file's order. */
export interface MasterRow {
  readonly token: string;
  readonly symbol: string;
  readonly name: string;
  readonly expiry: string;
  readonly strike: string;
  readonly lotsize: string;
  readonly instrumenttype: string;
  readonly exch_seg: string;
  readonly tick_size: string;
}

/** An index under the broker's names; `legacyToken` is that of the second, older row that the file still carries. */
export interface IndexRow {
  readonly exchange: 'NSE' | 'BSE';
  /** Ours. */
  readonly symbol: string;
  readonly masterSymbol: string;
  /** As in the names of its futures and options. */
  readonly name: string;
  readonly token: string;
  readonly legacyToken: string | null;
}

export const INDEX_ROWS: readonly IndexRow[] = [
  indexRow('NSE', 'NIFTY 50', 'Nifty 50', 'NIFTY', '99926000', '26000'),
  indexRow('NSE', 'NIFTY BANK', 'Nifty Bank', 'BANKNIFTY', '99926009', '26009'),
  indexRow('NSE', 'NIFTY FIN SERVICE', 'Nifty Fin Service', 'FINNIFTY', '99926037', null),
  indexRow('NSE', 'NIFTY MID SELECT', 'NIFTY MID SELECT', 'MIDCPNIFTY', '99926074', null),
  indexRow('NSE', 'INDIA VIX', 'India VIX', 'INDIA VIX', '99926017', '26017'),
  indexRow('BSE', 'SENSEX', 'SENSEX', 'SENSEX', '99919000', '19000'),
  indexRow('BSE', 'BANKEX', 'BANKEX', 'BANKEX', '99919012', null),
];

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const CURRENCY_TYPES = { FUTURE: 'FUTCUR', OPTION: 'OPTCUR' };
const COMMODITY_TYPES = { FUTURE: 'FUTCOM', OPTION: 'OPTFUT' };
const INDEX_TYPES = { FUTURE: 'FUTIDX', OPTION: 'OPTIDX' };
const SHARE_TYPES = { FUTURE: 'FUTSTK', OPTION: 'OPTSTK' };

/** The row of one of our instruments. */
export function rowOf({ instrument, segment, token, tradingSymbol }: SimulatedListing): MasterRow {
  const { kind, tickSize, lotSize, expiry, strike, symbol } = instrument;
  const index = indexOf(instrument);
  return {
    token,
    symbol: tradingSymbol,
    name: index?.name ?? symbol,
    expiry: expiry === null ? '' : fileDate(expiry),
    strike: strikeText(instrument, strike),
    lotsize: String(lotSize),
    instrumenttype: typeOf(instrument),
    exch_seg: segment,
    tick_size: kind === 'INDEX' ? '0.000000' : scaled(tickSize * 100),
  };
}

/** The second row of an index, without a type, which older programs still look for. */
export function legacyIndexRow({ exchange, name, legacyToken }: IndexRow): MasterRow | null {
  if (legacyToken === null) return null;
  return {
    ...{ token: legacyToken, symbol: name, name, expiry: '', strike: '-1.000000', lotsize: '1' },
    ...{ instrumenttype: '', exch_seg: exchange, tick_size: '5.000000' },
  };
}

/** What orders call it: `RELIANCE-EQ`, `Nifty 50`, `NIFTY24NOV2626000CE`, `NIFTY24NOV26FUT`. */
export function tradingSymbolOf(instrument: Instrument): string {
  const { exchange, symbol, kind, expiry, strike, optionType } = instrument;
  if (kind === 'INDEX') return indexOf(instrument)?.masterSymbol ?? symbol;
  if (kind === 'EQUITY') return exchange === 'NSE' ? `${symbol}-EQ` : symbol;
  const date = fileDate(expiry ?? '');
  const end = kind === 'FUTURE' ? 'FUT' : `${strike ?? ''}${optionType ?? ''}`;
  return `${symbol}${date.slice(0, 5)}${date.slice(7)}${end}`;
}

export function indexOf(instrument: Pick<Instrument, 'kind' | 'exchange' | 'symbol'>): IndexRow | undefined {
  if (instrument.kind !== 'INDEX') return undefined;
  return INDEX_ROWS.find(({ exchange, symbol }) => exchange === instrument.exchange && symbol === instrument.symbol);
}

/** `24NOV2026`. */
function fileDate(expiry: string): string {
  const day: DayNumber | undefined = parseDay(expiry);
  if (day === undefined) throw new InvariantError(`Expected an expiry "YYYY-MM-DD", found "${expiry}"`);
  const [year, month, date] = formatDay(day).split('-');
  return `${date}${MONTHS[Number(month) - 1]}${year}`;
}

function strikeText({ kind, exchange }: Instrument, strike: Rupees | null): string {
  if (kind === 'EQUITY' || kind === 'FUTURE') return '-1.000000';
  if (strike === null) return '0.000000';
  // Strikes of currency options carry seven decimals, all others two.
  return scaled(strike * (exchange === 'CDS' ? 10_000_000 : 100));
}

function typeOf({ exchange, kind, underlying }: Instrument): string {
  if (kind === 'EQUITY') return '';
  if (kind === 'INDEX') return 'AMXIDX';
  if (exchange === 'CDS') return CURRENCY_TYPES[kind];
  if (exchange === 'MCX') return COMMODITY_TYPES[kind];
  return INDEX_ROWS.some((index) => `${index.exchange}:${index.symbol}` === underlying)
    ? INDEX_TYPES[kind]
    : SHARE_TYPES[kind];
}

/** Six decimals, without binary dust in them. */
function scaled(value: number): string {
  return (Math.round(value * 10_000) / 10_000).toFixed(6);
}

function indexRow(
  exchange: 'NSE' | 'BSE',
  symbol: string,
  masterSymbol: string,
  name: string,
  token: string,
  legacyToken: string | null,
): IndexRow {
  return { exchange, symbol, masterSymbol, name, token, legacyToken };
}
