/** Values of the instrument file: everything is text, prices are times a hundred with six decimals, dates `24NOV2026`. */
import { type Rupees, roundPrice } from '../../../core/money.ts';
import { parseDay } from '../../../core/time.ts';
import type { Segment } from '../token-book.ts';

export type Fields = Readonly<Record<string, unknown>>;

const MONTHS: Readonly<Record<string, string>> = {
  ...{ JAN: '01', FEB: '02', MAR: '03', APR: '04', MAY: '05', JUN: '06' },
  ...{ JUL: '07', AUG: '08', SEP: '09', OCT: '10', NOV: '11', DEC: '12' },
};
/** Strikes of currencies carry five more decimals than those of all others. */
const CURRENCY_SCALE = 100_000;
/** Far above any; ten digits before the point are what a stored price can carry. */
const HIGHEST_STRIKE = 1e9;

export function isFields(row: unknown): row is Fields {
  return typeof row === 'object' && row !== null && !Array.isArray(row);
}

/** A field as trimmed text, `''` when it is missing; a number is taken for its text. */
export function textOf(row: Fields, field: string): string {
  const value = row[field];
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

/** `24NOV2026` to `2026-11-24`. */
export function readExpiry(text: string): string | undefined {
  const match = /^(\d{2})([A-Za-z]{3})(\d{4})$/.exec(text);
  if (!match) return undefined;
  const expiry = `${match[3]}-${MONTHS[(match[2] ?? '').toUpperCase()]}-${match[1]}`;
  return parseDay(expiry) === undefined ? undefined : expiry;
}

/** `2270000.000000` to 22700, in whole paise; undefined for `-1`, `0`, and what is no strike in paise at all. */
export function readStrike(text: string, segment: Segment): Rupees | undefined {
  const match = /^(\d{1,15})(?:\.0*)?$/.exec(text);
  if (!match) return undefined;
  const scaled = Number(match[1]);
  if (!(scaled > 0 && scaled / 100 <= HIGHEST_STRIKE)) return undefined;
  if (segment !== 'CDS') return scaled / 100;
  // Ten-thousandths of a rupee are what a price can carry.
  return scaled % 1_000 === 0 ? roundPrice(scaled / 1_000 / 10_000) : undefined;
}

/** A whole number above zero: `75`, `75.0`. */
export function readLotSize(text: string): number | undefined {
  const match = /^(\d{1,9})(?:\.0*)?$/.exec(text);
  const lotSize = match ? Number(match[1]) : 0;
  return lotSize > 0 ? lotSize : undefined;
}

/** `5.000000` to 0.05; undefined when there is none. */
export function readTickSize(text: string, segment: Segment): Rupees | undefined {
  const scaled = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  let tickSize = scaled / 100;
  // A currency moves by fractions of a paisa; a step of rupees is one written with the strikes' scale.
  if (segment === 'CDS' && tickSize >= 1) tickSize /= CURRENCY_SCALE;
  const rounded = roundPrice(tickSize);
  return rounded > 0 && rounded <= 1_000 ? rounded : undefined;
}
