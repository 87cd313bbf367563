import type { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import type { OpenSql } from '../db/open-sql.ts';
import type { CommandRequest } from '../db/postgres-commands.ts';
import { accountOfBot } from './account-of-bot.ts';
import { askWorker, DEFAULT_WAIT_SECONDS } from './ask-worker.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { readNumber } from './options.ts';
import { printNote, printResult } from './output.ts';

export interface AskOptions {
  readonly account?: string;
  readonly wait: number;
  readonly json?: boolean;
}

/** What every command to the worker takes. */
export function withAskOptions(command: Command): Command {
  return command
    .option('--account <id>', 'the account, live if it has ever been traded live; by default that of bot.config.ts')
    .option(
      '--wait <seconds>',
      'how long to wait for the running worker',
      readNumber('--wait', { atLeast: 0 }),
      DEFAULT_WAIT_SECONDS,
    )
    .option('--json', 'print what happened as one JSON document');
}

/** About one order: asks the worker of its account, and prints what became of it. */
export async function askAboutOrder(
  options: AskOptions,
  request: (database: OpenSql) => Promise<Omit<CommandRequest, 'askedBy'> & { readonly subject: string }>,
): Promise<void> {
  const { openAccountDatabase } = await import('../db/account-database.ts');
  const { databaseUrl, stateFolder } = readEnv();
  const account = options.account ?? (await accountOfBot());
  const place = { url: databaseUrl ?? undefined, stateFolder, role: 'control', log: printNote };
  const database = await openAccountDatabase(place, account);
  try {
    const { subject: order, ...asked } = await request(database);
    const outcome = await askWorker(database, asked, options.wait);
    if (outcome.state === 'failed' || outcome.state === 'unanswered') process.exitCode = EXIT_FAILED;
    const json = { command: asked.command, account: database.schema, order, ...outcome };
    printResult({ json, text: `${asked.command} ${order}: ${outcome.text}` }, options.json === true);
  } finally {
    await database.close();
  }
}
