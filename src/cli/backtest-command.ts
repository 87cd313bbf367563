import { Command } from 'commander';
import type { MoneySizing } from '../backtest/backtest-run.ts';
import { ConfigError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { type Rupees, toPaise } from '../core/money.ts';
import { dayOf, type EpochMs, formatDay, formatIst, startOfDay } from '../core/time.ts';
import { TIMEFRAMES, type Timeframe } from '../core/timeframe.ts';
import { ProgressLine } from '../logging/progress-line.ts';
import { knownStrategies } from './known-strategies.ts';
import {
  collectPairs,
  readChoice,
  readExistingPath,
  readInstrumentId,
  readNewFile,
  readNumber,
  readTime,
  readWholeNumber,
} from './options.ts';
import { printResult } from './output.ts';
import { findStrategy, parseParams } from './strategy-params.ts';

const PRODUCTS = { delivery: 'DELIVERY', intraday: 'INTRADAY', 'carry-forward': 'CARRY_FORWARD' } as const;

interface BacktestOptions {
  readonly strategy?: string;
  readonly data?: string;
  readonly timeframe?: Timeframe;
  readonly param: Readonly<Record<string, string>>;
  readonly from?: EpochMs;
  readonly to?: EpochMs;
  readonly capital: Rupees;
  readonly quantity?: number;
  readonly sizing?: MoneySizing;
  readonly slippageBps: number;
  readonly orders: 'limit' | 'market';
  readonly product: keyof typeof PRODUCTS;
  readonly broker: 'angel-one' | 'flattrade';
  readonly label: 'start' | 'end';
  readonly tradesOut?: string;
  readonly calendar?: string;
  readonly charges?: string;
  readonly instrument?: InstrumentId;
  readonly json?: boolean;
}

export function backtestCommand(): Command {
  return new Command('backtest')
    .description('Run a strategy over stored candles, with full charges, and report what it would have made.')
    .option('--strategy <name>', 'a registered strategy; "signalman strategies" lists them')
    .option(
      '--data <path>',
      'a candle file (CSV, CSV.gz, Parquet) or a folder of them',
      readExistingPath('--data', 'a file or folder'),
    )
    .option(
      '--timeframe <timeframe>',
      `roll the candles up first: ${TIMEFRAMES.join(', ')}`,
      readChoice('--timeframe', TIMEFRAMES),
    )
    .option(
      '--param <name=value>',
      'a parameter of the strategy; may be given several times',
      collectPairs('--param'),
      {},
    )
    .option('--from <day>', 'first day (or time, in IST), inclusive', readTime('--from'))
    .option('--to <day>', 'last day, inclusive (or a time in IST, exclusive)', readTime('--to', true))
    .option('--capital <rupees>', 'money at the start', readNumber('--capital', { above: 0 }), 1_000_000)
    .option('--quantity <units>', 'units an entry buys or sells (default: 1)', readWholeNumber('--quantity', 1))
    .option(
      '--sizing <kind:amount>',
      'instead of --quantity, as a bot sizes: fixed-value:50000 (rupees), percent-of-equity:10, risk-per-trade:0.5',
      readSizing('--sizing'),
    )
    .option(
      '--slippage-bps <bps>',
      'how much worse than seen a market order fills',
      readNumber('--slippage-bps', { atLeast: 0 }),
      0,
    )
    .option(
      '--orders <kind>',
      'limit: in a protection band that follows the price, as sent to the broker; market: at any price',
      readChoice('--orders', ['limit', 'market']),
      'limit',
    )
    .option(
      '--product <product>',
      'delivery or, for derivatives, carry-forward (held overnight); intraday (squared off 15 minutes before the close)',
      readChoice('--product', ['delivery', 'intraday', 'carry-forward']),
      'delivery',
    )
    .option(
      '--broker <broker>',
      'whose brokerage: angel-one or flattrade',
      readChoice('--broker', ['angel-one', 'flattrade']),
      'angel-one',
    )
    .option(
      '--label <edge>',
      'whether a row of the data is named by the start or the end of its candle',
      readChoice('--label', ['start', 'end']),
      'start',
    )
    .option('--trades-out <file>', 'write the trades as CSV', readNewFile('--trades-out'))
    .option(
      '--calendar <file>',
      'a refreshed market calendar instead of the shipped one',
      readExistingPath('--calendar', 'a file'),
    )
    .option(
      '--charges <file>',
      'a refreshed table of charges instead of the shipped one',
      readExistingPath('--charges', 'a file'),
    )
    .option('--instrument <id>', 'which instrument the data is, e.g. NSE:RELIANCE', readInstrumentId('--instrument'))
    .option('--json', 'print the report as one JSON document')
    .action(async (options: BacktestOptions) => {
      const data = options.data ?? missing('--data', 'a candle file or folder');
      const name = options.strategy ?? missing('--strategy', 'the name of a strategy');
      if (options.from !== undefined && options.to !== undefined && options.from >= options.to) {
        throw new ConfigError(
          `--to: expected no day or time before --from ("${written(options.from)}"), found "${written(options.to, true)}"`,
        );
      }
      if (options.sizing !== undefined && options.quantity !== undefined) {
        throw new ConfigError(
          `--sizing: expected nothing beside --quantity, which sizes already, found "${options.quantity}"`,
        );
      }
      const strategy = findStrategy('--strategy', name, await knownStrategies());
      const params = parseParams('--param', strategy, options.param);
      const { runBacktest } = await import('../backtest/run-backtest.ts');
      const progress = process.stderr.isTTY ? new ProgressLine(process.stderr) : null;
      const run = runBacktest({
        strategy,
        params,
        dataPath: data,
        timeframe: options.timeframe ?? null,
        from: options.from ?? null,
        to: options.to ?? null,
        capitalPaise: toPaise(options.capital),
        quantity: options.quantity ?? 1,
        sizing: options.sizing,
        slippageBps: options.slippageBps,
        orders: options.orders,
        product: PRODUCTS[options.product],
        broker: options.broker,
        label: options.label,
        tradesOutPath: options.tradesOut ?? null,
        instrumentId: options.instrument ?? null,
        calendarPath: options.calendar ?? null,
        chargesPath: options.charges ?? null,
        onProgress: progress ? (done, total) => progress.show(progressText(done, total)) : undefined,
      });
      const result = await run.finally(() => progress?.end());
      printResult(result, options.json === true);
    });
}

/** As `readTime` takes it. */
function written(time: EpochMs, isEndOfDay = false): string {
  if (startOfDay(dayOf(time)) !== time) return formatIst(time).slice(0, 16);
  return formatDay(dayOf(isEndOfDay ? time - 1 : time));
}

function readSizing(option: string): (text: string) => MoneySizing {
  return (text) => {
    const [kind, amount = '', ...rest] = text.split(':');
    const readAmount = readNumber(option, { above: 0 });
    if (rest.length === 0 && kind === 'fixed-value') return { kind, paise: toPaise(readAmount(amount)) };
    if (rest.length === 0 && (kind === 'percent-of-equity' || kind === 'risk-per-trade')) {
      return { kind, percent: readAmount(amount) };
    }
    throw new ConfigError(
      `${option}: expected fixed-value:<rupees>, percent-of-equity:<percent> or risk-per-trade:<percent>, found "${text}"`,
    );
  };
}

function progressText(done: number, total: number): string {
  return `Backtest: ${Math.floor((done / total) * 100)}% of ${total.toLocaleString('en-IN')} candles`;
}

function missing(option: string, expected: string): never {
  throw new ConfigError(`${option}: expected ${expected}, found nothing`);
}
