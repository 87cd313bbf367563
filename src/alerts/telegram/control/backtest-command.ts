import { dayOf } from '../../../core/time.ts';
import type { EquityChart } from '../../../ports/chart.ts';
import { backtestLines } from '../../views/backtest-view.ts';
import { bold, plain } from '../write-messages.ts';
import type { BotCommand, LinesReply } from './bot-command.ts';
import { PERIODS, readPeriod } from './read-period.ts';
import { misread } from './view-commands.ts';

const MOST_LETTERS = 64;

/** Answered at once with what is run, and with what it came to when that is known. */
export const BACKTEST_COMMAND: BotCommand = {
  name: 'backtest',
  role: 'operator',
  usage: '<strategy> <symbol> <period>',
  summary: 'run a strategy over the stored candles of an instrument; the result follows',
  isSafety: false,
  async run(args, desk) {
    const [strategy = '', ...rest] = args;
    const written = rest.pop() ?? '';
    const instrument = rest.join(' ');
    if (strategy === '' || instrument === '' || [strategy, instrument].some(({ length }) => length > MOST_LETTERS)) {
      return misread(`expected a strategy, a symbol and ${PERIODS}, found "${args.join(' ')}"`);
    }
    const days = readPeriod(written, dayOf(desk.day()));
    if (days === undefined) return misread(`expected ${PERIODS}, found "${written}"`);
    const plan = await desk.backtests.plan({ strategy, instrument, ...days });
    if (plan.kind === 'refused') return misread(plan.why);
    const { title, terms, run } = plan;
    return {
      kind: 'later',
      lines: [plain(`Running ${title}: ${terms}. The result follows here.`)],
      async begin(): Promise<LinesReply> {
        const end = await run();
        if (end.kind === 'failed') {
          return { kind: 'lines', lines: [bold(`No backtest of ${title}`), plain(end.why)], facts: null };
        }
        const head = `Backtest of ${title}`;
        const chart: EquityChart = { kind: 'equity', title: head, theme: desk.theme, trades: end.closed };
        const lines = [bold(head), ...backtestLines(end).map(plain), plain(terms)];
        return { kind: 'lines', lines, facts: end, picture: end.closed.length > 1 ? chart : undefined };
      },
    };
  },
};
