import { Command } from 'commander';
import { EXIT_FAILED } from './exit-codes.ts';
import { printResult } from './output.ts';

export function parityCommand(): Command {
  return new Command('parity')
    .description(
      'Replay a recorded session through the engine and compare candles, signals and orders with what was stored.',
    )
    .option('--json', 'print the comparison as one JSON document')
    .action(async (options: { readonly json?: boolean }) => {
      const { runParity } = await import('../backtest/run-parity.ts');
      const result = await runParity();
      printResult(result, options.json === true);
      if (!result.isEqual) process.exitCode = EXIT_FAILED;
    });
}
