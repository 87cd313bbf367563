import { Command } from 'commander';
import { knownStrategies } from './known-strategies.ts';
import { readNumber } from './options.ts';
import { printResult } from './output.ts';

interface RunOptions {
  readonly speed?: number;
  readonly standby?: boolean;
  readonly json?: boolean;
}

export function runCommand(): Command {
  return new Command('run')
    .description(
      'Run the trading worker of bot.config.ts. Paper trading is the default; live needs TRADING_MODE=live and a broker account.',
    )
    .option('--speed <times>', 'replay the recorded session so many times as fast', readNumber('--speed', { above: 0 }))
    .option('--standby', 'wait for the worker that runs to end, or to fall silent, and take its place')
    .option('--json', 'print the summary of the run as one JSON document')
    .action(async (options: RunOptions) => {
      const { runWorker } = await import('../worker/run-worker.ts');
      const asJson = options.json === true;
      const strategies = await knownStrategies();
      const people = asJson ? 'stderr' : 'stdout';
      const request = { strategies, sessionPath: null, speed: options.speed ?? null, people, isTold: true } as const;
      printResult(await runWorker({ ...request, isStandby: options.standby === true }), asJson);
    });
}
