import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { loadBot } from '../config/load-bot.ts';
import { loadInstruments } from '../config/load-instruments.ts';
import { EXIT_FAILED, EXIT_OK } from './exit-codes.ts';
import { knownStrategies } from './known-strategies.ts';
import { readExistingPath, readWholeNumber } from './options.ts';
import { printResult } from './output.ts';

interface PlanCommandOptions {
  readonly instruments?: string;
  readonly fills: number;
  readonly reconnects: number;
  readonly json?: boolean;
}

export function planCommand(): Command {
  return new Command('plan')
    .description("Hold the worst case of this bot's calls against the broker's limits: do exits always find room?")
    .option(
      '--instruments <file>',
      'list with lots and freeze quantities, as backtest-data/instruments.json; without it the one of the session to replay',
      readExistingPath('--instruments', 'a list of instruments'),
    )
    .option('--fills <count>', 'pieces in which an order is filled', readWholeNumber('--fills', 1), 1)
    .option('--reconnects <count>', 'broken links an hour', readWholeNumber('--reconnects', 0), 6)
    .option('--json', 'print the plan as one JSON document')
    .action(async (options: PlanCommandOptions) => {
      const { planBot } = await import('../worker/plan/plan-bot.ts');
      const bot = await loadBot({ path: readEnv().configPath, strategies: await knownStrategies() });
      const path = options.instruments ?? bot.replay?.instrumentsPath;
      const known = new Map((path === undefined ? [] : loadInstruments(path)).map((each) => [each.id, each]));
      const plan = planBot(bot, known, { fillsPerOrder: options.fills, reconnectsPerHour: options.reconnects });
      process.exitCode = plan.json.isHeld ? EXIT_OK : EXIT_FAILED;
      printResult(plan, options.json === true);
    });
}
