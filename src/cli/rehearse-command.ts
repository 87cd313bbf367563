import { Command } from 'commander';
import { EXIT_FAILED } from './exit-codes.ts';
import { knownStrategies } from './known-strategies.ts';
import { readExistingPath, readNumber, readWholeNumber } from './options.ts';
import { printResult } from './output.ts';

interface RehearseOptions {
  readonly session?: string;
  readonly speed: number;
  readonly disconnects: number;
  readonly expiries: number;
  readonly storms: number;
  readonly seed: string;
  readonly json?: boolean;
}

export function rehearseCommand(): Command {
  return new Command('rehearse')
    .description(
      "Live through a bad trading day: the broker's simulator plays a recorded session, takes the orders, and breaks streams, ends tokens and throws calls back. Afterwards candles are compared with an undisturbed day, and orders and fills with what happened at the broker.",
    )
    .option(
      '--session <file>',
      'recorded ticks; by default the session of bot.config.ts',
      readExistingPath('--session', 'a recorded session'),
    )
    .option('--speed <times>', 'play so many times as fast', readNumber('--speed', { above: 0 }), 150)
    .option('--disconnects <number>', 'times the streams break', readWholeNumber('--disconnects', 0), 30)
    .option('--expiries <number>', 'times all tokens end', readWholeNumber('--expiries', 0), 5)
    .option('--storms <number>', 'times all calls are thrown back for a while', readWholeNumber('--storms', 0), 3)
    .option('--seed <text>', 'the same seed deals the same blows', '1')
    .option('--json', 'print the verdict as one JSON document')
    .action(async (options: RehearseOptions) => {
      const { rehearseDay } = await import('../worker/rehearsal/rehearse-day.ts');
      const asJson = options.json === true;
      const { disconnects, expiries, storms, seed, speed } = options;
      const report = await rehearseDay({
        strategies: await knownStrategies(),
        sessionPath: options.session ?? null,
        people: asJson ? 'stderr' : 'stdout',
        ...{ roughness: { disconnects, expiries, storms }, seed, speed },
      });
      printResult(report, asJson);
      if (!report.json.isSound) process.exitCode = EXIT_FAILED;
    });
}
