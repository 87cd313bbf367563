/**
 * The EMA crossover and its trades computed a second time: plain loops over rows, written from the strategy's README, the
 * rules of the simulated exchange (docs of `backtest`: next open, stop first inside a candle, square-off 15 minutes before
 * the close) and published charge tables. It imports nothing of the program, so that both can not be wrong in the same way.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export interface ModelRow {
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export interface ModelSession {
  readonly open: number;
  readonly close: number;
}

export interface ModelOptions {
  readonly instrument: string;
  readonly candleMinutes: number;
  /** What the averages are taken over, when it is longer than the rows. */
  readonly strategyMinutes?: number;
  readonly fast: number;
  readonly slow: number;
  readonly quantity: number;
  readonly product: 'delivery' | 'intraday';
  readonly allowShort?: boolean;
  readonly stopPercent?: number;
  readonly targetPercent?: number;
  readonly slippageBps?: number;
  /** The day's trading hours by its date; null when the exchange is closed. */
  sessionOf(date: string): ModelSession | null;
}

interface Position {
  readonly side: 'LONG' | 'SHORT';
  readonly time: number;
  readonly price: number;
  readonly stop: number | null;
  readonly target: number | null;
}

const MINUTE = 60_000;
const IST = 330 * MINUTE;
const DAY = 1_440 * MINUTE;
const TICKS_PER_RUPEE = 20;
const SQUARE_OFF_BEFORE_CLOSE = 15 * MINUTE;

export const MODEL_HEADER =
  'instrument,side,quantity,entry_time,entry_price,exit_time,exit_price,exit_reason,gross_paise,charges_paise,net_paise';

export function readModelRows(path: string): ModelRow[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const rows: ModelRow[] = [];
  for (const line of text.trim().split('\n').slice(1)) {
    const [time = '', open, high, low, close] = line.split(',');
    rows.push({
      time: Date.parse(time),
      open: Number(open),
      high: Number(high),
      low: Number(low),
      close: Number(close),
    });
  }
  return rows;
}

/** 09:15 to 15:30 of any day: the hours of days whose holidays nobody wrote down. */
export function regularHours(date: string): ModelSession {
  return hoursOf(date, '09:15', '15:30');
}

export function hoursOf(date: string, open: string, close: string): ModelSession {
  return { open: Date.parse(`${date}T${open}:00+05:30`), close: Date.parse(`${date}T${close}:00+05:30`) };
}

/** The lines of the trades file, header first. */
export function modelTrades(allRows: readonly ModelRow[], options: ModelOptions): string[] {
  const { product, slow, candleMinutes, strategyMinutes = candleMinutes } = options;
  const rows = allRows.filter(({ time }) => {
    const session = options.sessionOf(dateOf(time));
    return session !== null && time >= session.open && time < session.close;
  });
  const lines = [MODEL_HEADER];
  const debited = new Set<string>();
  // A strategy's candle is known by its last row: the next one lies past its end.
  const bucketOf = ({ time }: ModelRow): number => {
    const { open } = options.sessionOf(dateOf(time)) as ModelSession;
    return open + Math.floor((time - open) / (strategyMinutes * MINUTE)) * strategyMinutes * MINUTE;
  };
  const isBucketEnd = (index: number): boolean => {
    const [row, next] = [rows[index], rows[index + 1]];
    return row !== undefined && (next === undefined || bucketOf(next) !== bucketOf(row));
  };
  const decided = rows.filter((_, index) => isBucketEnd(index));
  const fastEma = emaOf(decided, options.fast);
  const slowEma = emaOf(decided, slow);
  let decisions = -1;
  let position: Position | null = null;
  let pendingExit: 'signal' | 'square_off' | null = null;
  let pendingEntry: { readonly side: 'LONG' | 'SHORT'; readonly signalClose: number } | null = null;

  const close = (seen: number, time: number, reason: string): void => {
    if (position === null) return;
    const side = position.side === 'LONG' ? 'SELL' : 'BUY';
    // A target is a limit order: it has its price or a better one.
    const price = reason === 'target' ? seen : slipped(seen, side, options);
    lines.push(tradeLine(options, position, price, time, reason, debited));
    position = null;
  };

  for (const [index, row] of rows.entries()) {
    const session = options.sessionOf(dateOf(row.time)) as ModelSession;
    const squareOffTime = product === 'intraday' ? session.close - SQUARE_OFF_BEFORE_CLOSE : Number.POSITIVE_INFINITY;

    if (pendingEntry !== null && row.time >= squareOffTime) pendingEntry = null;
    if (pendingExit !== null) close(row.open, row.time, pendingExit);
    else if (row.time >= squareOffTime) close(row.open, row.time, 'square_off');
    pendingExit = null;
    if (pendingEntry !== null) {
      position = enteredAt(row, pendingEntry, options);
      pendingEntry = null;
    }

    if (position !== null) {
      const left = leftInside(row, position);
      if (left !== null) close(left.price, row.time, left.reason);
    }

    const end = Math.min(row.time + candleMinutes * MINUTE, session.close);
    if (isBucketEnd(index)) decisions += 1;
    if (isBucketEnd(index) && decisions >= slow) {
      const decisionTime = Math.min(bucketOf(row) + strategyMinutes * MINUTE, session.close);
      const before = (fastEma[decisions - 1] ?? 0) - (slowEma[decisions - 1] ?? 0);
      const now = (fastEma[decisions] ?? 0) - (slowEma[decisions] ?? 0);
      const crossed = before <= 0 && now > 0 ? 'LONG' : before >= 0 && now < 0 ? 'SHORT' : null;
      const held = position as Position | null;
      if (crossed !== null) {
        if (held !== null && held.side !== crossed) pendingExit = 'signal';
        const isWanted = crossed === 'LONG' || options.allowShort === true;
        if (isWanted && held?.side !== crossed && decisionTime < squareOffTime) {
          pendingEntry = { side: crossed, signalClose: row.close };
        }
      }
    }

    const next = rows[index + 1];
    const isLastOfDay = next === undefined || dateOf(next.time) !== dateOf(row.time);
    if (position !== null && end >= squareOffTime) pendingExit ??= 'square_off';
    if (isLastOfDay && product === 'intraday') {
      close(row.close, row.time, pendingExit ?? 'square_off');
      pendingExit = null;
      pendingEntry = null;
    }
  }
  const last = rows.at(-1);
  if (last !== undefined) close(last.close, last.time, 'end_of_data');
  return lines;
}

function enteredAt(
  row: ModelRow,
  entry: { readonly side: 'LONG' | 'SHORT'; readonly signalClose: number },
  options: ModelOptions,
): Position {
  const { stopPercent, targetPercent } = options;
  const up = entry.side === 'LONG' ? 1 : -1;
  const leg = (percent: number | undefined, sign: number): number | null =>
    percent === undefined
      ? null
      : Math.round(entry.signalClose * (1 + (sign * percent) / 100) * TICKS_PER_RUPEE) / TICKS_PER_RUPEE;
  return {
    side: entry.side,
    time: row.time,
    price: slipped(row.open, up > 0 ? 'BUY' : 'SELL', options),
    stop: leg(stopPercent, -up),
    target: leg(targetPercent, up),
  };
}

/** Market and stop orders are done worse than seen, at the next tick. */
function slipped(price: number, side: 'BUY' | 'SELL', { slippageBps = 0 }: ModelOptions): number {
  if (slippageBps === 0) return price;
  const worse = price * (1 + ((side === 'BUY' ? 1 : -1) * slippageBps) / 10_000) * TICKS_PER_RUPEE;
  return (side === 'BUY' ? Math.ceil(worse - 1e-6) : Math.floor(worse + 1e-6)) / TICKS_PER_RUPEE;
}

/** What a stop and a target do from the open of this candle on; of two inside it the stop comes first. */
function leftInside(row: ModelRow, { side, stop, target }: Position): { price: number; reason: string } | null {
  const { open, high, low } = row;
  if (side === 'LONG') {
    if (stop !== null && open <= stop) return { price: open, reason: 'stop_loss' };
    if (target !== null && open > target) return { price: open, reason: 'target' };
    if (stop !== null && low <= stop) return { price: stop, reason: 'stop_loss' };
    if (target !== null && high > target) return { price: target, reason: 'target' };
    return null;
  }
  if (stop !== null && open >= stop) return { price: open, reason: 'stop_loss' };
  if (target !== null && open < target) return { price: open, reason: 'target' };
  if (stop !== null && high >= stop) return { price: stop, reason: 'stop_loss' };
  if (target !== null && low < target) return { price: target, reason: 'target' };
  return null;
}

function tradeLine(
  { instrument, quantity, product }: ModelOptions,
  position: Position,
  exitPrice: number,
  exitTime: number,
  reason: string,
  debited: Set<string>,
): string {
  const isLong = position.side === 'LONG';
  const entry = chargesOf(
    product,
    isLong ? 'BUY' : 'SELL',
    position.price,
    quantity,
    position.time,
    instrument,
    debited,
  );
  const exit = chargesOf(product, isLong ? 'SELL' : 'BUY', exitPrice, quantity, exitTime, instrument, debited);
  const gross = Math.round((isLong ? 1 : -1) * (exitPrice - position.price) * quantity * 100) + 0;
  const charges = Math.round((entry + exit) * 100);
  return [
    instrument,
    position.side,
    quantity,
    istOf(position.time),
    position.price,
    istOf(exitTime),
    exitPrice,
    reason,
    gross,
    charges,
    gross - charges,
  ].join(',');
}

/** Rupees, Angel One's plan on NSE. Before the first known rate the first one is taken. */
function chargesOf(
  product: 'delivery' | 'intraday',
  side: 'BUY' | 'SELL',
  price: number,
  quantity: number,
  time: number,
  instrument: string,
  debited: Set<string>,
): number {
  const date = dateOf(time);
  const turnover = price * quantity;
  const percent = (rate: number): number => (turnover * rate) / 100;
  const exchange = percent(date < '2024-10-01' ? 0.00322 : 0.00297);
  const protection = percent(0.0001);
  const sebi = percent(0.0001);
  let brokerage: number;
  let tax: number;
  let stamp: number;
  let depository = 0;
  if (product === 'delivery') {
    brokerage = date < '2024-11-01' ? 0 : Math.min(20, Math.max(2, percent(0.1)));
    tax = percent(0.1);
    stamp = side === 'BUY' ? percent(0.015) : 0;
    const debit = `${instrument} ${date}`;
    if (side === 'SELL' && !debited.has(debit)) {
      depository = 20;
      debited.add(debit);
    }
  } else {
    brokerage = Math.min(20, percent(0.03));
    tax = side === 'SELL' ? percent(0.025) : 0;
    stamp = side === 'BUY' ? percent(0.003) : 0;
  }
  return (
    brokerage +
    tax +
    exchange +
    protection +
    sebi +
    stamp +
    depository +
    0.18 * (brokerage + exchange + protection + sebi + depository)
  );
}

/** Seeded with the simple mean of the first `period` closes; NaN before. */
function emaOf(rows: readonly ModelRow[], period: number): number[] {
  const values: number[] = [];
  let sum = 0;
  let ema = Number.NaN;
  for (const [index, { close }] of rows.entries()) {
    sum += close;
    if (index === period - 1) ema = sum / period;
    else if (index >= period) ema += (2 / (period + 1)) * (close - ema);
    values.push(ema);
  }
  return values;
}

function dateOf(time: number): string {
  return new Date(Math.floor((time + IST) / DAY) * DAY).toISOString().slice(0, 10);
}

function istOf(time: number): string {
  return new Date(time + IST).toISOString().replace('.000Z', '+05:30');
}
