import { Command } from 'commander';
import { compareSessions, type SessionComparison } from '../simulation/compare-sessions.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { knownStrategies } from './known-strategies.ts';
import { readExistingPath } from './options.ts';
import { printResult } from './output.ts';

interface ParityOptions {
  readonly session?: string;
  readonly json?: boolean;
}

export function parityCommand(): Command {
  return new Command('parity')
    .description(
      'Play one recorded session through the worker (Postgres, queue, paper orders) and through the backtest engine, and compare every signal, order and fill.',
    )
    .option(
      '--session <file>',
      'recorded ticks; by default the session of bot.config.ts',
      readExistingPath('--session', 'a recorded session'),
    )
    .option('--json', 'print the comparison as one JSON document')
    .action(async (options: ParityOptions) => {
      const { rehearse } = await import('../worker/run-worker.ts');
      const { backtestTicks } = await import('../backtest/backtest-ticks.ts');
      const { loadTicks } = await import('../history/load-ticks.ts');
      const { sessionPath, engine, rules, facts } = await rehearse({
        strategies: await knownStrategies(),
        sessionPath: options.session ?? null,
        speed: Number.POSITIVE_INFINITY,
        people: 'stderr',
      });
      const ticks = await loadTicks(sessionPath);
      const comparison = compareSessions(facts.record, backtestTicks(ticks, engine, rules));
      printResult({ json: comparison, text: textOf(comparison) }, options.json === true);
      if (!comparison.isEqual) process.exitCode = EXIT_FAILED;
    });
}

function textOf({ isEqual, counts, hashes, difference }: SessionComparison): string {
  const lines = Object.entries(counts).map(
    ([part, [worker, backtest]]) => `  ${part.padEnd(8)} ${worker} in the worker, ${backtest} in the backtest`,
  );
  const verdict = isEqual
    ? 'Equal to the byte.'
    : `Different: ${difference?.in ?? 'hash'} row ${difference?.row ?? '-'}`;
  const rows = difference
    ? [`  worker    ${JSON.stringify(difference.left)}`, `  backtest  ${JSON.stringify(difference.right)}`]
    : [];
  return [verdict, ...lines, `  hash     ${hashes[0]}${isEqual ? '' : ` and ${hashes[1]}`}`, ...rows].join('\n');
}
