/** `status`, `positions`, `risk`, `watch` and their like: an account's books, with or without a running worker. */
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { accountOfBot } from './account-of-bot.ts';
import { knownStrategies } from './known-strategies.ts';
import { readNewFile } from './options.ts';
import { printNote, printResult } from './output.ts';

const SHOWN = {
  status: { usage: '', summary: 'show an account at a glance: may it enter, what is open, what the day came to' },
  positions: { usage: '', summary: 'show open positions with their stops, targets and results' },
  orders: { usage: '[open|today]', summary: 'show orders that work now, or all that were planned today' },
  order: { usage: '<id>', summary: 'show all that is known of one order; the beginning of its id is enough' },
  signals: { usage: '[n] [strategy]', summary: 'show the latest signals, what became of them and why' },
  quote: { usage: '<symbol>', summary: 'show the latest price of an instrument that is traded' },
  chart: {
    usage: '<symbol> [timeframe]',
    summary: 'draw candles with what was bought and sold, stop and target, into a PNG',
  },
  watch: { usage: '', summary: 'show everything that is watched: latest price, change on the day, spread' },
  risk: { usage: '', summary: 'show what risk has allowed and denied, what is exposed, what the stops would cost' },
  report: { usage: '[date]', summary: "show a day's report; by default the latest" },
  trades: { usage: '[day|week|month]', summary: 'show closed trades' },
  pnl: { usage: '[day|week|month]', summary: 'show what was made and lost, after charges, by strategy' },
} as const;

interface ShowOptions {
  readonly account?: string;
  readonly png?: string;
  readonly json?: boolean;
}

export function showCommand(name: keyof typeof SHOWN): Command {
  const { usage, summary } = SHOWN[name];
  const command = new Command(name)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .argument('[words...]', usage === '' ? 'nothing more' : usage)
    .option('--account <id>', 'the account, live if it has ever been traded live; by default that of bot.config.ts')
    .option('--json', 'print it as one JSON document')
    .action((words: readonly string[], options: ShowOptions) => show(name, words, options));
  if (name === 'chart')
    command.option(
      '--png <file>',
      'where the picture goes; by default <symbol>.png in this folder',
      readNewFile('--png'),
    );
  if (name === 'pnl')
    command.option('--png <file>', 'draw the results, trade by trade, into this file', readNewFile('--png'));
  return command;
}

async function show(name: string, words: readonly string[], options: ShowOptions): Promise<void> {
  const { openAccountDatabase } = await import('../db/account-database.ts');
  const { tradedStrategies } = await import('../db/account-standing.ts');
  const { showAccount } = await import('../worker/show-account.ts');
  const { databaseUrl, stateFolder } = readEnv();
  const account = options.account ?? (await accountOfBot());
  const onInstead = (other: string): void => printNote(`Account "${account}" was never traded: this is "${other}".`);
  const place = { url: databaseUrl ?? undefined, stateFolder, role: 'show' };
  const database = await openAccountDatabase(place, account, options.account === undefined ? onInstead : undefined);
  try {
    const { loadBot } = await import('../config/load-bot.ts');
    const path = readEnv().configPath;
    const bot = await loadBot({ path, strategies: await knownStrategies() }).catch(() => null);
    const configured = bot?.strategies.map(({ id }) => id) ?? [];
    const strategies = [...new Set([...configured, ...(await tradedStrategies(database))])];
    const shown = await showAccount(name, words, { database, strategies, now: Date.now() });
    const file = options.png ?? (name === 'chart' ? `${fileNameOf(words)}.png` : undefined);
    if (file !== undefined && shown.picture !== null) {
      writeFileSync(file, await shown.picture());
      printNote(`Drawn into ${file}`);
    }
    printResult(shown, options.json === true);
  } finally {
    await database.close();
  }
}

/** Of what a person has named, as a file is called on any system. */
function fileNameOf(words: readonly string[]): string {
  return words.join('-').replaceAll(/[^\w.&-]+/g, '-');
}
