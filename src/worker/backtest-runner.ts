/**
 * Backtests that a person asks of the running worker. Entry point: `BacktestRunner`.
 *
 * Invariants: nothing of one runs on the thread that trades, but for passing on the text of the candles; one runs at a time;
 * none outlives the worker, nor its time; its files are gone when it is over.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatInstrument, formatMoney, formatPercent } from '../alerts/format-values.ts';
import { isNamed } from '../alerts/named-instrument.ts';
import type { Bot, ConfiguredStrategy } from '../config/load-bot.ts';
import type { InstrumentId } from '../core/ids.ts';
import { indexByName } from '../core/index-names.ts';
import { parseInstrumentId } from '../core/instrument.ts';
import { formatDay, MINUTE_MS, startOfDay } from '../core/time.ts';
import { type Timeframe, timeframeMs } from '../core/timeframe.ts';
import { type CandleSpan, candleSpans, exportCandles } from '../db/export-candles.ts';
import type { OpenSql } from '../db/open-sql.ts';
import type { BacktestDesk, BacktestEnd, BacktestPlan, BacktestWish, Days } from '../ports/backtest-desk.ts';
import { runBacktestProcess } from './backtest-process.ts';
import { profitFactorOf, readClosedTrades } from './closed-trades.ts';

export type BacktestBot = Pick<
  Bot,
  'account' | 'strategies' | 'execution' | 'fillRules' | 'calendarPath' | 'chargesPath'
>;

export interface BacktestRunnerOptions {
  readonly bot: BacktestBot;
  readonly database: Pick<OpenSql, 'url' | 'schema'>;
  /** The worker stops. */
  readonly signal: AbortSignal;
  /** The longest that one may take. */
  readonly patienceMs?: number;
}

/** What is run, as the command line wants it. */
interface Setting {
  /** The instance or strategy, as it was named. */
  readonly name: string;
  readonly timeframe: Timeframe;
  readonly args: readonly string[];
  /** For people. */
  readonly terms: string;
}

type Terms = Pick<ConfiguredStrategy, 'timeframe' | 'product' | 'sizing'> & {
  readonly strategy: string;
  readonly params: object;
};

const PATIENCE_MS = 10 * MINUTE_MS;
const PRODUCTS = { DELIVERY: 'delivery', INTRADAY: 'intraday', CARRY_FORWARD: 'carry-forward' } as const;
/** Of a strategy that is not configured. */
const DEFAULT_TERMS: Omit<Terms, 'strategy'> = {
  timeframe: '5m',
  product: 'INTRADAY',
  params: {},
  sizing: { kind: 'percent-of-equity', percent: 10 },
};
const BUSY = 'another backtest runs: its result comes first, ask again then';

export class BacktestRunner implements BacktestDesk {
  readonly #options: BacktestRunnerOptions;
  #isBusy = false;

  constructor(options: BacktestRunnerOptions) {
    this.#options = options;
  }

  async plan({ strategy, instrument, first, last }: BacktestWish): Promise<BacktestPlan> {
    const setting = await this.#settingOf(strategy);
    if (typeof setting === 'string') return { kind: 'refused', why: setting };
    const id = this.#instrumentNamed(instrument);
    if (id === undefined) {
      return { kind: 'refused', why: `expected an instrument such as RELIANCE or NSE:RELIANCE, found "${instrument}"` };
    }
    if (this.#isBusy) return { kind: 'refused', why: BUSY };
    const title = `${setting.name} on ${formatInstrument(id)}, ${formatDay(first)} to ${formatDay(last)}`;
    return { kind: 'planned', title, terms: setting.terms, run: () => this.#run(setting, id, { first, last }) };
  }

  async #run(setting: Setting, id: InstrumentId, days: Days): Promise<BacktestEnd> {
    if (this.#isBusy) return { kind: 'failed', why: BUSY };
    this.#isBusy = true;
    const late = AbortSignal.timeout(this.#options.patienceMs ?? PATIENCE_MS);
    try {
      return await this.#runOver(setting, id, days, AbortSignal.any([this.#options.signal, late]));
    } catch (error) {
      if (this.#options.signal.aborted) return { kind: 'failed', why: 'The worker ends, or begins a new day.' };
      if (late.aborted) return { kind: 'failed', why: 'It took too long and was ended: take fewer days.' };
      return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#isBusy = false;
    }
  }

  async #runOver(
    { args, timeframe }: Setting,
    instrumentId: InstrumentId,
    { first, last }: Days,
    signal: AbortSignal,
  ): Promise<BacktestEnd> {
    const { database } = this.#options;
    const wanted = { instrumentId, from: startOfDay(first), to: startOfDay(last + 1) };
    const span = bestOf(await candleSpans(database, wanted), timeframe);
    if (span === undefined) return { kind: 'failed', why: nothingStored(instrumentId, timeframe, { first, last }) };
    const folder = await mkdtemp(join(tmpdir(), 'signalman-backtest-'));
    const [candles, trades] = [join(folder, 'candles.csv'), join(folder, 'trades.txt')];
    try {
      await exportCandles(database, { ...wanted, timeframe: span.timeframe }, candles, signal);
      const data = ['--data', candles, '--instrument', instrumentId, '--trades-out', trades];
      const report = await runBacktestProcess([...args, ...data], signal).catch((error: unknown) => {
        // Where the candles were for a moment tells nobody anything.
        throw new Error(
          String(error instanceof Error ? error.message : error).replaceAll(candles, 'the stored candles'),
        );
      });
      const closed = readClosedTrades(await readFile(trades, 'utf8'));
      return {
        ...{ kind: 'done', trades: report.trades, won: report.wins, closed, profitFactor: profitFactorOf(closed) },
        ...{ chargesPaise: report.chargesPaise, netPaise: report.netPaise, candles: span, notes: report.warnings },
        ...{ maxDrawdownPaise: report.maxDrawdownPaise, maxDrawdownPercent: report.maxDrawdownPercent },
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Or what is wrong with the name. */
  async #settingOf(name: string): Promise<Setting | string> {
    const { bot } = this.#options;
    const configured = bot.strategies.find(({ id }) => id === name);
    if (configured) {
      const { strategy, params, timeframe, product, sizing } = configured;
      return this.#setting(name, { strategy: strategy.name, params: params as object, timeframe, product, sizing });
    }
    const { strategies } = await import('../../strategies/index.ts');
    if (strategies.has(name)) return this.#setting(name, { ...DEFAULT_TERMS, strategy: name });
    const known = [...bot.strategies.map(({ id }) => id), ...strategies.keys()].join(', ');
    return `expected a strategy, one of ${known}, found "${name}"`;
  }

  #setting(name: string, { strategy, params, timeframe, product, sizing }: Terms): Setting | string {
    const { account, execution, fillRules, calendarPath, chargesPath } = this.#options.bot;
    const given = Object.entries(params).filter(([, value]) => value !== undefined);
    const odd = given.find(([, value]) => !['number', 'boolean', 'string'].includes(typeof value) && value !== null);
    if (odd)
      return `${name}: its parameter "${odd[0]}" is no number, text or yes and no, which is all that a backtest takes`;
    const size =
      sizing.kind === 'fixed-quantity'
        ? ['--quantity', String(sizing.quantity)]
        : ['--sizing', `${sizing.kind}:${sizing.kind === 'fixed-value' ? sizing.rupees : sizing.percent}`];
    const args = [
      ...['--strategy', strategy, '--timeframe', timeframe, '--product', PRODUCTS[product], ...size],
      ...['--capital', String(account.capitalPaise / 100), '--slippage-bps', String(fillRules.slippageBps)],
      ...['--orders', execution === null ? 'market' : 'limit'],
      ...(calendarPath === null ? [] : ['--calendar', calendarPath]),
      ...(chargesPath === null ? [] : ['--charges', chargesPath]),
      ...given.flatMap(([key, value]) => ['--param', `${key}=${value}`]),
    ];
    const terms = `${timeframe} candles, ${PRODUCTS[product]}, ${sizeWords(sizing)}, capital ${formatMoney(account.capitalPaise)}, no risk limits`;
    return { name, timeframe, args, terms };
  }

  #instrumentNamed(name: string): InstrumentId | undefined {
    const traded = this.#options.bot.strategies.flatMap(({ instruments }) => instruments);
    const upper = name.toUpperCase();
    const share = upper.includes(':') ? upper : `NSE:${upper}`;
    return traded.find((id) => isNamed(id, name)) ?? indexByName(name)?.id ?? parseInstrumentId(share)?.id;
  }
}

/** Those of which the strategy's candles can be made: on the most days, and of them the shortest. */
function bestOf(spans: readonly CandleSpan[], timeframe: Timeframe): CandleSpan | undefined {
  const length = timeframeMs(timeframe);
  const usable = spans.filter((span) => {
    const each = timeframeMs(span.timeframe);
    return each <= length && (timeframe === '1d' || length % each === 0);
  });
  return usable.sort((a, b) => b.days - a.days || timeframeMs(a.timeframe) - timeframeMs(b.timeframe))[0];
}

function nothingStored(id: InstrumentId, timeframe: Timeframe, { first, last }: Days): string {
  return `No candles are stored of ${formatInstrument(id)} from ${formatDay(first)} to ${formatDay(last)} of which ${timeframe} candles could be made. Fetch them: npm run history -- download --instrument "${id}" --timeframe 1m --from ${formatDay(first)} --to ${formatDay(last)} --database`;
}

function sizeWords(sizing: ConfiguredStrategy['sizing']): string {
  switch (sizing.kind) {
    case 'fixed-quantity':
      return `${sizing.quantity} ${sizing.quantity === 1 ? 'unit' : 'units'} an entry`;
    case 'fixed-value':
      return `entries of ${formatMoney(sizing.rupees * 100)}`;
    case 'percent-of-equity':
      return `entries of ${formatPercent(sizing.percent)} of the equity`;
    case 'risk-per-trade':
      return `${formatPercent(sizing.percent)} of the equity at risk an entry`;
  }
}
