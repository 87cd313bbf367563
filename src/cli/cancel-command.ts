/** `cancel`: one entry that is working. It goes to the worker as other commands do. */
import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { ConfigError } from '../core/errors.ts';
import { accountOfBot } from './account-of-bot.ts';
import { askWorker, DEFAULT_WAIT_SECONDS } from './ask-worker.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { readNumber } from './options.ts';
import { printNote, printResult } from './output.ts';

interface CancelOptions {
  readonly account?: string;
  readonly wait: number;
  readonly json?: boolean;
}

export function cancelCommand(): Command {
  return new Command('cancel')
    .description('Cancel an entry that is working. What it has filled is kept and protected.')
    .argument('<order>', 'its client order id, or the beginning of it, as "orders" shows it')
    .option('--account <id>', 'the account, live if it has ever been traded live; by default that of bot.config.ts')
    .option(
      '--wait <seconds>',
      'how long to wait for the running worker',
      readNumber('--wait', { atLeast: 0 }),
      DEFAULT_WAIT_SECONDS,
    )
    .option('--json', 'print what happened as one JSON document')
    .addHelpText(
      'after',
      '\nStops, targets and exits are not cancelled by hand: they are what a position is closed by ("squareoff" closes it now).\n' +
        'Without a running worker it is applied at the next start, before anything is sent.',
    )
    .action((order: string, options: CancelOptions) => cancel(order, options));
}

async function cancel(idStart: string, options: CancelOptions): Promise<void> {
  const { openAccountDatabase } = await import('../db/account-database.ts');
  const { PostgresViews } = await import('../db/postgres-views.ts');
  const { databaseUrl, stateFolder } = readEnv();
  const account = options.account ?? (await accountOfBot());
  const place = { url: databaseUrl ?? undefined, stateFolder, role: 'control', log: printNote };
  const database = await openAccountDatabase(place, account);
  try {
    const [order, ...others] = await new PostgresViews(database).ordersLike(idStart, 2);
    if (order === undefined)
      throw new ConfigError(`Expected an order of the account, found none whose id begins with "${idStart}"`);
    if (others.length > 0)
      throw new ConfigError(`Expected one order, found several whose id begins with "${idStart}": write more of it`);
    const { clientOrderId: orderId, strategyId } = order;
    const outcome = await askWorker(database, { command: 'cancel', strategyId, orderId }, options.wait);
    if (outcome.state === 'failed' || outcome.state === 'unanswered') process.exitCode = EXIT_FAILED;
    const json = { command: 'cancel', account: database.schema, order: orderId, ...outcome };
    printResult({ json, text: `cancel of order ${orderId}: ${outcome.text}` }, options.json === true);
  } finally {
    await database.close();
  }
}
