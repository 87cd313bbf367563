/** `differences`: what the running worker, or the last one, has found the broker's books and ours to disagree on. */
import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { formatIst } from '../core/time.ts';
import type { StoredDifference } from '../db/postgres-differences.ts';
import { accountOfBot } from './account-of-bot.ts';
import { printNote, printResult } from './output.ts';

interface DifferencesOptions {
  readonly account?: string;
  readonly json?: boolean;
}

export function differencesCommand(): Command {
  return new Command('differences')
    .description("List what the broker's books have and ours have not, and what to do about it.")
    .option('--account <id>', 'the account, live if it has ever been traded live; by default that of bot.config.ts')
    .option('--json', 'print them as one JSON document')
    .addHelpText(
      'after',
      '\nThe worker looks for them; this command asks the database, not the broker. Nothing here touches orders or positions:\n' +
        'what was made by hand is listed and left alone, and what is wrong is for a person to set right.',
    )
    .action((options: DifferencesOptions) => list(options));
}

async function list(options: DifferencesOptions): Promise<void> {
  const { openAccountDatabase } = await import('../db/account-database.ts');
  const { PostgresDifferences } = await import('../db/postgres-differences.ts');
  const { databaseUrl, stateFolder } = readEnv();
  const account = options.account ?? (await accountOfBot());
  const place = { url: databaseUrl ?? undefined, stateFolder, role: 'differences', log: printNote };
  const database = await openAccountDatabase(place, account);
  try {
    const differences = await new PostgresDifferences(database).open();
    const json = { account: database.schema, differences };
    printResult({ json, text: textOf(database.schema, differences) }, options.json === true);
  } finally {
    await database.close();
  }
}

function textOf(account: string, differences: readonly StoredDifference[]): string {
  if (differences.length === 0) return `account "${account}": no open differences`;
  const head = `account "${account}": ${differences.length} open difference${differences.length === 1 ? '' : 's'}`;
  return [head, ...differences.map(paragraphOf)].join('\n\n');
}

function paragraphOf({ kind, level, text, foundTime, seenTime }: StoredDifference): string {
  const times = `found ${clockText(foundTime)}, last seen ${clockText(seenTime)}`;
  return `${level.toUpperCase()} ${kind}, ${times}\n  ${text}`;
}

function clockText(time: number): string {
  return formatIst(time).slice(0, 19).replace('T', ' ');
}
