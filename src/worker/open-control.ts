/** Commands by Telegram, put together for one account's worker. Entry point: `openControl`. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { BOT_COMMANDS } from '../alerts/telegram/control/bot-commands.ts';
import { Control } from '../alerts/telegram/control/control.ts';
import type { EngineAction } from '../alerts/telegram/control/control-action.ts';
import { Guard } from '../alerts/telegram/control/guard.ts';
import { withHelp } from '../alerts/telegram/control/help-command.ts';
import { Poller } from '../alerts/telegram/poller.ts';
import { TelegramApi } from '../alerts/telegram/telegram-api.ts';
import { drawChart } from '../charts/draw-chart.ts';
import { programVersion } from '../config/program-version.ts';
import { formatClock, MINUTE_MS } from '../core/time.ts';
import type { Database } from '../db/database.ts';
import { findAnswer, sendCommand } from '../db/postgres-commands.ts';
import { PostgresConfirmations } from '../db/postgres-confirmations.ts';
import { PostgresGtt } from '../db/postgres-gtt.ts';
import { PostgresMessageBook } from '../db/postgres-message-book.ts';
import { PostgresViews } from '../db/postgres-views.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';
import type { Logger } from '../logging/logger.ts';
import type { RecentLines } from '../logging/recent-lines.ts';
import { fundsLines, holdingLines, ruleLines } from './account-lines.ts';
import { BacktestRunner } from './backtest-runner.ts';
import { runChecks } from './doctor/check.ts';
import { haltLines } from './halt-lines.ts';
import { limitLines } from './limit-lines.ts';
import type { OpenMarket } from './open-market.ts';
import type { TelegramSetup } from './open-telegram.ts';
import { RuleChanges, type RuleChangesOptions } from './rule-changes.ts';
import { SystemClock } from './system-clock.ts';

export interface ControlParts {
  readonly setup: TelegramSetup;
  readonly account: string;
  readonly market: OpenMarket;
  readonly engine: TradingEngine;
  readonly database: Database;
  readonly sweeper: RuleChangesOptions['sweeper'];
  readonly lastPrice: RuleChangesOptions['lastPrice'];
  readonly log: Logger;
  readonly recent: Pick<RecentLines, 'last'>;
  readonly signal: AbortSignal;
}

export interface BotControl {
  /** What was written while nobody listened: asked of the worker when this resolves, and not yet applied. */
  catchUp(): Promise<void>;
  /** Resolves when the signal aborts. */
  listen(): Promise<void>;
  /** Telegram has not answered for a while. */
  isDeaf(): boolean;
}

const ANSWER_PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 50;
/** Trading does not wait longer for a Telegram that does not answer. */
const CATCH_UP_MS = 3_000;
const NAME_AGAIN_MS = 15_000;
/** Long polls end every half minute. */
const DEAF_MS = 3 * MINUTE_MS;
const CHECK_TIMEOUT_MS = 10_000;

/** Null where nobody may send commands. */
export function openControl({
  setup,
  account,
  market,
  engine,
  database,
  sweeper,
  lastPrice,
  log,
  recent,
  signal,
}: ControlParts): BotControl | null {
  if (setup.users.length === 0) return null;
  const api = new TelegramApi(setup.access);
  // Telegram has the real time, whatever the market's is.
  const clock = new SystemClock();
  const startedTime = market.clock.now();
  const openedTime = clock.now();
  let botName: string | null = null;
  let isHeard = false;
  const groups = [...new Set(setup.chats.filter(({ id }) => id < 0).map(({ id }) => id))];
  const messages = new PostgresMessageBook(database);
  const rulesDesk = market.desk?.rules ?? null;
  const rules =
    rulesDesk &&
    new RuleChanges({ desk: rulesDesk, ledger: new PostgresGtt(database), sweeper, lastPrice, clock: market.clock });
  const guard = new Guard({
    users: setup.users,
    chats: setup.chats.map(({ id }) => id),
    onStranger: (words) => log.warn(words),
    onIntruder: (words) => market.trouble.tell(words),
  });
  const control = new Control({
    ...{
      api,
      guard,
      clock,
      botName: () => botName,
      commands: withHelp(BOT_COMMANDS),
    },
    confirmations: new PostgresConfirmations(database),
    makeNonce: () => randomBytes(18).toString('base64url'),
    desk: {
      views: new PostgresViews(database),
      strategies: market.engine.strategies.map(({ instance }) => instance.id),
      facts: () => {
        const mode = market.desk === null ? 'paper' : 'live';
        return { account, mode, version: programVersion(), startedTime };
      },
      told: {
        health: () => health(market, poller),
        limits: async () => limitLines(market.engine.limits, engine, market.clock.now()),
        funds: async () => fundsLines(engine, market.clock.now()),
        holdings: () => holdingLines(market),
        gtt: () => ruleLines(database, market.clock.now()),
        halts: async () => haltLines(market.engine.limits, engine),
      },
      alerts: {
        configured: setup.settings,
        wishes: () => messages.wishes(),
        setWishes: (wishes) => messages.setWishes(wishes),
      },
      ...{ options: market.options, quotes: market.quotes, login: market.login },
      logLines: (most) => recent.last(most),
      theme: setup.theme,
      draw: drawChart,
      now: () => market.clock.now(),
      day: () => market.clock.now(),
      backtests: new BacktestRunner({ bot: setup.bot, database, signal }),
      rules,
      carryOut: async (action, askedBy) => {
        if (!('rule' in action)) return carryOut(action, askedBy, database, () => isHeard);
        log.info({ ...action, askedBy }, 'A rule is changed by hand');
        return rules?.carryOut(action, () => isHeard) ?? 'nothing was done: orders are filled on paper';
      },
    },
  });
  const findName = async (patience: AbortSignal): Promise<void> => {
    const bot = await api.call('getMe', {}, z.object({ username: z.string() }), { signal: patience });
    if (bot.kind === 'done') botName = bot.value.username;
  };
  const introduce = async (): Promise<void> => {
    while (botName === null && !signal.aborted) {
      await findName(signal);
      if (botName === null) await clock.sleepUntil(clock.now() + NAME_AGAIN_MS, signal);
    }
    if (!signal.aborted) await control.publishMenus(setup.users, groups);
  };
  const poller: Poller = new Poller({
    ...{ api, clock },
    take: (update) => control.take(update),
    onTrouble: (text) => market.trouble.tell(text),
    onFailure: (error) => log.warn({ error: String(error) }, 'What was written to the bot could not be taken'),
  });
  return {
    isDeaf: () => clock.now() - (poller.heardTime ?? openedTime) > DEAF_MS,
    async catchUp() {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(CATCH_UP_MS)]);
      await findName(patience);
      if (botName !== null) await poller.catchUp(patience);
    },
    async listen() {
      isHeard = true;
      await Promise.all([poller.listen(signal), introduce()]);
    },
  };
}

async function health(market: OpenMarket, poller: Poller): Promise<readonly string[]> {
  const checks = await runChecks(market.checks(), CHECK_TIMEOUT_MS);
  const heard = poller.heardTime === null ? 'not heard yet' : `last heard ${formatClock(poller.heardTime)}`;
  return [
    ...checks.map(({ status, name, found }) => `${status} ${name}: ${found}`),
    `ok Telegram: ${heard}`,
    `${market.queue.length} prices and updates wait to be taken`,
  ];
}

/** Written down before it is done, like a command from a shell. */
async function carryOut(
  action: EngineAction,
  askedBy: string,
  database: Database,
  isHeard: () => boolean,
): Promise<string> {
  const id = await sendCommand(database, { ...action, askedBy });
  const deadline = performance.now() + ANSWER_PATIENCE_MS;
  while (isHeard() && performance.now() < deadline) {
    const answer = await findAnswer(database, id);
    if (answer !== undefined) return answer.isApplied ? answer.text : `it could not be done: ${answer.text}`;
    await sleep(LOOK_EVERY_MS);
  }
  return 'it is asked for, and is done before anything is sent';
}
