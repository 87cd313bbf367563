/** `cancel`: one entry that is working. It goes to the worker as other commands do. */
import { Command } from 'commander';
import { ConfigError } from '../core/errors.ts';
import { type AskOptions, askAboutOrder, withAskOptions } from './ask-command.ts';

export function cancelCommand(): Command {
  const command = new Command('cancel')
    .description('Cancel an entry that is working. What it has filled is kept and protected.')
    .argument('<order>', 'its client order id, or the beginning of it, as "orders" shows it');
  return withAskOptions(command)
    .addHelpText(
      'after',
      '\nStops, targets and exits are not cancelled by hand: they are what a position is closed by ("squareoff" closes it now).\n' +
        'Without a running worker it is applied at the next start, before anything is sent.',
    )
    .action((order: string, options: AskOptions) => cancel(order, options));
}

async function cancel(idStart: string, options: AskOptions): Promise<void> {
  const { PostgresViews } = await import('../db/postgres-views.ts');
  await askAboutOrder(options, async (database) => {
    const [order, ...others] = await new PostgresViews(database).ordersLike(idStart, 2);
    if (order === undefined)
      throw new ConfigError(`Expected an order of the account, found none whose id begins with "${idStart}"`);
    if (others.length > 0)
      throw new ConfigError(`Expected one order, found several whose id begins with "${idStart}": write more of it`);
    const { clientOrderId, strategyId } = order;
    return { command: 'cancel', strategyId, orderId: clientOrderId, subject: clientOrderId };
  });
}
