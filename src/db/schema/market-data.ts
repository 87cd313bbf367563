import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { PROVENANCES } from '../../core/candle.ts';
import { EXCHANGES } from '../../core/instrument.ts';
import { TIMEFRAMES } from '../../core/timeframe.ts';
import { INSTRUMENT_KINDS, OPTION_TYPES } from './closed-lists.ts';
import { epochMs, instrumentId, isOneOf, price, units } from './columns.ts';

export const instruments = pgTable(
  'instruments',
  {
    id: instrumentId().primaryKey(),
    exchange: text({ enum: EXCHANGES }).notNull(),
    symbol: text().notNull(),
    name: text().notNull(),
    kind: text({ enum: INSTRUMENT_KINDS }).notNull(),
    tickSize: price().notNull(),
    lotSize: integer().notNull(),
    freezeQuantity: units(),
    expiry: date({ mode: 'string' }),
    strike: price(),
    optionType: text({ enum: OPTION_TYPES }),
    underlying: instrumentId(),
    hasDerivatives: boolean().notNull(),
    updatedTime: epochMs().notNull(),
  },
  (t) => [
    check('instruments_exchange', isOneOf(t.exchange, EXCHANGES)),
    check('instruments_kind', isOneOf(t.kind, INSTRUMENT_KINDS)),
    check('instruments_option_type', isOneOf(t.optionType, OPTION_TYPES)),
    check('instruments_sizes', sql`${t.tickSize} > 0 and ${t.lotSize} > 0 and ${t.freezeQuantity} > 0`),
    check('instruments_derivative', sql`(${t.kind} in ('FUTURE', 'OPTION')) = (${t.expiry} is not null)`),
    check(
      'instruments_option',
      sql`(${t.kind} = 'OPTION') = (${t.strike} is not null) and (${t.kind} = 'OPTION') = (${t.optionType} is not null)`,
    ),
  ],
);

/** A broker's names for our instruments. */
export const brokerInstruments = pgTable(
  'broker_instruments',
  {
    broker: text().notNull(),
    instrumentId: instrumentId()
      .notNull()
      .references(() => instruments.id),
    /** The broker's word for the venue; tokens are unique within it only. */
    segment: text().notNull(),
    token: text().notNull(),
    tradingSymbol: text().notNull(),
    /** Null while the broker lists it; then the day of the last list that had it. Orders may refer to it for ever. */
    lastSeenDay: date({ mode: 'string' }),
    updatedTime: epochMs().notNull(),
  },
  (t) => [
    primaryKey({ name: 'broker_instruments_pkey', columns: [t.broker, t.instrumentId] }),
    // The token of a contract that has expired is given to another one.
    uniqueIndex('broker_instruments_token').on(t.broker, t.segment, t.token).where(sql`last_seen_day is null`),
  ],
);

/** A row for each list of instruments that was taken over. */
export const instrumentImports = pgTable(
  'instrument_imports',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    broker: text().notNull(),
    /** An address or a file. */
    source: text().notNull(),
    /** When the list was got from the broker. */
    listTime: epochMs().notNull(),
    /** When the broker made it, in its own words; null when it does not say. */
    givenTime: epochMs(),
    importedTime: epochMs().notNull(),
    rows: integer().notNull(),
    listed: integer().notNull(),
    added: integer().notNull(),
    /** Instruments that have another token than in the list before. */
    moved: integer().notNull(),
    vanished: integer().notNull(),
    /** Rows that were left out, by reason. */
    refused: jsonb().$type<Readonly<Record<string, number>>>().notNull(),
  },
  (t) => [
    index('instrument_imports_latest').on(t.broker, t.id),
    check(
      'instrument_imports_counts',
      sql`${t.listed} between 1 and ${t.rows} and ${t.added} between 0 and ${t.listed}`,
    ),
  ],
);

export const candles = pgTable(
  'candles',
  {
    instrumentId: instrumentId().notNull(),
    timeframe: text({ enum: TIMEFRAMES }).notNull(),
    openTime: epochMs().notNull(),
    open: price().notNull(),
    high: price().notNull(),
    low: price().notNull(),
    close: price().notNull(),
    volume: units().notNull(),
    openInterest: units(),
    provenance: text({ enum: PROVENANCES }).notNull(),
  },
  (t) => [
    primaryKey({ name: 'candles_pkey', columns: [t.instrumentId, t.timeframe, t.openTime] }),
    check('candles_timeframe', isOneOf(t.timeframe, TIMEFRAMES)),
    check('candles_provenance', isOneOf(t.provenance, PROVENANCES)),
    check(
      'candles_prices',
      sql`${t.low} > 0 and ${t.low} <= least(${t.open}, ${t.close}) and ${t.high} >= greatest(${t.open}, ${t.close})`,
    ),
    check('candles_amounts', sql`${t.volume} >= 0 and ${t.openInterest} >= 0`),
  ],
);

/** The latest tick of each instrument. */
export const quotes = pgTable(
  'quotes',
  {
    instrumentId: instrumentId().primaryKey(),
    time: epochMs().notNull(),
    lastPrice: price().notNull(),
    volume: units().notNull(),
    openInterest: units(),
    bid: price(),
    ask: price(),
    sequence: bigint({ mode: 'number' }),
  },
  (t) => [
    check('quotes_prices', sql`${t.lastPrice} > 0`),
    check('quotes_amounts', sql`${t.volume} >= 0 and ${t.openInterest} >= 0`),
  ],
);
