/** `npm run chaos -- --runs N --seed S [--jobs 2] [--backend both] [--json]`: exit 0 when every run was sound. */
import process from 'node:process';
import { Command, Option } from 'commander';
import { readChoice, readNumber, readWholeNumber } from '../../src/cli/options.ts';
import { redisServerPath } from '../support/redis-server.ts';
import { angelOneChaos } from './angel-one-chaos.ts';
import { runCampaign } from './run-campaign.ts';

interface ChaosCommand {
  readonly runs: number;
  readonly seed: number;
  readonly speed: number;
  readonly minutes: number;
  readonly jobs: number;
  readonly backend: 'postgres' | 'redis' | 'both';
  readonly redis?: boolean;
  readonly keep?: boolean;
  readonly json?: boolean;
  readonly points?: boolean;
  readonly writers?: boolean;
  readonly events: number;
}

const { redis, ...values } = readCommand();
if (values.points) {
  await killAtPoints();
  process.exit();
}
if (values.writers) {
  await replaceWriters();
  process.exit();
}
const backend = redis ? 'redis' : values.backend;
if (backend !== 'postgres' && redisServerPath() === undefined) {
  refuse('--backend: expected redis-server on the PATH, found none');
}
const report = await runCampaign({ ...values, backend, broker: angelOneChaos, keep: values.keep ?? false, say });
process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : JSON.stringify(report.totals)}\n`);
process.exitCode = report.totals.sound === report.totals.runs ? 0 : 1;

function readCommand(): ChaosCommand {
  const command = new Command('chaos')
    .usage('[options]   (npm run chaos -- --runs 3)')
    .description(
      'Play the beginning of the sample session against the simulator, with faults, commands and kill -9 by seed, and hold the books against what truly happened at the broker. The same seed plans the same run. Exit code 0: every run was sound.',
    )
    .option('--runs <number>', 'how many sessions', readWholeNumber('--runs', 1), 1)
    .option('--seed <number>', 'of the first one; the next ones follow', readWholeNumber('--seed', 0), 1)
    .option('--speed <times>', 'play so many times as fast', readNumber('--speed', { above: 0 }), 80)
    .option('--minutes <minutes>', 'length of the session', readWholeNumber('--minutes', 8), 14)
    .option('--jobs <number>', 'so many at a time', readWholeNumber('--jobs', 1), 1)
    .option(
      '--backend <which>',
      'where the queue is; "both" takes turns',
      readChoice('--backend', ['postgres', 'redis', 'both'] as const),
      'postgres' as const,
    )
    .addOption(new Option('--redis', 'the same as --backend redis'))
    .option('--keep', 'leave the folders of unsound runs')
    .option('--points', 'instead: die before and after every single step of an order and of a rule')
    .option('--writers', 'instead: two workers on one account, whoever trades is killed or stopped and woken')
    .option('--events <number>', 'of --writers', readWholeNumber('--events', 1), 100)
    .option('--json', 'print all results as one JSON document');
  try {
    return command
      .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
      .parse()
      .opts<ChaosCommand>();
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

async function killAtPoints(): Promise<void> {
  const { runPoints } = await import('./points/run-points.ts');
  const results = await runPoints({ jobs: values.jobs, say });
  const wrong = results.filter((each) => each.wrong.length > 0);
  const killed = results.filter(({ isKilled }) => isKilled).length;
  const totals = { runs: results.length, killed, wrong: wrong.length };
  process.stdout.write(`${values.json ? JSON.stringify({ totals, results }, null, 2) : JSON.stringify(totals)}\n`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

async function replaceWriters(): Promise<void> {
  const { runWriters } = await import('./writers/run-writers.ts');
  const result = await runWriters({ broker: angelOneChaos, seed: `${values.seed}`, events: values.events, say });
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  process.exitCode = result.problems.length === 0 ? 0 : 1;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function refuse(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(2);
}
