/** Commands by Telegram, put together for one account's worker. Entry point: `openControl`. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Control } from '../alerts/telegram/control/control.ts';
import type { ControlAction } from '../alerts/telegram/control/control-action.ts';
import { Guard } from '../alerts/telegram/control/guard.ts';
import { withHelp } from '../alerts/telegram/control/help-command.ts';
import { SETTINGS_COMMAND } from '../alerts/telegram/control/settings-command.ts';
import { SWITCH_COMMANDS } from '../alerts/telegram/control/switch-commands.ts';
import { TRADE_COMMANDS } from '../alerts/telegram/control/trade-commands.ts';
import { VIEW_COMMANDS } from '../alerts/telegram/control/view-commands.ts';
import { Poller } from '../alerts/telegram/poller.ts';
import { TelegramApi } from '../alerts/telegram/telegram-api.ts';
import { drawChart } from '../charts/draw-chart.ts';
import { programVersion } from '../config/program-version.ts';
import { formatClock, MINUTE_MS } from '../core/time.ts';
import type { Database } from '../db/database.ts';
import { findAnswer, sendCommand } from '../db/postgres-commands.ts';
import { PostgresConfirmations } from '../db/postgres-confirmations.ts';
import { PostgresMessageBook } from '../db/postgres-message-book.ts';
import { PostgresViews } from '../db/postgres-views.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';
import type { Logger } from '../logging/logger.ts';
import { fundsLines, holdingLines, ruleLines } from './account-lines.ts';
import { runChecks } from './doctor/check.ts';
import { limitLines } from './limit-lines.ts';
import type { OpenMarket } from './open-market.ts';
import type { TelegramSetup } from './open-telegram.ts';
import { SystemClock } from './system-clock.ts';

export interface ControlParts {
  readonly setup: TelegramSetup;
  readonly account: string;
  readonly market: OpenMarket;
  readonly engine: TradingEngine;
  readonly database: Database;
  readonly log: Logger;
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
  log,
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
  const messages = new PostgresMessageBook(database);
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
      commands: withHelp([...VIEW_COMMANDS, ...TRADE_COMMANDS, ...SWITCH_COMMANDS, SETTINGS_COMMAND]),
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
      },
      alerts: {
        configured: setup.settings,
        wishes: () => messages.wishes(),
        setWishes: (wishes) => messages.setWishes(wishes),
      },
      theme: setup.theme,
      draw: drawChart,
      now: () => market.clock.now(),
      day: () => market.clock.now(),
      carryOut: (action, askedBy) => carryOut(action, askedBy, database, () => isHeard),
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
    if (!signal.aborted) await control.publishMenus(setup.users);
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
  action: ControlAction,
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
