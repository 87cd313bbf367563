import { Command } from 'commander';
import { printResult } from './output.ts';

export function runCommand(): Command {
  return new Command('run')
    .description(
      'Run the trading worker of bot.config.ts. Paper trading is the default; live needs TRADING_MODE=live and a broker account.',
    )
    .option('--json', 'print the summary of the run as one JSON document')
    .action(async (options: { readonly json?: boolean }) => {
      const { runWorker } = await import('../worker/run-worker.ts');
      printResult(await runWorker(), options.json === true);
    });
}
