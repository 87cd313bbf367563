import { bold, plain } from '../write-messages.ts';
import type { BotCommand } from './bot-command.ts';
import { misread } from './view-commands.ts';

const DEFAULT_LINES = 20;
const MOST_LINES = 100;

export const LOGS_COMMAND: BotCommand = {
  ...{ name: 'logs', role: 'owner', usage: '[n]', isSafety: false, isPaged: true },
  summary: `the latest lines of the process log, ${DEFAULT_LINES} unless said otherwise; without secrets, like the log itself`,
  async run(args, desk) {
    const [text = String(DEFAULT_LINES), ...others] = args;
    const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
    if (count < 1 || count > MOST_LINES || others.length > 0) {
      return misread(`expected a number from 1 to ${MOST_LINES}, found "${args.join(' ')}"`);
    }
    const lines = desk.logLines(count);
    const head = lines.length === 0 ? 'Log: nothing since the start' : `Log: the latest ${lines.length}`;
    return { kind: 'lines', lines: [bold(head), ...lines.map(plain)], facts: lines };
  },
};
