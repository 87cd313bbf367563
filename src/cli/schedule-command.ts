/** `schedule`: what the worker's schedule ran on which trading day, with checklists and reports in full. */
import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { ConfigError } from '../core/errors.ts';
import { dayOf, formatDay, formatIst, parseDay } from '../core/time.ts';
import type { ScheduleRun } from '../db/postgres-schedule.ts';
import { accountOfBot } from './account-of-bot.ts';
import { printNote, printResult } from './output.ts';

interface ScheduleOptions {
  readonly account?: string;
  readonly since?: string;
  readonly json?: boolean;
}

/** A week: what somebody who was away wants to see. */
const DAYS = 7;

export function scheduleCommand(): Command {
  return new Command('schedule')
    .description(
      'Show what the schedule ran on which trading day: checklists, square-off checks, reports, and what it missed.',
    )
    .option('--account <id>', 'the account, live if it has ever been traded live; by default that of bot.config.ts')
    .option('--since <day>', 'from that day on, YYYY-MM-DD; by default the last week', readDay)
    .option('--json', 'print them as one JSON document')
    .action((options: ScheduleOptions) => show(options));
}

async function show(options: ScheduleOptions): Promise<void> {
  const { openAccountDatabase } = await import('../db/account-database.ts');
  const { PostgresSchedule } = await import('../db/postgres-schedule.ts');
  const { databaseUrl, stateFolder } = readEnv();
  const account = options.account ?? (await accountOfBot());
  const place = { url: databaseUrl ?? undefined, stateFolder, role: 'schedule', log: printNote };
  const database = await openAccountDatabase(place, account);
  try {
    const since = options.since ?? formatDay(dayOf(Date.now()) - DAYS);
    const runs = await new PostgresSchedule(database).since(since);
    const json = { account: database.schema, since, runs };
    printResult({ json, text: textOf(database.schema, since, runs) }, options.json === true);
  } finally {
    await database.close();
  }
}

function textOf(account: string, since: string, runs: readonly ScheduleRun[]): string {
  if (runs.length === 0) return `account "${account}": nothing ran since ${since}`;
  return [`account "${account}", since ${since}`, ...runs.map(paragraphOf)].join('\n\n');
}

function paragraphOf({ time, text }: ScheduleRun): string {
  const at = formatIst(time).slice(0, 16).replace('T', ' ');
  return `${at}  ${text.split('\n').join('\n  ')}`;
}

function readDay(text: string): string {
  if (parseDay(text) === undefined) throw new ConfigError(`--since: expected a day (YYYY-MM-DD), found "${text}"`);
  return text;
}
