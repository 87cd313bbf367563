/**
 * One backtest: load candles, replay them through the engine, measure, report. Nothing is written but the trades file.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { PROJECT_FOLDER } from '../config/env.ts';
import { loadInstruments } from '../config/load-instruments.ts';
import { DataError, ConfigError } from '../core/errors.ts';
import { hashHex } from '../core/hash.ts';
import type { InstrumentId, StrategyId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar } from '../core/market-session.ts';
import type { Paise } from '../core/money.ts';
import type { ProductType } from '../core/order.ts';
import { type Timeframe, timeframeMs } from '../core/timeframe.ts';
import { dayOf, MINUTE_MS, startOfDay, type EpochMs } from '../core/time.ts';
import type { Trade } from '../core/trade.ts';
import { loadChargeRates } from '../config/load-charge-rates.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { type ChargeRates, ratesCover } from '../core/charge-rates.ts';
import { NO_LIMITS } from '../engine/risk/default-limits.ts';
import type { Strategy } from '../engine/strategy/strategy.ts';
import { instantiate } from '../engine/strategy/strategy-instance.ts';
import { type CandleFile, loadCandles } from '../history/load-candles.ts';
import { createChargeModel } from '../simulation/charge-model.ts';
import { DEFAULT_FILL_RULES } from '../simulation/fill-model.ts';
import { canonical } from '../simulation/session-hash.ts';
import { instrumentOf } from './backtest-instrument.ts';
import { type BacktestReport, backtestReport, type BacktestRun } from './backtest-report.ts';
import { BacktestSession } from './backtest-session.ts';
import { CandleCursor, earliestOf } from './candle-stream.ts';
import { EquityMarks } from './equity-marks.ts';
import { writeTradesCsv } from './trades-csv.ts';

export interface BacktestRequest {
  readonly strategy: Strategy;
  readonly params: unknown;
  readonly dataPath: string;
  readonly timeframe: Timeframe | null;
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  readonly capitalPaise: Paise;
  readonly quantity: number;
  readonly slippageBps: number;
  readonly product: ProductType;
  readonly broker: 'angel-one' | 'flattrade';
  readonly label: 'start' | 'end';
  readonly tradesOutPath: string | null;
  readonly instrumentId: InstrumentId | null;
  readonly onProgress?: (done: number, total: number) => void;
}

const PROGRESS_EVERY = 16_384;
const GRACE_MS = 1_500;
const INSTRUMENT_LIST = resolve(PROJECT_FOLDER, 'backtest-data/instruments.json');

export async function runBacktest(request: BacktestRequest): Promise<BacktestReport> {
  const startedAt = performance.now();
  const files = await loadCandles({
    path: request.dataPath,
    label: request.label,
    instrumentId: request.instrumentId ?? undefined,
    from: request.from ?? undefined,
    to: request.to ?? undefined,
  });
  const timeframe = request.timeframe ?? commonTimeframe(files);
  for (const file of files) checkTimeframe(file, timeframe);
  const calendar = loadMarketCalendar();
  const rates = loadChargeRates();
  const instruments = instrumentsOf(files);
  const session = openSession(request, timeframe, [...instruments.values()], calendar, rates);
  const replayed = replay(session, files, instruments, calendar, request.onProgress);
  const trades = endedTrades(session);
  const run = identityOf(request, files, timeframe);
  if (request.tradesOutPath !== null) {
    const baseMs = new Map(files.map((file) => [file.instrumentId, file.timeframe]));
    const candleOf = (trade: Trade, time: EpochMs) => candleOpen(time, baseMs.get(trade.instrumentId) ?? timeframe, calendar, instruments.get(trade.instrumentId));
    await writeTradesCsv(request.tradesOutPath, trades, candleOf);
  }
  return backtestReport({
    run,
    files,
    cursors: replayed.cursors,
    session,
    trades,
    marks: replayed.marks,
    chargesKnown: replayed.firstTime === undefined || ratesCover(rates, request.broker, dayOf(replayed.firstTime)),
    wallMs: Math.round(performance.now() - startedAt),
  });
}

function openSession(request: BacktestRequest, timeframe: Timeframe, instruments: readonly Instrument[], calendar: MarketCalendar, rates: ChargeRates): BacktestSession {
  const { strategy, params, product, quantity, capitalPaise, broker, slippageBps } = request;
  const id = strategy.name as StrategyId;
  return new BacktestSession({
    instruments,
    calendar,
    strategies: [{ instance: instantiate(strategy, params, { id, instruments, timeframe }), product, sizing: { kind: 'fixed-quantity', quantity } }],
    limits: { ...NO_LIMITS, squareOffBeforeCloseMs: 15 * MINUTE_MS },
    capitalPaise,
    charges: createChargeModel(rates, broker),
    graceMs: GRACE_MS,
    rules: { ...DEFAULT_FILL_RULES, slippageBps },
  });
}

interface Replayed {
  readonly cursors: readonly CandleCursor[];
  readonly marks: EquityMarks;
  readonly firstTime: EpochMs | undefined;
}

function replay(
  session: BacktestSession,
  files: readonly CandleFile[],
  instruments: ReadonlyMap<InstrumentId, Instrument>,
  calendar: MarketCalendar,
  onProgress: BacktestRequest['onProgress'],
): Replayed {
  const cursors = files.map((file) => new CandleCursor(file, instruments.get(file.instrumentId) ?? instrumentOf(file.instrumentId), calendar));
  const total = files.reduce((sum, file) => sum + file.count, 0);
  const { portfolio } = session.engine.parts;
  const marks = new EquityMarks(portfolio);
  let done = 0;
  let firstTime: EpochMs | undefined;
  for (let cursor = earliestOf(cursors); cursor?.candle; cursor = cursors.length === 1 ? cursor : earliestOf(cursors)) {
    firstTime ??= cursor.candle.openTime;
    session.onCandle(cursor.candle, cursor.end);
    if (portfolio.open.size > 0) marks.mark();
    done += 1;
    if (onProgress && done % PROGRESS_EVERY === 0) onProgress(done, total);
    cursor.next();
  }
  onProgress?.(total, total);
  return { cursors, marks, firstTime };
}

/** What is still open when the data ends is closed at the last close and says so. */
function endedTrades(session: BacktestSession): readonly Trade[] {
  session.drain();
  const closedAtEnd = session.closeOut();
  const { trades } = session.recorder;
  const isAtEnd = (index: number): boolean => index >= trades.length - closedAtEnd;
  return trades.map((trade, index) => (isAtEnd(index) ? { ...trade, exitReason: 'end_of_data' } : trade));
}

function commonTimeframe(files: readonly CandleFile[]): Timeframe {
  const [first, ...others] = files;
  if (!first) throw new DataError('--data: expected candles, found none in the asked time');
  const other = others.find(({ timeframe }) => timeframe !== first.timeframe);
  if (other) {
    throw new ConfigError(`--timeframe: expected one timeframe for files of several, found ${first.timeframe} in ${first.path} and ${other.timeframe} in ${other.path}`);
  }
  return first.timeframe;
}

function checkTimeframe(file: CandleFile, timeframe: Timeframe): void {
  const isRollable = timeframe === '1d' || timeframeMs(timeframe) % timeframeMs(file.timeframe) === 0;
  if (timeframeMs(file.timeframe) <= timeframeMs(timeframe) && isRollable) return;
  throw new ConfigError(`--timeframe: expected ${file.timeframe} or a multiple of it, found "${timeframe}"; ${file.path} has ${file.timeframe} candles`);
}

/** As the shipped list knows them, else as their ids spell them. */
function instrumentsOf(files: readonly CandleFile[]): ReadonlyMap<InstrumentId, Instrument> {
  const listed = new Map(existsSync(INSTRUMENT_LIST) ? loadInstruments(INSTRUMENT_LIST).map((each) => [each.id, each]) : []);
  return new Map(files.map(({ instrumentId: id }) => [id, listed.get(id) ?? instrumentOf(id)]));
}

/** The open of the candle of the data in which `time` lies. */
function candleOpen(time: EpochMs, timeframe: Timeframe, calendar: MarketCalendar, instrument: Instrument | undefined): EpochMs {
  const session = instrument ? calendar.sessionOn(instrument, dayOf(time)) : null;
  if (timeframe === '1d') return startOfDay(dayOf(time));
  const start = session?.open ?? startOfDay(dayOf(time));
  return start + Math.floor((time - start) / timeframeMs(timeframe)) * timeframeMs(timeframe);
}

function identityOf(request: BacktestRequest, files: readonly CandleFile[], timeframe: Timeframe): BacktestRun {
  const { strategy, params, capitalPaise, quantity, slippageBps, product, broker, label, from, to } = request;
  const facts = {
    ...{ strategy: strategy.name, params, timeframe, product, broker, quantity, capitalPaise, slippageBps, label },
    ...{ from, to, instruments: files.map((file) => file.instrumentId), candles: files.map((file) => file.count) },
  };
  return { id: hashHex(canonical(facts)).slice(0, 16), data: request.dataPath, ...facts };
}
