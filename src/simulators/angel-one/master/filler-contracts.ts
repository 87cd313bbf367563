/** Futures and options of a made-up market: some weeks' expiries of each underlying, strikes around a price. */
import { type DayNumber, formatDay, weekdayOf } from '../../../core/time.ts';
import type { MasterRow } from './master-rows.ts';

export interface Underlying {
  readonly name: string;
  readonly lotSize: number;
  readonly strikeStep: number;
  /** The price in steps; strikes lie around it. */
  readonly priceSteps: number;
  readonly everyWeeks: 1 | 4;
  readonly types: readonly [future: string, option: string];
}

export interface ContractFamily {
  readonly segment: string;
  readonly underlyings: readonly Underlying[];
  /** 0 is Sunday. */
  readonly weekday: number;
  /** What the file multiplies strikes with. */
  readonly strikeScale: number;
  readonly tickSize: string;
  readonly firstToken: number;
}

interface Expiry {
  readonly day: DayNumber;
  /** The place of its tokens, which the expiry before it has left. */
  readonly slot: number;
}

const EXPIRIES = 3;
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** The first `count` rows: futures of every underlying, then options, those around the price first. */
export function* contractRows(family: ContractFamily, count: number, day: DayNumber): Generator<MasterRow, void, void> {
  const { underlyings } = family;
  if (underlyings.length === 0) return;
  const weekly = expiriesFrom(day, family.weekday, 1);
  const monthly = expiriesFrom(day, family.weekday, 4);
  for (let number = 0; number < count; number++) {
    const place = number % underlyings.length;
    const underlying = underlyings[place];
    const series = Math.floor(number / underlyings.length);
    const expiry = (underlying?.everyWeeks === 1 ? weekly : monthly)[series % EXPIRIES];
    if (underlying === undefined || expiry === undefined) continue;
    const slot = series - (series % EXPIRIES) + expiry.slot;
    const token = family.firstToken + place + slot * underlyings.length;
    const round = Math.floor(series / EXPIRIES);
    yield round === 0
      ? rowOf(family, underlying, expiry, token, null)
      : rowOf(family, underlying, expiry, token, { number: round - 1 });
  }
}

/** `24NOV2026`. */
export function fileDay(day: DayNumber): string {
  const [year, month, date] = formatDay(day).split('-');
  return `${date}${MONTHS[Number(month) - 1]}${year}`;
}

function rowOf(
  family: ContractFamily,
  underlying: Underlying,
  expiry: Expiry,
  token: number,
  option: { readonly number: number } | null,
): MasterRow {
  const { name, lotSize, types } = underlying;
  const date = fileDay(expiry.day);
  const strike = option === null ? null : strikeOf(underlying, option.number >> 1);
  const end = option === null ? 'FUT' : `${strike}${option.number % 2 === 0 ? 'CE' : 'PE'}`;
  return {
    token: String(token),
    symbol: `${name}${date.slice(0, 5)}${date.slice(7)}${end}`,
    name,
    expiry: date,
    strike: strike === null ? '-1.000000' : Math.round(strike * family.strikeScale).toFixed(6),
    lotsize: String(lotSize),
    instrumenttype: types[option === null ? 0 : 1],
    exch_seg: family.segment,
    tick_size: family.tickSize,
  };
}

/** At the price, one step above, one below, two above, … and upwards alone once zero is reached below. */
function strikeOf({ strikeStep, priceSteps }: Underlying, number: number): number {
  const below = priceSteps - 1;
  const away = number > 2 * below ? number - below : number % 2 === 1 ? (number + 1) / 2 : -number / 2;
  return (priceSteps + away) * strikeStep;
}

function expiriesFrom(day: DayNumber, weekday: number, everyWeeks: number): Expiry[] {
  const expiries: Expiry[] = [];
  for (let candidate = day; expiries.length < EXPIRIES; candidate++) {
    const week = Math.floor(candidate / 7);
    if (weekdayOf(candidate) !== weekday || week % everyWeeks !== 0) continue;
    expiries.push({ day: candidate, slot: (week / everyWeeks) % EXPIRIES });
  }
  return expiries;
}
