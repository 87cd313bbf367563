/** Commands that only look. Each answers with what the books say now, through the same views as the command line. */

import type { InstrumentId } from '../../../core/ids.ts';
import { type DayNumber, dayOf, formatDay, parseDay, startOfDay, weekdayOf } from '../../../core/time.ts';
import { TIMEFRAMES, type Timeframe } from '../../../core/timeframe.ts';
import type { Span } from '../../../ports/account-views.ts';
import type { CandleChart, EquityChart } from '../../../ports/chart.ts';
import { formatInstrument, formatResult } from '../../format-values.ts';
import {
  orderLine,
  orderLines,
  positionLine,
  quoteLine,
  signalLine,
  strategyResultLine,
  tradeLine,
} from '../../views/book-views.ts';
import { entriesLine, resultLine, statusLines } from '../../views/status-view.ts';
import { bold, plain } from '../write-messages.ts';
import type { Reply, Told, ViewCommand, ViewDesk } from './bot-command.ts';

const DEFAULT_ROWS = 10;
const MOST_ROWS = 100;
const MOST_LETTERS = 64;
/** As many as can be told apart. */
const MOST_CANDLES = 120;
const MOST_TRADES = 1_000;

type View = Omit<ViewCommand, 'role' | 'isSafety'>;

const VIEWS: readonly View[] = [
  {
    name: 'status',
    usage: '',
    summary: 'the account at a glance: may it enter, what is open, what the day came to',
    run: withoutArguments(async (desk) => {
      const [status, today] = await Promise.all([desk.views.status(), desk.views.result(spanOf('day', desk.day()))]);
      const [head = '', entries = '', ...others] = statusLines(desk.facts(), status, today, {
        now: desk.now(),
        day: desk.day(),
      });
      return answer(head, [entries, ...others], { ...desk.facts(), ...status, today });
    }),
  },
  told('health', 'what the worker hears and reaches'),
  {
    name: 'positions',
    usage: '',
    summary: 'open positions with their stops, targets and results',
    run: withoutArguments(async (desk) => {
      const positions = await desk.views.positions();
      return answer(`Positions: ${positions.length || 'none'}`, positions.map(positionLine), positions);
    }),
  },
  {
    name: 'orders',
    usage: '[open|today]',
    summary: 'orders that work now, or all that were planned today',
    async run(args, desk) {
      const [which = 'open', ...others] = args;
      if ((which !== 'open' && which !== 'today') || others.length > 0) {
        return misread(`expected "open" or "today", found "${args.join(' ')}"`);
      }
      const orders = await desk.views.orders(which === 'open' ? 'open' : spanOf('day', desk.day()), MOST_ROWS);
      return answer(`Orders, ${which}: ${countOf(orders.length)}`, orders.map(orderLine), orders);
    },
  },
  {
    name: 'order',
    usage: '<id>',
    summary: 'all that is known of one order; the beginning of its id is enough',
    async run(args, desk) {
      const [id = '', ...others] = args;
      if (!/^[0-9a-z]{3,16}$/.test(id) || others.length > 0) {
        return misread(`expected the first letters of an order's id, found "${args.join(' ')}"`);
      }
      const orders = await desk.views.ordersLike(id, 5);
      const [order, ...more] = orders;
      if (order === undefined) return answer(`No order's id begins with ${id}`, [], null);
      if (more.length > 0) return answer(`More than one order's id begins with ${id}`, orders.map(orderLine), orders);
      return answer(`Order ${order.clientOrderId}`, orderLines(order), order);
    },
  },
  {
    name: 'signals',
    usage: '[n] [strategy]',
    summary: 'the latest signals, what became of them and why',
    async run(args, desk) {
      const rest = [...args];
      const count = /^\d+$/.test(rest[0] ?? '') ? Number(rest.shift()) : DEFAULT_ROWS;
      const [name, ...others] = rest;
      const strategyId = name === undefined ? null : desk.strategies.find((id) => id === name);
      if (count < 1 || count > MOST_ROWS) return misread(`expected a number up to ${MOST_ROWS}, found "${count}"`);
      if (strategyId === undefined || others.length > 0) return misread(noStrategy(rest.join(' '), desk));
      const signals = await desk.views.signals(strategyId, count);
      return answer(`Signals: ${countOf(signals.length)}`, signals.map(signalLine), signals);
    },
  },
  {
    name: 'trades',
    usage: '[day|week|month]',
    summary: 'closed trades',
    run: overPeriod(async (period, span, desk) => {
      const trades = await desk.views.trades(span, MOST_ROWS);
      return answer(`Trades, ${period}: ${countOf(trades.length)}`, trades.map(tradeLine), trades);
    }),
  },
  {
    name: 'pnl',
    usage: '[day|week|month]',
    summary: 'what was made and lost, after charges, by strategy',
    run: overPeriod(async (period, span, desk) => {
      const [result, byStrategy] = await Promise.all([desk.views.result(span), desk.views.resultsByStrategy(span)]);
      const open = `open positions: ${formatResult(result.openPaise)} at the latest prices`;
      const trades = await desk.views.trades(span, MOST_TRADES);
      const chart: EquityChart = {
        ...{ kind: 'equity', title: resultLine(`This ${period}`, result), theme: desk.theme },
        trades: trades.toReversed(),
      };
      const lines = [open, ...byStrategy.map(strategyResultLine)];
      const reply = answer(chart.title, lines, { ...result, byStrategy });
      return trades.length > 1 ? { ...reply, picture: chart } : reply;
    }),
  },
  {
    name: 'quote',
    usage: '<symbol>',
    summary: 'the latest price of an instrument that is traded',
    async run(args, desk) {
      const name = args.join(' ');
      if (name === '' || name.length > MOST_LETTERS) return misread('expected a symbol, such as RELIANCE');
      const quotes = await desk.views.quotes(name, MOST_ROWS);
      return answer(
        quotes.length === 0 ? `No price of "${name}" has come` : `Quote: ${name}`,
        quotes.map(quoteLine),
        quotes,
      );
    },
  },
  {
    name: 'chart',
    usage: '<symbol> [timeframe]',
    summary: 'candles with what was bought and sold, stop and target; of five minutes unless said otherwise',
    async run(args, desk) {
      const rest = [...args];
      const timeframe = TIMEFRAMES.find((each) => each === rest.at(-1));
      if (timeframe !== undefined) rest.pop();
      const name = rest.join(' ');
      if (name === '' || name.length > MOST_LETTERS) return misread('expected a symbol, such as RELIANCE');
      const [quote] = await desk.views.quotes(name, 1);
      if (quote === undefined) return misread(`no price of "${name}" has come`);
      const chart = await candleChart(quote.instrumentId, timeframe ?? '5m', desk);
      const { title, candles } = chart;
      return { ...answer(title, candles.length === 0 ? ['No candle has closed yet'] : [], chart), ...pictureOf(chart) };
    },
  },
  told('limits', "the account's limits, and how much of each is used"),
  told('funds', 'equity, what it has fallen from its peak, and what the broker says is available'),
  told('holdings', 'shares in the account from deliveries of earlier days, by the broker'),
  {
    name: 'report',
    usage: '[date]',
    summary: "a day's report, such as 2026-11-17; by default the latest",
    async run(args, desk) {
      const [day = null, ...others] = args;
      if ((day !== null && parseDay(day) === undefined) || others.length > 0) {
        return misread(`expected a date such as 2026-11-17, found "${args.join(' ')}"`);
      }
      const report = await desk.views.report(day);
      if (report === undefined) return answer(day === null ? 'No report yet' : `No report of ${day}`, [], null);
      const [head = '', ...lines] = report.text.split('\n');
      return answer(head, lines, report);
    },
  },
  {
    name: 'strategies',
    usage: '',
    summary: 'the configured strategies, and which of them are halted',
    run: withoutArguments(async (desk) => {
      const { switches } = await desk.views.status();
      const paused: readonly string[] = switches?.pausedStrategies ?? [];
      const lines = desk.strategies.map((id) => `${id}: ${paused.includes(id) ? 'halted' : 'on'}`);
      return answer('Strategies', [...lines, entriesLine(switches)], { strategies: desk.strategies, switches });
    }),
  },
  {
    name: 'version',
    usage: '',
    summary: 'which version runs',
    run: withoutArguments(async (desk) => answer(`signalman ${desk.facts().version}`, [], desk.facts().version)),
  },
];

export const VIEW_COMMANDS: readonly ViewCommand[] = VIEWS.map((view) => ({
  ...view,
  role: 'viewer',
  isSafety: false,
  isPaged: true,
}));

function told(name: Told, summary: string): View {
  const head = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return {
    ...{ name, usage: '', summary },
    run: withoutArguments(async (desk) => {
      const lines = await desk.told[name]();
      return answer(lines.length === 0 ? `${head}: none` : head, lines, lines);
    }),
  };
}

export function noStrategy(name: string, desk: ViewDesk): string {
  return `expected one of ${desk.strategies.join(', ')}, found "${name}"`;
}

export function answer(head: string, lines: readonly string[], facts: unknown): Reply {
  return { kind: 'lines', lines: [bold(head), ...lines.map(plain)], facts };
}

export function misread(problem: string): Reply {
  return { kind: 'misread', problem };
}

export function withoutArguments(run: (desk: ViewDesk) => Promise<Reply>): ViewCommand['run'] {
  return async (args, desk) =>
    args.length === 0 ? run(desk) : misread(`expected nothing behind it, found "${args.join(' ')}"`);
}

type Period = 'day' | 'week' | 'month';

function overPeriod(run: (period: Period, span: Span, desk: ViewDesk) => Promise<Reply>): ViewCommand['run'] {
  return async (args, desk) => {
    const [period = 'day', ...others] = args;
    if ((period !== 'day' && period !== 'week' && period !== 'month') || others.length > 0) {
      return misread(`expected "day", "week" or "month", found "${args.join(' ')}"`);
    }
    return run(period, spanOf(period, desk.day()), desk);
  };
}

/** Up to now; weeks begin on Monday. */
export function spanOf(period: Period, now: number): Span {
  const today = dayOf(now);
  return { from: startOfDay(firstOf(period, today)), to: startOfDay(today + 1) };
}

function firstOf(period: Period, today: DayNumber): DayNumber {
  if (period === 'day') return today;
  if (period === 'week') return today - ((weekdayOf(today) + 6) % 7);
  return today - Number(formatDay(today).slice(-2)) + 1;
}

async function candleChart(instrumentId: InstrumentId, timeframe: Timeframe, desk: ViewDesk): Promise<CandleChart> {
  const candles = await desk.views.candles(instrumentId, timeframe, MOST_CANDLES);
  const from = candles[0]?.openTime ?? desk.now();
  const span = { from, to: Number.MAX_SAFE_INTEGER };
  const [fills, positions, signals] = await Promise.all([
    desk.views.fills(instrumentId, span),
    desk.views.positions(),
    desk.views.signals(null, MOST_ROWS),
  ]);
  const held = positions.filter((position) => position.instrumentId === instrumentId);
  const seen = signals.filter((signal) => signal.instrumentId === instrumentId && signal.createdTime >= from);
  return {
    ...{ kind: 'candles', title: `${formatInstrument(instrumentId)} ${timeframe}`, theme: desk.theme, candles },
    marks: [
      ...seen.map(({ createdTime: time, entryPrice: price }) => ({ time, price, kind: 'signal' as const })),
      ...fills.map(({ time, price, side }) => ({
        time,
        price,
        kind: side === 'BUY' ? ('buy' as const) : ('sell' as const),
      })),
    ],
    levels: held.flatMap(({ averagePrice, stop, target }) => [
      { price: averagePrice, name: 'entry' as const },
      ...(stop === null ? [] : [{ price: stop, name: 'stop' as const }]),
      ...(target === null ? [] : [{ price: target, name: 'target' as const }]),
    ]),
  };
}

function pictureOf(chart: CandleChart): { readonly picture?: CandleChart } {
  return chart.candles.length === 0 ? {} : { picture: chart };
}

function countOf(rows: number): string {
  if (rows === 0) return 'none';
  return rows < MOST_ROWS ? String(rows) : `the newest ${rows}`;
}
