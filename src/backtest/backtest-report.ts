import type { DenialCode } from '../core/denial-reason.ts';
import { formatRupees, type Paise } from '../core/money.ts';
import type { Signal } from '../core/signal.ts';
import type { Trade } from '../core/trade.ts';
import type { CandleFile } from '../history/load-candles.ts';
import { notesOf } from './backtest-notes.ts';
import type { BacktestRun } from './backtest-run.ts';
import type { BacktestSession } from './backtest-session.ts';
import type { BacktestTally } from './backtest-tally.ts';
import type { CandleCursor } from './candle-stream.ts';
import type { EquityMarks } from './equity-marks.ts';

/** The document that `--json` prints; docs/backtest.md has the words to it. */
export interface BacktestJson {
  readonly run: BacktestRun;
  readonly candles: {
    /** Rows that hold a candle, refused ones included. */
    readonly read: number;
    readonly used: number;
    readonly refused: Readonly<Record<string, number>>;
  };
  readonly signals: { readonly total: number; readonly denied: Readonly<Partial<Record<DenialCode, number>>> };
  readonly orders: Readonly<Record<string, number>>;
  readonly fills: number;
  readonly trades: number;
  readonly wins: number;
  readonly grossPaise: Paise;
  readonly chargesPaise: Paise;
  readonly netPaise: Paise;
  readonly maxDrawdownPaise: Paise;
  readonly maxDrawdownPercent: number;
  readonly exits: Readonly<Record<string, number>>;
  readonly orderListHash: string;
  readonly warnings: readonly string[];
  readonly wallMs: number;
}

export interface BacktestReport {
  readonly json: BacktestJson;
  readonly text: string;
}

export interface ReportInput {
  readonly run: BacktestRun;
  readonly files: readonly CandleFile[];
  /** Candles that several files of one instrument hold, counted without the first. */
  readonly repeated: number;
  readonly cursors: readonly CandleCursor[];
  readonly session: BacktestSession;
  readonly tally: BacktestTally;
  readonly trades: readonly Trade[];
  readonly marks: EquityMarks;
  readonly chargesKnown: boolean;
  readonly wallMs: number;
}

export function backtestReport(input: ReportInput): BacktestReport {
  const { run, tally, trades, marks } = input;
  const refused = refusedCandles(input);
  const read = input.files.reduce(
    (sum, file) => sum + file.count + file.refused.reduce((n, each) => n + each.count, 0),
    0,
  );
  const json: BacktestJson = {
    run,
    candles: { read, used: read - sumOf(Object.values(refused)), refused },
    signals: { total: tally.signals, denied: deniedByCode(tally.denied) },
    orders: tally.ordersByStatus(),
    fills: tally.fills,
    trades: trades.length,
    wins: trades.filter(({ netPaise }) => netPaise > 0).length,
    grossPaise: sumOf(trades.map((trade) => trade.grossPaise)),
    chargesPaise: sumOf(trades.map((trade) => trade.chargesPaise)),
    netPaise: sumOf(trades.map((trade) => trade.netPaise)),
    maxDrawdownPaise: marks.maxDrawdownPaise,
    maxDrawdownPercent: Math.round(marks.maxDrawdownPercent * 100) / 100,
    exits: countBy(trades, ({ exitReason }) => exitReason),
    orderListHash: tally.orderListHash,
    warnings: notesOf({ ...input, denied: tally.denied, rejected: tally.rejected }),
    wallMs: input.wallMs,
  };
  return { json, text: textOf(json) };
}

function textOf(json: BacktestJson): string {
  const { run, candles, trades, wins } = json;
  const rupees = (paise: Paise): string => `Rs ${formatRupees(paise)}`.padStart(18);
  const refused = Object.entries(candles.refused).map(([reason, count]) => `${count} ${reason}`);
  const denied = Object.entries(json.signals.denied).map(([code, count]) => `${count} ${code}`);
  const lines = [
    `Backtest ${run.id}: ${run.strategy} on ${run.instruments.join(', ')}, ${run.timeframe} candles`,
    `  candles   ${candles.used} used of ${candles.read} read${refused.length > 0 ? `; refused: ${refused.join(', ')}` : ''}`,
    `  signals   ${json.signals.total}${denied.length > 0 ? `; denied: ${denied.join(', ')}` : ''}`,
    `  trades    ${trades}, ${wins} won${trades > 0 ? ` (${((wins / trades) * 100).toFixed(1)}%)` : ''}; left by ${entriesText(json.exits) || 'none'}`,
    `  gross     ${rupees(json.grossPaise)}`,
    `  charges   ${rupees(json.chargesPaise)}`,
    `  net       ${rupees(json.netPaise)}`,
    `  drawdown  ${rupees(json.maxDrawdownPaise)} at the deepest (${json.maxDrawdownPercent}%)`,
    `  orders    ${json.orderListHash} in ${(json.wallMs / 1000).toFixed(2)} s`,
    ...json.warnings.map((warning) => `  note      ${warning}`),
  ];
  return lines.join('\n');
}

function refusedCandles({ files, repeated, cursors, session }: ReportInput): Record<string, number> {
  const refused: Record<string, number> = {};
  const add = (reason: string, count: number): void => {
    if (count > 0) refused[reason] = (refused[reason] ?? 0) + count;
  };
  for (const file of files) for (const { reason, count } of file.refused) add(reason, count);
  add('duplicate time', repeated);
  for (const { outsideSession, offGrid, duplicates } of cursors) {
    add('outside session', outsideSession);
    add('off the candle grid', offGrid);
    add('duplicate time', duplicates);
  }
  for (const [reason, count] of Object.entries(session.engine.parts.candles.candleRefusals)) {
    add(reason.replaceAll('-', ' '), count);
  }
  return refused;
}

function deniedByCode(signals: Iterable<Signal>): Partial<Record<DenialCode, number>> {
  const denied: Partial<Record<DenialCode, number>> = {};
  for (const { verdict } of signals) {
    if (verdict.kind === 'DENIED') denied[verdict.reason.code] = (denied[verdict.reason.code] ?? 0) + 1;
  }
  return denied;
}

function countBy<T>(values: Iterable<T>, keyOf: (value: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[keyOf(value)] = (counts[keyOf(value)] ?? 0) + 1;
  return counts;
}

function entriesText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
