/**
 * `settle`: how an order of unknown fate has ended, by the word of a person who has looked at the broker's own app. It goes
 * to the worker as other commands do.
 */
import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { ConfigError } from '../core/errors.ts';
import type { ClientOrderId } from '../core/ids.ts';
import type { SettledOrder } from '../db/postgres-commands.ts';
import { accountOfBot } from './account-of-bot.ts';
import { askWorker, DEFAULT_WAIT_SECONDS } from './ask-worker.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { readNumber } from './options.ts';
import { printNote, printResult } from './output.ts';

interface SettleOptions {
  readonly notSent?: boolean;
  readonly filled?: NonNullable<SettledOrder['filled']>;
  readonly account?: string;
  readonly wait: number;
  readonly json?: boolean;
}

const ORDER_ID = /^[0-9a-z]{16}$/;

export function settleCommand(): Command {
  return new Command('settle')
    .description('Say how an order has ended of which nobody can tell whether it is at the broker (status UNKNOWN).')
    .argument('<order>', 'the client order id, as the alert names it')
    .option('--not-sent', "it is not in the broker's order book: it never got there, and is not sent again")
    .option('--filled <units@price>', 'it was filled, e.g. 10@1402.35; what is left of it has ended', readFilled)
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
      "\nLook at the broker's own app first. No entry goes out in the order's instrument until it is settled.\n" +
        'Without a running worker it is applied at the next start, before anything is sent.',
    )
    .action((order: string, options: SettleOptions) => settle(order, options));
}

async function settle(order: string, options: SettleOptions): Promise<void> {
  const { notSent = false, filled = null } = options;
  if (!ORDER_ID.test(order)) {
    throw new ConfigError(`Expected a client order id of 16 letters and digits, found "${order}"`);
  }
  if (notSent === (filled !== null)) {
    throw new ConfigError(`Expected either --not-sent or --filled, found ${notSent ? 'both' : 'none of them'}`);
  }
  const { openAccountDatabase } = await import('../db/account-database.ts');
  const { databaseUrl, stateFolder } = readEnv();
  const account = options.account ?? (await accountOfBot());
  const place = { url: databaseUrl ?? undefined, stateFolder, role: 'control', log: printNote };
  const database = await openAccountDatabase(place, account);
  try {
    const settled = { orderId: order as ClientOrderId, filled };
    const asked = { command: 'settle', strategyId: null, settled } as const;
    const outcome = await askWorker(database, asked, options.wait);
    if (outcome.state === 'failed' || outcome.state === 'unanswered') process.exitCode = EXIT_FAILED;
    const json = { command: 'settle', account: database.schema, order, ...outcome };
    printResult({ json, text: `settle ${order}: ${outcome.text}` }, options.json === true);
  } finally {
    await database.close();
  }
}

function readFilled(text: string): NonNullable<SettledOrder['filled']> {
  const [quantity = Number.NaN, price = Number.NaN, ...rest] = text.split('@').map(Number);
  if (rest.length === 0 && Number.isSafeInteger(quantity) && quantity > 0 && Number.isFinite(price) && price > 0) {
    return { quantity, price };
  }
  throw new ConfigError(`--filled: expected units and price such as "10@1402.35", found "${text}"`);
}
