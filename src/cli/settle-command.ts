/**
 * `settle`: how an order of unknown fate has ended, by the word of a person who has looked at the broker's own app. It goes
 * to the worker as other commands do.
 */
import { Command } from 'commander';
import { ConfigError } from '../core/errors.ts';
import type { ClientOrderId } from '../core/ids.ts';
import type { SettledOrder } from '../db/postgres-commands.ts';
import { type AskOptions, askAboutOrder, withAskOptions } from './ask-command.ts';

interface SettleOptions extends AskOptions {
  readonly notSent?: boolean;
  readonly filled?: NonNullable<SettledOrder['filled']>;
}

const ORDER_ID = /^[0-9a-z]{16}$/;

export function settleCommand(): Command {
  const command = new Command('settle')
    .description('Say how an order has ended of which nobody can tell whether it is at the broker (status UNKNOWN).')
    .argument('<order>', 'the client order id, as the alert names it')
    .option('--not-sent', "it is not in the broker's order book: it never got there, and is not sent again")
    .option('--filled <units@price>', 'it was filled, e.g. 10@1402.35; what is left of it has ended', readFilled);
  return withAskOptions(command)
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
  const settled = { orderId: order as ClientOrderId, filled };
  await askAboutOrder(options, async () => ({ command: 'settle', strategyId: null, settled, subject: order }));
}

function readFilled(text: string): NonNullable<SettledOrder['filled']> {
  const [quantity = Number.NaN, price = Number.NaN, ...rest] = text.split('@').map(Number);
  if (rest.length === 0 && Number.isSafeInteger(quantity) && quantity > 0 && Number.isFinite(price) && price > 0) {
    return { quantity, price };
  }
  throw new ConfigError(`--filled: expected units and price such as "10@1402.35", found "${text}"`);
}
