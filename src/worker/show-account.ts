/** An account's books for the command line: the same views, in the same words, as by Telegram. Entry point: `showAccount`. */
import { RISK_COMMAND } from '../alerts/telegram/control/risk-command.ts';
import { VIEW_COMMANDS } from '../alerts/telegram/control/view-commands.ts';
import { WATCH_COMMAND } from '../alerts/telegram/control/watch-command.ts';
import { drawChart } from '../charts/draw-chart.ts';
import { programVersion } from '../config/program-version.ts';
import { ConfigError } from '../core/errors.ts';
import type { StrategyId } from '../core/ids.ts';
import { DAY_MS, type EpochMs } from '../core/time.ts';
import { findLeaseHolder } from '../db/lease.ts';
import type { OpenSql } from '../db/open-sql.ts';
import { PostgresViews } from '../db/postgres-views.ts';

export interface ShowOptions {
  readonly database: OpenSql;
  readonly strategies: readonly StrategyId[];
  readonly now: EpochMs;
}

export interface Shown {
  readonly text: string;
  readonly json: unknown;
  /** A PNG, where there is something to be drawn. */
  readonly picture: (() => Promise<Uint8Array>) | null;
}

const SHOWN = [...VIEW_COMMANDS, WATCH_COMMAND, RISK_COMMAND];
const NOT_KNOWN = 'limits that are reached: known to the running worker only, which tells them by Telegram with /risk';

export async function showAccount(
  name: string,
  args: readonly string[],
  { database, strategies, now }: ShowOptions,
): Promise<Shown> {
  const command = SHOWN.find((each) => each.name === name);
  if (command === undefined) throw new ConfigError(`Expected a view of the account, found "${name}"`);
  const views = new PostgresViews(database);
  const holder = await findLeaseHolder(database, database.schema);
  const { lastPriceTime } = await views.status();
  // A recorded day that was played is looked at as it ended.
  const isPast = lastPriceTime !== null && now - lastPriceTime > DAY_MS / 2;
  const reply = await command.run(args, {
    ...{ theme: 'light', views, strategies, now: () => now, day: () => (isPast ? lastPriceTime : now) },
    facts: () => ({
      account: database.schema,
      mode: database.schema.startsWith('live_') ? 'live' : 'paper',
      version: programVersion(),
      startedTime: holder?.takenTime ?? null,
    }),
    told: { health: none, limits: none, funds: none, holdings: none, gtt: none, halts: async () => [NOT_KNOWN] },
  });
  if (reply.kind === 'lines') {
    const { lines, facts, picture } = reply;
    const draw = picture === undefined ? null : () => drawChart(picture);
    return { text: lines.map(({ text }) => text).join('\n'), json: facts, picture: draw };
  }
  const problem = reply.kind === 'misread' ? reply.problem : 'it is no view';
  throw new ConfigError(`${name} ${command.usage}: ${problem}`.replace(' :', ':'));
}

/** These are for whoever talks to the worker. */
async function none(): Promise<readonly string[]> {
  return [];
}
