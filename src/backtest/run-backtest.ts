/**
 * One backtest: load candles, replay them through the engine, measure, report. Nothing is written but the trades file, and
 * that whole or not at all.
 */
import { dirname } from 'node:path';
import { DEFAULT_EXECUTION } from '../config/execution-policy-of.ts';
import { loadChargeRates } from '../config/load-charge-rates.ts';
import { loadMarketCalendarData } from '../config/load-market-calendar.ts';
import { ratesCover } from '../core/charge-rates.ts';
import { ConfigError, DataError } from '../core/errors.ts';
import type { InstrumentId, StrategyId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import { createMarketCalendar } from '../core/market-calendar.ts';
import type { MarketCalendar } from '../core/market-session.ts';
import type { Paise } from '../core/money.ts';
import type { ProductType } from '../core/order.ts';
import { dayOf, type EpochMs, formatIst, MINUTE_MS } from '../core/time.ts';
import type { Timeframe } from '../core/timeframe.ts';
import type { Trade } from '../core/trade.ts';
import { NO_LIMITS } from '../engine/risk/default-limits.ts';
import type { Strategy } from '../engine/strategy/strategy.ts';
import { instantiate } from '../engine/strategy/strategy-instance.ts';
import { isCandleFileName, loadCandles } from '../history/load-candles.ts';
import type { ChargeModel } from '../ports/charge-model.ts';
import { createChargeModel } from '../simulation/charge-model.ts';
import { DEFAULT_FILL_RULES } from '../simulation/fill-model.ts';
import { instrumentOf, instrumentsOf } from './backtest-instrument.ts';
import { type BacktestReport, backtestReport } from './backtest-report.ts';
import { identityOf, type MoneySizing } from './backtest-run.ts';
import { BacktestSession } from './backtest-session.ts';
import { BacktestTally } from './backtest-tally.ts';
import { calendarOfData } from './calendar-of-data.ts';
import { candleSources, type FileSource, timeframeFor } from './candle-sources.ts';
import { CandleCursor, earliestOf } from './candle-stream.ts';
import { EquityMarks } from './equity-marks.ts';
import { candleOpenOf } from './fill-candle.ts';
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
  /** Takes the place of `quantity`. */
  readonly sizing?: MoneySizing | undefined;
  readonly slippageBps: number;
  /** How wishes to trade now become orders. */
  readonly orders: 'limit' | 'market';
  readonly product: ProductType;
  readonly broker: 'angel-one' | 'flattrade';
  readonly label: 'start' | 'end';
  readonly tradesOutPath: string | null;
  readonly instrumentId: InstrumentId | null;
  /** A refreshed market calendar or table of charges; null for the shipped one. */
  readonly calendarPath: string | null;
  readonly chargesPath: string | null;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const PROGRESS_EVERY = 16_384;
/** Stored candles are whole: nothing late is waited for, so a candle rolled up from them closes at its very end. */
const GRACE_MS = 0;
const SQUARE_OFF_BEFORE_CLOSE_MS = 15 * MINUTE_MS;

export async function runBacktest(request: BacktestRequest): Promise<BacktestReport> {
  const startedAt = performance.now();
  const files = await loadCandles({
    path: request.dataPath,
    label: request.label,
    instrumentId: request.instrumentId ?? undefined,
    from: request.from ?? undefined,
    to: request.to ?? undefined,
    loneTimeframe: request.timeframe ?? undefined,
  });
  const sources = candleSources(files);
  if (sources.every(({ count }) => count === 0)) throw nothingAsked(request);
  const timeframe = timeframeFor(sources, request.timeframe);
  if (request.product === 'INTRADAY') refuseDaily(sources);
  if (request.tradesOutPath !== null) refuseAmongData(request.tradesOutPath, request.dataPath, sources);
  const calendarData = loadMarketCalendarData(request.calendarPath ?? undefined);
  const rates = loadChargeRates(request.chargesPath ?? undefined);
  const exchangeCalendar = createMarketCalendar(calendarData);
  const instruments = instrumentsOf(sources, exchangeCalendar);
  const instrumentFor = ({ instrumentId: id }: FileSource): Instrument => instruments.get(id) ?? instrumentOf(id);
  const calendar = calendarOfData(
    exchangeCalendar,
    sources.map((source) => [source, instrumentFor(source)]),
  );
  const charges = createChargeModel(rates, request.broker);
  const tally = new BacktestTally();
  const session = openSession(request, timeframe, [...instruments.values()], calendar, charges, tally);
  const cursors = sources.map((source) => new CandleCursor(source, instrumentFor(source), calendar, request.label));
  const firstCandle = earliestOf(cursors)?.candle;
  if (!firstCandle) throw nothingInSession(sources, cursors);
  const marks = new EquityMarks(session.engine.parts.portfolio, tally.trades);
  replay(session, marks, cursors, sources, request.onProgress);
  const trades = endedTrades(session, tally, request.product);
  marks.mark();
  if (request.tradesOutPath !== null) {
    await writeTradesCsv(request.tradesOutPath, trades, candleOpenOf(sources, instruments, calendar, request.label));
  }
  return backtestReport({
    run: identityOf(request, sources, timeframe, calendarData, rates),
    files,
    repeated: sources.reduce((sum, source) => sum + source.repeated, 0),
    cursors,
    session,
    tally,
    trades,
    marks,
    chargesKnown: ratesCover(rates, request.broker, dayOf(firstCandle.openTime)),
    wallMs: Math.round(performance.now() - startedAt),
  });
}

function openSession(
  { strategy, params, product, quantity, sizing, capitalPaise, slippageBps, orders }: BacktestRequest,
  timeframe: Timeframe,
  instruments: readonly Instrument[],
  calendar: MarketCalendar,
  charges: ChargeModel,
  tally: BacktestTally,
): BacktestSession {
  const instance = instantiate(strategy, params, { id: strategy.name as StrategyId, instruments, timeframe });
  return new BacktestSession(
    {
      instruments,
      calendar,
      strategies: [{ instance, product, sizing: sizing ?? { kind: 'fixed-quantity', quantity } }],
      limits: { ...NO_LIMITS, squareOffBeforeCloseMs: SQUARE_OFF_BEFORE_CLOSE_MS },
      capitalPaise,
      charges,
      graceMs: GRACE_MS,
      execution: orders === 'limit' ? DEFAULT_EXECUTION : null,
      rules: { ...DEFAULT_FILL_RULES, slippageBps },
    },
    (effect) => tally.take(effect),
  );
}

function replay(
  session: BacktestSession,
  marks: EquityMarks,
  cursors: readonly CandleCursor[],
  sources: readonly FileSource[],
  onProgress: BacktestRequest['onProgress'],
): void {
  const total = sources.reduce((sum, source) => sum + source.count, 0);
  let done = 0;
  for (let cursor = earliestOf(cursors); cursor?.candle; cursor = cursors.length === 1 ? cursor : earliestOf(cursors)) {
    session.onCandle(cursor.candle, cursor.end);
    marks.mark();
    done += 1;
    if (onProgress && done % PROGRESS_EVERY === 0) onProgress(done, total);
    cursor.next();
  }
  onProgress?.(total, total);
}

/** What is still open when the data ends is closed at the last close and says so; intraday positions are squared off. */
function endedTrades(session: BacktestSession, { trades }: BacktestTally, product: ProductType): readonly Trade[] {
  session.drain();
  const closedBefore = trades.length;
  session.closeOut();
  if (product === 'INTRADAY') return trades;
  return trades.map((trade, index) => (index < closedBefore ? trade : { ...trade, exitReason: 'end_of_data' }));
}

function refuseDaily(sources: readonly FileSource[]): void {
  const daily = sources.find((source) => source.timeframe === '1d');
  if (!daily) return;
  throw new ConfigError(
    `--product intraday: expected candles shorter than a day, found 1d in ${daily.paths[0]}; say --product delivery`,
  );
}

/** The trades file must replace no candles, nor be taken for candles by the next run. */
function refuseAmongData(tradesOutPath: string, dataPath: string, sources: readonly FileSource[]): void {
  const isData = sources.some(({ paths }) => paths.includes(tradesOutPath));
  if (!isData && (dirname(tradesOutPath) !== dataPath || !isCandleFileName(tradesOutPath))) return;
  throw new ConfigError(`--trades-out: expected a file outside the data, found "${tradesOutPath}"; name another one`);
}

function nothingAsked({ dataPath, from, to }: BacktestRequest): DataError {
  const since = from === null ? '' : ` from ${formatIst(from)}`;
  const until = to === null ? '' : ` before ${formatIst(to)}`;
  return new DataError(`${dataPath}: expected candles${since}${until}, found none; change --from and --to`);
}

function nothingInSession(sources: readonly FileSource[], cursors: readonly CandleCursor[]): DataError {
  const [source] = sources;
  const first = cursors.find(({ firstOutside }) => firstOutside !== null)?.firstOutside ?? null;
  const outside = cursors.reduce((sum, cursor) => sum + cursor.outsideSession, 0);
  const offGrid = cursors.reduce((sum, cursor) => sum + cursor.offGrid, 0);
  const found = [
    ...(outside > 0
      ? [`${outside} outside the trading hours${first === null ? '' : ` (the first at ${formatIst(first)})`}`]
      : []),
    ...(offGrid > 0 ? [`${offGrid} off the grid of ${source?.timeframe} candles`] : []),
  ];
  return new DataError(
    `${source?.paths[0]}: expected candles of ${source?.instrumentId} in its trading hours, found ${found.join(', ')}; ` +
      'check the times, --label and --instrument',
  );
}
