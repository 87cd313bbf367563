/** Commands that change something: what stops entries is done at once, all else asks first, with what it would come to. */
import type { StrategyId } from '../../../core/ids.ts';
import type { AccountStanding } from '../../../ports/account-views.ts';
import type { Command } from '../../../ports/engine-event.ts';
import type { BotCommand, ControlDesk, Reply } from './bot-command.ts';
import { misread, noStrategy } from './view-commands.ts';

export const SWITCH_COMMANDS: readonly BotCommand[] = [
  halting('halt', 'deny new entries until /resume; nothing is cancelled or closed'),
  halting('pause', 'the same as /halt'),
  {
    name: 'kill',
    role: 'operator',
    usage: '[strategy]',
    summary: 'deny new entries until /resume, and cancel those that are working',
    isSafety: true,
    run: asking('kill', ({ openPositions, workingEntries }, whose) => [
      `New entries${whose} are denied until /resume.`,
      `${count(workingEntries, 'working entry is', 'working entries are')} cancelled.`,
      `${count(openPositions, 'open position keeps its', 'open positions keep their')} stops and targets.`,
    ]),
  },
  {
    name: 'squareoff',
    role: 'operator',
    usage: '[all|strategy]',
    summary: 'cancel working orders and close positions; new entries are not stopped, /kill does that',
    isSafety: false,
    run: asking('squareoff', ({ openPositions, workingEntries, workingExits }, whose) => [
      `${count(openPositions, 'open position', 'open positions')}${whose} ${openPositions === 1 ? 'is' : 'are'} closed.`,
      `${count(workingEntries + workingExits, 'working order is', 'working orders are')} cancelled, stops and targets among them.`,
      'New entries are not stopped.',
    ]),
  },
  {
    name: 'resume',
    role: 'owner',
    usage: '[strategy]',
    summary: 'allow entries again after /halt and /kill',
    isSafety: false,
    run: asking('resume', (_, whose) => [
      `New entries${whose} are allowed again. What was cancelled is not sent again.`,
    ]),
  },
  {
    name: 'strategy',
    role: 'owner',
    usage: '<name> on|off',
    summary: 'allow or deny new entries of one strategy',
    isSafety: false,
    async run(args, desk) {
      const [name = '', state, ...others] = args;
      const strategyId = desk.strategies.find((id) => id === name);
      if (strategyId === undefined) return misread(noStrategy(name, desk));
      if ((state !== 'on' && state !== 'off') || others.length > 0) {
        return misread(`expected "on" or "off" behind it, found "${[state, ...others].join(' ').trim()}"`);
      }
      const { openPositions, workingEntries } = await desk.views.standing(strategyId);
      const effect =
        state === 'on'
          ? [`New entries of ${strategyId} are allowed again.`]
          : [
              `New entries of ${strategyId} are denied until it is switched on.`,
              `${count(openPositions, 'open position', 'open positions')} and ${count(workingEntries, 'working entry', 'working entries')} of it are left as they are.`,
            ];
      return { kind: 'ask', effect, action: { command: state === 'on' ? 'resume' : 'halt', strategyId } };
    },
  },
];

function halting(name: string, summary: string): BotCommand {
  return {
    ...{ name, role: 'operator', usage: '[strategy]', summary, isSafety: true },
    async run(args, desk) {
      const strategyId = strategyOf(args, desk);
      if (strategyId === undefined) return misread(noStrategy(args.join(' '), desk));
      return { kind: 'act', action: { command: 'halt', strategyId } };
    },
  };
}

function asking(
  command: Command,
  effectOf: (standing: AccountStanding, whose: string) => readonly string[],
): BotCommand['run'] {
  return async (args, desk): Promise<Reply> => {
    const strategyId = strategyOf(args, desk);
    if (strategyId === undefined) return misread(noStrategy(args.join(' '), desk));
    const standing = await desk.views.standing(strategyId);
    const whose = strategyId === null ? '' : ` of ${strategyId}`;
    return { kind: 'ask', effect: effectOf(standing, whose).map(sentence), action: { command, strategyId } };
  };
}

/** Null for the whole account; undefined when what was written names no strategy. */
function strategyOf(args: readonly string[], desk: ControlDesk): StrategyId | null | undefined {
  const [name = 'all', ...others] = args;
  if (others.length > 0) return undefined;
  return name === 'all' ? null : desk.strategies.find((id) => id === name);
}

function count(number: number, one: string, many: string): string {
  return `${number === 0 ? 'no' : number} ${number === 1 ? one : many}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
