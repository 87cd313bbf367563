import { sql } from 'drizzle-orm';
import { check, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { EXIT_REASONS } from '../../core/trade.ts';
import { TRADE_SIDES } from './closed-lists.ts';
import { epochMs, instrumentId, isOneOf, paise, price, signalKey, strategyId, units } from './columns.ts';

export const backtestRuns = pgTable(
  'backtest_runs',
  {
    id: text().primaryKey(),
    createdTime: epochMs().notNull(),
    /** Strategies, instruments, costs: everything that has to be equal for two runs to be comparable. */
    config: jsonb().notNull(),
    fromTime: epochMs().notNull(),
    toTime: epochMs().notNull(),
    candleCount: integer().notNull(),
    tradeCount: integer().notNull(),
    capitalPaise: paise().notNull(),
    netPaise: paise().notNull(),
    /** Two runs with the same hash did the same. */
    orderHash: text().notNull(),
    metrics: jsonb().notNull(),
  },
  (t) => [
    check('backtest_runs_times', sql`${t.toTime} >= ${t.fromTime}`),
    check('backtest_runs_counts', sql`${t.candleCount} >= 0 and ${t.tradeCount} >= 0`),
  ],
);

export const backtestTrades = pgTable(
  'backtest_trades',
  {
    runId: text()
      .notNull()
      .references(() => backtestRuns.id, { onDelete: 'cascade' }),
    /** Place in the run, from 1. */
    sequence: integer().notNull(),
    strategyId: strategyId().notNull(),
    instrumentId: instrumentId().notNull(),
    signalKey: signalKey().notNull(),
    side: text({ enum: TRADE_SIDES }).notNull(),
    quantity: units().notNull(),
    entryTime: epochMs().notNull(),
    entryPrice: price().notNull(),
    exitTime: epochMs().notNull(),
    exitPrice: price().notNull(),
    exitReason: text({ enum: EXIT_REASONS }).notNull(),
    grossPaise: paise().notNull(),
    chargesPaise: paise().notNull(),
    netPaise: paise().notNull(),
  },
  (t) => [
    primaryKey({ name: 'backtest_trades_pkey', columns: [t.runId, t.sequence] }),
    check('backtest_trades_side', isOneOf(t.side, TRADE_SIDES)),
    check('backtest_trades_exit_reason', isOneOf(t.exitReason, EXIT_REASONS)),
    check('backtest_trades_amounts', sql`${t.quantity} > 0 and ${t.entryPrice} > 0 and ${t.exitPrice} > 0`),
    check('backtest_trades_times', sql`${t.exitTime} >= ${t.entryTime}`),
    check('backtest_trades_net', sql`${t.netPaise} = ${t.grossPaise} - ${t.chargesPaise}`),
  ],
);
