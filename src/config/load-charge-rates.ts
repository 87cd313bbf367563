/**
 * Brokerage and statutory rates from `data/charge-rates.json`, or from a refreshed copy of it. A copy must be whole:
 * each charge has a row (zero where none is due) for every segment on each of its exchanges, and no two rows of a
 * charge start on one day for the same segment, exchange and symbol. `ratesCover` (core) tells whether a day is
 * older than the first rows.
 */
import { z } from 'zod';
import type { ChargeRates, ChargeSegment, StatutoryRow } from '../core/charge-rates.ts';
import {
  CHARGE_SEGMENTS,
  CHARGED_BROKERS,
  EXCHANGES_OF_SEGMENT,
  rowsOfSegment,
  STATUTORY_CHARGES,
  statutoryRows,
} from '../core/charge-rates.ts';
import { EXCHANGES } from '../core/instrument.ts';
import { formatDay } from '../core/time.ts';
import { daySchema, loadDataFile, sourcedShape } from './load-data-file.ts';

const percentSchema = z.number().min(0).max(100);
const rupeesSchema = z.number().min(0);
const segmentsSchema = z.array(z.enum(CHARGE_SEGMENTS)).min(1);

const statutorySchema = z.array(
  z.strictObject({
    from: daySchema,
    segments: segmentsSchema,
    exchanges: z.array(z.enum(EXCHANGES)).min(1).nullable(),
    symbols: z.array(z.string().min(1)).min(1).nullable(),
    buyPercent: percentSchema,
    sellPercent: percentSchema,
    ...sourcedShape,
  }),
);

const brokerSchema = z.strictObject({
  brokerage: z.array(
    z.strictObject({
      from: daySchema,
      segments: segmentsSchema,
      percent: percentSchema.nullable(),
      minimumRupees: rupeesSchema,
      maximumRupees: rupeesSchema,
      ...sourcedShape,
    }),
  ),
  depository: z
    .array(
      z.strictObject({
        from: daySchema,
        rupees: rupeesSchema,
        per: z.enum(['share-and-day', 'order']),
        ...sourcedShape,
      }),
    )
    .min(1),
});

const ratesSchema = z
  .strictObject({
    about: z.string(),
    statutory: z.strictObject({
      transactionTax: statutorySchema,
      exchangeCharge: statutorySchema,
      investorProtection: statutorySchema,
      sebiFee: statutorySchema,
      stampDuty: statutorySchema,
    }),
    gst: z
      .array(z.strictObject({ from: daySchema, percent: percentSchema, isOnSebiFee: z.boolean(), ...sourcedShape }))
      .min(1),
    brokers: z.strictObject({ 'angel-one': brokerSchema, flattrade: brokerSchema }),
  })
  .superRefine((rates, context) => {
    for (const problem of problemsOf(rates)) context.addIssue({ code: 'custom', ...problem });
  });

interface Problem {
  readonly path: PropertyKey[];
  readonly message: string;
}

export function loadChargeRates(path?: string): ChargeRates {
  return loadDataFile<ChargeRates>({
    what: 'table of charges',
    schema: ratesSchema,
    shipped: new URL('./data/charge-rates.json', import.meta.url),
    path,
  });
}

function problemsOf(rates: ChargeRates): Problem[] {
  return [...statutoryProblems(rates), ...brokerageProblems(rates)];
}

function statutoryProblems(rates: ChargeRates): Problem[] {
  const problems: Problem[] = [];
  for (const charge of STATUTORY_CHARGES) {
    const path = ['statutory', charge];
    for (const segment of CHARGE_SEGMENTS) {
      for (const exchange of EXCHANGES_OF_SEGMENT[segment]) {
        if (statutoryRows(rates, charge, segment, exchange).length > 0) continue;
        problems.push({ path, message: `a row for "${segment}" on ${exchange} (there is none)` });
      }
    }
    const seen = new Set<string>();
    rates.statutory[charge].forEach((row, index) => {
      for (const key of keysOf(row)) {
        if (seen.has(key)) problems.push({ path: [...path, index], message: `one row for ${key} (there are more)` });
        seen.add(key);
      }
    });
  }
  return problems;
}

function keysOf(row: StatutoryRow): string[] {
  return row.segments.flatMap((segment: ChargeSegment) =>
    EXCHANGES_OF_SEGMENT[segment]
      .filter((exchange) => row.exchanges === null || row.exchanges.includes(exchange))
      .flatMap((exchange) =>
        (row.symbols ?? ['all symbols']).map((symbol) => `${formatDay(row.from)} ${segment} ${exchange} ${symbol}`),
      ),
  );
}

function brokerageProblems(rates: ChargeRates): Problem[] {
  const problems: Problem[] = [];
  for (const broker of CHARGED_BROKERS) {
    const path = ['brokers', broker, 'brokerage'];
    const rows = rates.brokers[broker].brokerage;
    for (const segment of CHARGE_SEGMENTS) {
      const days = rowsOfSegment(rows, segment).map((row) => row.from);
      if (days.length === 0) problems.push({ path, message: `a row for "${segment}" (there is none)` });
      const twice = days.find((day, index) => days.indexOf(day) !== index);
      if (twice === undefined) continue;
      problems.push({ path, message: `one row for "${segment}" from ${formatDay(twice)} (there are more)` });
    }
    rows.forEach((row, index) => {
      if (row.minimumRupees <= row.maximumRupees) return;
      problems.push({ path: [...path, index, 'minimumRupees'], message: 'no more than maximumRupees' });
    });
  }
  return problems;
}
