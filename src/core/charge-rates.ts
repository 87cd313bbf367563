/**
 * Dated brokerage and statutory rates as data. Parsed by `src/config/load-charge-rates.ts`, used by
 * `src/simulation/charge-model.ts`.
 *
 * Of the rows that name a segment and an exchange the latest one in force holds; rows that name the symbol beat rows
 * that name none. A day before the first row takes the first row, which `ratesCover` tells.
 */
import type { Exchange } from './instrument.ts';
import type { Sourced } from './market-calendar-data.ts';
import type { DayNumber } from './time.ts';

export const CHARGE_SEGMENTS = [
  'equity-delivery',
  'equity-intraday',
  'futures',
  'options',
  'currency-futures',
  'currency-options',
  'commodity-futures',
  'commodity-options',
] as const;
export type ChargeSegment = (typeof CHARGE_SEGMENTS)[number];

/** Where each segment trades; every charge has a rate for each of these pairs, even if it is zero. */
export const EXCHANGES_OF_SEGMENT: Readonly<Record<ChargeSegment, readonly Exchange[]>> = {
  'equity-delivery': ['NSE', 'BSE'],
  'equity-intraday': ['NSE', 'BSE'],
  futures: ['NFO', 'BFO'],
  options: ['NFO', 'BFO'],
  'currency-futures': ['CDS'],
  'currency-options': ['CDS'],
  'commodity-futures': ['MCX'],
  'commodity-options': ['MCX'],
};

/** Charges on turnover (of options: on premium) that do not depend on the broker. */
export const STATUTORY_CHARGES = [
  'transactionTax',
  'exchangeCharge',
  'investorProtection',
  'sebiFee',
  'stampDuty',
] as const;
export type StatutoryCharge = (typeof STATUTORY_CHARGES)[number];

export const CHARGED_BROKERS = ['angel-one', 'flattrade'] as const;
export type ChargedBroker = (typeof CHARGED_BROKERS)[number];

export interface StatutoryRow extends Sourced {
  readonly from: DayNumber;
  readonly segments: readonly ChargeSegment[];
  /** Null: all exchanges of the segments. */
  readonly exchanges: readonly Exchange[] | null;
  /** Null: all symbols; of derivatives the underlying's symbol. */
  readonly symbols: readonly string[] | null;
  /** Percent of turnover: 0.1 is Rs 100 per lakh. */
  readonly buyPercent: number;
  readonly sellPercent: number;
}

export interface GstRow extends Sourced {
  readonly from: DayNumber;
  readonly percent: number;
  /** Most brokers bill it on the SEBI fee too; it is Rs 1.8 per crore. */
  readonly isOnSebiFee: boolean;
}

/** Per executed order: `percent` of its turnover, at least `minimumRupees`, at most `maximumRupees`. */
export interface BrokerageRow extends Sourced {
  readonly from: DayNumber;
  readonly segments: readonly ChargeSegment[];
  /** Null: `maximumRupees` whatever the turnover. */
  readonly percent: number | null;
  readonly minimumRupees: number;
  readonly maximumRupees: number;
}

/** For taking shares out of the demat account after a delivery sale. */
export interface DepositoryRow extends Sourced {
  readonly from: DayNumber;
  readonly rupees: number;
  /** Once a day for all sales of a share, or for each executed sell order. */
  readonly per: 'share-and-day' | 'order';
}

export interface ChargeRates {
  readonly statutory: Readonly<Record<StatutoryCharge, readonly StatutoryRow[]>>;
  readonly gst: readonly GstRow[];
  readonly brokers: Readonly<
    Record<
      ChargedBroker,
      { readonly brokerage: readonly BrokerageRow[]; readonly depository: readonly DepositoryRow[] }
    >
  >;
}

/** False when some charge of the broker has no row as old as the day, so that its first row stands in. */
export function ratesCover(rates: ChargeRates, broker: ChargedBroker, day: DayNumber): boolean {
  const { brokerage, depository } = rates.brokers[broker];
  if (!isCoveredBy(rates.gst, day) || !isCoveredBy(depository, day)) return false;
  return CHARGE_SEGMENTS.every(
    (segment) =>
      isCoveredBy(rowsOfSegment(brokerage, segment), day) &&
      EXCHANGES_OF_SEGMENT[segment].every((exchange) =>
        STATUTORY_CHARGES.every((charge) => isCoveredBy(statutoryRows(rates, charge, segment, exchange), day)),
      ),
  );
}

/** The rows of a charge for a segment on an exchange: those for all symbols, or those that name the symbol. */
export function statutoryRows(
  rates: ChargeRates,
  charge: StatutoryCharge,
  segment: ChargeSegment,
  exchange: Exchange,
  symbol: string | null = null,
): StatutoryRow[] {
  return rowsOfSegment(rates.statutory[charge], segment).filter(
    (row) =>
      (row.exchanges === null || row.exchanges.includes(exchange)) &&
      (symbol === null ? row.symbols === null : row.symbols?.includes(symbol) === true),
  );
}

export function rowsOfSegment<Row extends { readonly segments: readonly ChargeSegment[] }>(
  rows: readonly Row[],
  segment: ChargeSegment,
): Row[] {
  return rows.filter((row) => row.segments.includes(segment));
}

/** The latest row that has started; undefined when none has. */
export function rowInForce<Row extends { readonly from: DayNumber }>(
  rows: readonly Row[],
  day: DayNumber,
): Row | undefined {
  return byDate(rows).findLast((row) => row.from <= day);
}

export function earliestRow<Row extends { readonly from: DayNumber }>(rows: readonly Row[]): Row | undefined {
  return byDate(rows)[0];
}

function byDate<Row extends { readonly from: DayNumber }>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => a.from - b.from);
}

function isCoveredBy(rows: readonly { readonly from: DayNumber }[], day: DayNumber): boolean {
  return rows.some((row) => row.from <= day);
}
