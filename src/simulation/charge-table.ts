/**
 * Turns dated rows into what a fill needs: for each segment, exchange and named symbol a short list of periods in
 * which no rate changes, with the buyer's and the seller's rates of each. Built once, when the model is made.
 */
import type {
  BrokerageRow,
  ChargedBroker,
  ChargeRates,
  ChargeSegment,
  DepositoryRow,
  GstRow,
  StatutoryCharge,
  StatutoryRow,
} from '../core/charge-rates.ts';
import {
  EXCHANGES_OF_SEGMENT,
  earliestRow,
  rowInForce,
  rowsOfSegment,
  STATUTORY_CHARGES,
  statutoryRows,
} from '../core/charge-rates.ts';
import { InvariantError } from '../core/errors.ts';
import type { Exchange } from '../core/instrument.ts';
import type { OrderSide } from '../core/order.ts';
import type { DayNumber, EpochMs } from '../core/time.ts';
import { startOfDay } from '../core/time.ts';

/** One side's rates. A percent of rupees is paise per rupee of turnover, so no rate needs converting. */
export interface SideRates {
  readonly transactionTax: number;
  readonly exchangeCharge: number;
  readonly investorProtection: number;
  readonly sebiFee: number;
  readonly stampDuty: number;
  /** GST as a fraction, and the part of the SEBI fee it is taken on. */
  readonly gst: number;
  readonly gstOnSebiFee: number;
  /** All that is proportional to turnover, GST included. */
  readonly perRupee: number;
  readonly brokeragePerRupee: number;
  readonly minimumBrokerage: number;
  readonly maximumBrokerage: number;
  readonly depository: number;
  readonly isDepositoryPerOrder: boolean;
}

/** Half open: `from <= time < until`. */
export interface RatePeriod {
  readonly from: EpochMs;
  readonly until: EpochMs;
  readonly buy: SideRates;
  readonly sell: SideRates;
}

/** The periods of one segment on one exchange, latest first. */
export interface RateTable {
  readonly periods: readonly RatePeriod[];
  /** Symbols that have rates of their own; null when none has. */
  readonly bySymbol: ReadonlyMap<string, readonly RatePeriod[]> | null;
}

export function createRateTable(
  rates: ChargeRates,
  broker: ChargedBroker,
  segment: ChargeSegment,
  exchange: Exchange,
): RateTable {
  if (!EXCHANGES_OF_SEGMENT[segment].includes(exchange)) {
    throw new InvariantError(
      `Expected "${segment}" on ${EXCHANGES_OF_SEGMENT[segment].join(' or ')}, found "${exchange}"`,
    );
  }
  const named = new Set(
    STATUTORY_CHARGES.flatMap((charge) => rowsOfSegment(rates.statutory[charge], segment))
      .filter((row) => row.exchanges === null || row.exchanges.includes(exchange))
      .flatMap((row) => row.symbols ?? []),
  );
  const build = (symbol: string | null) => createPeriods({ rates, broker, segment, exchange, symbol });
  return {
    periods: build(null),
    bySymbol: named.size === 0 ? null : new Map([...named].map((symbol) => [symbol, build(symbol)])),
  };
}

interface Case {
  readonly rates: ChargeRates;
  readonly broker: ChargedBroker;
  readonly segment: ChargeSegment;
  readonly exchange: Exchange;
  readonly symbol: string | null;
}

function createPeriods(of: Case): RatePeriod[] {
  const { brokerage, depository } = of.rates.brokers[of.broker];
  const rows = [
    ...STATUTORY_CHARGES.flatMap((charge) => rowsOf(of, charge)),
    ...rowsOfSegment(brokerage, of.segment),
    ...depository,
    ...of.rates.gst,
  ];
  const starts = [...new Set(rows.map((row) => row.from))].sort((a, b) => b - a);
  return starts.map((day, index) => {
    const next = starts[index - 1];
    return {
      from: index === starts.length - 1 ? Number.NEGATIVE_INFINITY : startOfDay(day),
      until: next === undefined ? Number.POSITIVE_INFINITY : startOfDay(next),
      buy: sideRatesOn(of, day, 'BUY'),
      sell: sideRatesOn(of, day, 'SELL'),
    };
  });
}

function sideRatesOn(of: Case, day: DayNumber, side: OrderSide): SideRates {
  const { brokerage, depository } = of.rates.brokers[of.broker];
  const percentOf = (charge: StatutoryCharge) => {
    const row = statutoryRowOn(of, charge, day);
    return side === 'BUY' ? row.buyPercent : row.sellPercent;
  };
  const transactionTax = percentOf('transactionTax');
  const exchangeCharge = percentOf('exchangeCharge');
  const investorProtection = percentOf('investorProtection');
  const sebiFee = percentOf('sebiFee');
  const stampDuty = percentOf('stampDuty');
  const gstRow: GstRow = requireRow(of, 'gst', of.rates.gst, day);
  const gst = gstRow.percent / 100;
  const gstOnSebiFee = gstRow.isOnSebiFee ? gst : 0;
  const fee: BrokerageRow = requireRow(of, 'brokerage', rowsOfSegment(brokerage, of.segment), day);
  const debit: DepositoryRow = requireRow(of, 'depository', depository, day);
  return {
    transactionTax,
    exchangeCharge,
    investorProtection,
    sebiFee,
    stampDuty,
    gst,
    gstOnSebiFee,
    perRupee:
      transactionTax + stampDuty + (exchangeCharge + investorProtection) * (1 + gst) + sebiFee * (1 + gstOnSebiFee),
    brokeragePerRupee: fee.percent ?? Number.POSITIVE_INFINITY,
    minimumBrokerage: fee.minimumRupees * 100,
    maximumBrokerage: fee.maximumRupees * 100,
    depository: of.segment === 'equity-delivery' && side === 'SELL' ? debit.rupees * 100 : 0,
    isDepositoryPerOrder: debit.per === 'order',
  };
}

/** A row that names the symbol, else one that names none; only when neither has started, the earliest of them. */
function statutoryRowOn(of: Case, charge: StatutoryCharge, day: DayNumber): StatutoryRow {
  const general = statutoryRows(of.rates, charge, of.segment, of.exchange);
  const own = of.symbol === null ? [] : statutoryRows(of.rates, charge, of.segment, of.exchange, of.symbol);
  return rowInForce(own, day) ?? requireRow(of, charge, general, day);
}

function rowsOf(of: Case, charge: StatutoryCharge): StatutoryRow[] {
  const general = statutoryRows(of.rates, charge, of.segment, of.exchange);
  return of.symbol === null
    ? general
    : [...general, ...statutoryRows(of.rates, charge, of.segment, of.exchange, of.symbol)];
}

function requireRow<Row extends { readonly from: DayNumber }>(
  of: Case,
  what: string,
  rows: readonly Row[],
  day: DayNumber,
): Row {
  const row = rowInForce(rows, day) ?? earliestRow(rows);
  if (row !== undefined) return row;
  throw new InvariantError(`Expected a rate of "${what}" for "${of.segment}" on "${of.exchange}", found none`);
}
