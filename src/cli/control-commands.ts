/**
 * `halt`, `resume`, `kill`, `squareoff`: commands to the worker from another shell. They go through the database of the
 * account, so that one that nobody hears is applied at the next start. They must work when little else does: a broken
 * bot.config.ts is no hindrance once the account is named.
 */
import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { suggestion } from '../config/nearest.ts';
import { ConfigError, UnavailableError } from '../core/errors.ts';
import type { InstrumentId, StrategyId } from '../core/ids.ts';
import type { OpenSql } from '../db/open-sql.ts';
import type { AccountStanding } from '../ports/account-views.ts';
import type { Command as EngineCommand } from '../ports/engine-event.ts';
import { accountOfBot } from './account-of-bot.ts';
import { type AskOptions, withAskOptions } from './ask-command.ts';
import { askWorker } from './ask-worker.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { knownStrategies } from './known-strategies.ts';
import { readInstrumentId } from './options.ts';
import { printNote, printResult } from './output.ts';

type ControlCommand = Exclude<EngineCommand, 'cancel'>;

interface ControlOptions extends AskOptions {
  readonly strategy?: string;
  readonly instrument?: InstrumentId;
}

interface Help {
  readonly summary: string;
  readonly entries: string;
  readonly orders: string;
  readonly positions: string;
}

const HELP: Readonly<Record<ControlCommand, Help>> = {
  halt: {
    summary: 'Deny new entries until "resume", also after a restart of the worker. Nothing is cancelled or closed.',
    entries: 'denied (TRADING_PAUSED)',
    orders: 'go on; an entry that is with the broker already may still fill',
    positions: 'kept, with their stop-losses and targets; strategies may leave them',
  },
  resume: {
    summary: 'Allow entries again after "halt" and "kill".',
    entries:
      'allowed again; strategies that were halted or killed with --strategy stay so until "resume --strategy <id>", which does not lift a halt of the whole account',
    orders: 'untouched; what was cancelled is not sent again',
    positions: 'untouched',
  },
  kill: {
    summary: 'Deny new entries until "resume", also after a restart, and cancel the entries that are working.',
    entries: 'denied (KILL_SWITCH_ON; of one strategy TRADING_PAUSED)',
    orders:
      'entries are cancelled; one that fills before its cancel arrives is kept and protected; stop-losses, targets and exits go on',
    positions: 'kept, with their stop-losses and targets; strategies may leave them; "squareoff" closes them',
  },
  squareoff: {
    summary: 'Cancel working orders and close positions at market. New entries are not stopped: send "kill" first.',
    entries: 'still allowed: a strategy may enter again on its next signal',
    orders: 'entries, stop-losses and targets are cancelled; exits that are on their way go on',
    positions: 'closed at market, whatever their product; outside market hours at the next open',
  },
};

export function controlCommand(name: ControlCommand): Command {
  const { summary, entries, orders, positions } = HELP[name];
  const command = new Command(name).description(summary);
  if (name === 'squareoff') {
    command.option(
      '--instrument <id>',
      'only in this instrument, e.g. NSE:INFY; by default in all of them',
      readInstrumentId('--instrument'),
    );
  }
  command.option('--strategy <id>', 'only this configured strategy, e.g. ema-3m; by default the whole account');
  return withAskOptions(command)
    .addHelpText(
      'after',
      `\nWhat it does\n  new entries:     ${entries}\n  working orders:  ${orders}\n  positions:       ${positions}\n\n` +
        'Without a running worker it is applied at the next start, before anything is sent.\n' +
        'Exit code 1: a worker runs and has not applied it; it is still asked for.',
    )
    .action((options: ControlOptions) => control(name, options));
}

async function control(command: ControlCommand, options: ControlOptions): Promise<void> {
  const { isKept, openAccountDatabase } = await import('../db/account-database.ts');
  const { accountStanding } = await import('../db/account-standing.ts');
  const { databaseUrl, stateFolder } = readEnv();
  const account = options.account ?? (await accountOfBot());
  const place = { url: databaseUrl ?? undefined, stateFolder, role: 'control', log: printNote };
  const database = await openAccountDatabase(place, account);
  try {
    const { findLeaseHolder } = await import('../db/lease.ts');
    if (!isKept(database.schema) && (await findLeaseHolder(database, database.schema)) === undefined) {
      throw new UnavailableError(
        `Account "${database.schema}" is not running, and each of its runs begins anew: there is nothing to ${command}.`,
      );
    }
    const strategyId = options.strategy === undefined ? null : await strategyOf(options.strategy, database);
    const instrumentId = options.instrument ?? null;
    const standing = await accountStanding(database, strategyId);
    const ofStrategy = strategyId === null ? '' : `, strategy "${strategyId}"`;
    const whose = `account "${database.schema}"${ofStrategy}${instrumentId === null ? '' : `, ${instrumentId}`}`;
    if (command === 'kill' || command === 'squareoff') printNote(`${command} of ${whose}: ${wordsOf(standing)}`);
    const outcome = await askWorker(database, { command, strategyId, instrumentId }, options.wait);
    if (outcome.state === 'failed' || outcome.state === 'unanswered') process.exitCode = EXIT_FAILED;
    const json = {
      command,
      account: database.schema,
      strategy: strategyId,
      instrument: instrumentId,
      ...outcome,
      before: standing,
    };
    printResult({ json, text: `${command} of ${whose}: ${outcome.text}` }, options.json === true);
  } finally {
    await database.close();
  }
}

function wordsOf({ openPositions, workingEntries, workingExits }: AccountStanding): string {
  return `${openPositions} open positions, ${workingEntries} working entries, ${workingExits} working exits`;
}

/** One that is configured, or that has traded: a wrong name must not look like a command that worked. */
async function strategyOf(name: string, database: OpenSql): Promise<StrategyId> {
  const { loadBot } = await import('../config/load-bot.ts');
  const { tradedStrategies } = await import('../db/account-standing.ts');
  const bot = await loadBot({ path: readEnv().configPath, strategies: await knownStrategies() }).catch(() => null);
  const known = new Set([...(bot?.strategies ?? []).map(({ id }) => id), ...(await tradedStrategies(database))]);
  for (const id of known) if (id === name) return id;
  const names = [...known];
  throw new ConfigError(
    `--strategy: expected one of ${names.join(', ') || '(none is configured)'}, found "${name}"${suggestion(name, names)}`,
  );
}
