/**
 * The command tree. Only the command that runs is loaded: `backtest` never loads the queue, `--help` loads nothing.
 */
import { Command } from 'commander';

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'run the trading worker (paper trading unless TRADING_MODE says live)',
    load: async () => (await import('./run-command.ts')).runCommand(),
  },
  {
    name: 'halt',
    summary: 'deny new entries until resumed; running worker or next start',
    load: async () => (await import('./control-commands.ts')).controlCommand('halt'),
  },
  {
    name: 'resume',
    summary: 'allow entries again after halt and kill',
    load: async () => (await import('./control-commands.ts')).controlCommand('resume'),
  },
  {
    name: 'kill',
    summary: 'deny new entries and cancel those that are working',
    load: async () => (await import('./control-commands.ts')).controlCommand('kill'),
  },
  {
    name: 'squareoff',
    summary: 'cancel working orders and close positions at market',
    load: async () => (await import('./control-commands.ts')).controlCommand('squareoff'),
  },
  {
    name: 'status',
    summary: 'show an account at a glance',
    load: async () => (await import('./show-commands.ts')).showCommand('status'),
  },
  {
    name: 'positions',
    summary: 'show open positions, their stops and results',
    load: async () => (await import('./show-commands.ts')).showCommand('positions'),
  },
  {
    name: 'orders',
    summary: 'show orders that work, or those of today',
    load: async () => (await import('./show-commands.ts')).showCommand('orders'),
  },
  {
    name: 'order',
    summary: 'show all that is known of one order',
    load: async () => (await import('./show-commands.ts')).showCommand('order'),
  },
  {
    name: 'signals',
    summary: 'show the latest signals and what became of them',
    load: async () => (await import('./show-commands.ts')).showCommand('signals'),
  },
  {
    name: 'quote',
    summary: 'show the latest price of an instrument',
    load: async () => (await import('./show-commands.ts')).showCommand('quote'),
  },
  {
    name: 'watch',
    summary: 'show the latest price of everything that is watched',
    load: async () => (await import('./show-commands.ts')).showCommand('watch'),
  },
  {
    name: 'risk',
    summary: 'show what risk has decided, and what is exposed',
    load: async () => (await import('./show-commands.ts')).showCommand('risk'),
  },
  {
    name: 'chart',
    summary: 'draw candles, entries and exits of an instrument into a PNG',
    load: async () => (await import('./show-commands.ts')).showCommand('chart'),
  },
  {
    name: 'report',
    summary: "show a day's report",
    load: async () => (await import('./show-commands.ts')).showCommand('report'),
  },
  {
    name: 'trades',
    summary: 'show closed trades',
    load: async () => (await import('./show-commands.ts')).showCommand('trades'),
  },
  {
    name: 'pnl',
    summary: 'show what was made and lost',
    load: async () => (await import('./show-commands.ts')).showCommand('pnl'),
  },
  {
    name: 'cancel',
    summary: 'cancel an entry that is working',
    load: async () => (await import('./cancel-command.ts')).cancelCommand(),
  },
  {
    name: 'settle',
    summary: 'say how an order of unknown fate has ended',
    load: async () => (await import('./settle-command.ts')).settleCommand(),
  },
  {
    name: 'differences',
    summary: "list what the broker's books have and ours have not, and what to do about it",
    load: async () => (await import('./differences-command.ts')).differencesCommand(),
  },
  {
    name: 'schedule',
    summary: 'show checklists, reports and what else the schedule ran or missed',
    load: async () => (await import('./schedule-command.ts')).scheduleCommand(),
  },
  {
    name: 'telegram',
    summary: "find out a chat's number, and try whether it is told",
    load: async () => (await import('./telegram-command.ts')).telegramCommand(),
  },
  {
    name: 'backtest',
    summary: 'run a strategy over stored candles and report what it would have made',
    load: async () => (await import('./backtest-command.ts')).backtestCommand(),
  },
  {
    name: 'history',
    summary: 'download, import and verify candles',
    load: async () => (await import('./history-command.ts')).historyCommand(),
  },
  {
    name: 'instruments',
    summary: "import the broker's list of instruments, search it, show one of them",
    load: async () => (await import('./instruments-command.ts')).instrumentsCommand(),
  },
  {
    name: 'gtt',
    summary: 'good-till-triggered rules at the broker: list, make, change, cancel',
    load: async () => (await import('./gtt-command.ts')).gttCommand(),
  },
  {
    name: 'parity',
    summary: 'replay a recorded session and compare its signals and orders with what was stored',
    load: async () => (await import('./parity-command.ts')).parityCommand(),
  },
  {
    name: 'rehearse',
    summary: 'live through a bad trading day against the simulator, and check that nothing was lost',
    load: async () => (await import('./rehearse-command.ts')).rehearseCommand(),
  },
  {
    name: 'strategies',
    summary: 'list the strategies with their parameters',
    load: async () => (await import('./strategies-command.ts')).strategiesCommand(),
  },
  {
    name: 'simulate',
    summary: "serve a broker's protocol on this machine, over a simulated exchange",
    load: async () => (await import('./simulate-command.ts')).simulateCommand(),
  },
  {
    name: 'config',
    summary: 'check the configuration and show what it comes to',
    load: async () => (await import('./config-command.ts')).configCommand(),
  },
  {
    name: 'plan',
    summary: "hold the worst case of the bot's calls against the broker's limits",
    load: async () => (await import('./plan-command.ts')).planCommand(),
  },
  {
    name: 'doctor',
    summary: 'look whether this installation is fit to trade, and say what to do',
    load: async () => (await import('./doctor-command.ts')).doctorCommand(),
  },
];

export async function buildProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('signalman');
  program
    .description('A headless trading worker for Indian markets.')
    .usage('<command> [options]')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureHelp({ showGlobalOptions: false })
    .exitOverride()
    // The error itself is printed once, as one line, by `reportError`.
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', '\nEvery command has --help. Through npm: npm run signalman -- <command> --help');
  const wanted = wantedCommand(args);
  for (const entry of COMMANDS) {
    program.addCommand(
      entry.name === wanted ? inherit(await entry.load(), program).summary(entry.summary) : stub(entry),
    );
  }
  return program;
}

/** The first word that is no option, past `help`. */
function wantedCommand(args: readonly string[]): string | undefined {
  const words = args.filter((word) => !word.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
}

/** Stands for a command that this process will not run; it only fills the list of commands. */
function stub(entry: CommandEntry): Command {
  return new Command(entry.name).description(entry.summary).helpOption(false);
}

/** Commander hands settings down only to commands that it makes itself. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
  return command;
}
