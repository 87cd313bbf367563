import { sql } from 'drizzle-orm';
import { bigint, boolean, check, date, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
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
    updatedTime: epochMs().notNull(),
  },
  (t) => [
    primaryKey({ name: 'broker_instruments_pkey', columns: [t.broker, t.instrumentId] }),
    unique('broker_instruments_token').on(t.broker, t.segment, t.token),
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
