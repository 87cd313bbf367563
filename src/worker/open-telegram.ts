/** Telegram as the configuration wants it. Entry points: `telegramOf`, and `openMessenger` for one account's alerts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { chatName } from '../alerts/telegram/chat-name.ts';
import type { BotUser } from '../alerts/telegram/control/guard.ts';
import { Messenger, type MessengerOptions } from '../alerts/telegram/messenger.ts';
import { TelegramApi } from '../alerts/telegram/telegram-api.ts';
import type { Env } from '../config/env.ts';
import type { Bot } from '../config/load-bot.ts';
import type { Database } from '../db/database.ts';
import { PostgresMessageBook } from '../db/postgres-message-book.ts';
import type { Logger } from '../logging/logger.ts';
import type { ChartTheme } from '../ports/chart.ts';
import type { BacktestBot } from './backtest-runner.ts';
import { pictureOf } from './picture-of.ts';
import { SystemClock } from './system-clock.ts';

export interface TelegramSetup extends Pick<MessengerOptions, 'chats' | 'settings'> {
  readonly access: NonNullable<Env['telegram']>;
  readonly users: readonly BotUser[];
  readonly theme: ChartTheme;
  /** As it is configured, for backtests. */
  readonly bot: BacktestBot;
  /** What the chats are called in the books. */
  readonly chatNames: readonly string[];
}

/** Null without a token, and with a token that nobody is to be told by. */
export function telegramOf({ telegram: access }: Env, bot: Bot, say: (line: string) => void): TelegramSetup | null {
  const { chats, users, theme, alerts: settings } = bot.telegram;
  const { file } = bot;
  if (access === null) return null;
  if (chats.length === 0) {
    say(`Telegram stays off: expected chats in telegram.chats of ${file}, found none. Alerts are printed here only.`);
    return null;
  }
  if (users.length === 0) {
    say(`Telegram takes no commands: expected users in telegram.users of ${file}, found none. It tells alerts only.`);
  }
  return { access, chats, users, theme, bot, settings, chatNames: chats.map(chatName) };
}

export function openMessenger(setup: TelegramSetup, database: Database, log: Logger): Messenger {
  return new Messenger({
    ...{ api: new TelegramApi(setup.access), book: new PostgresMessageBook(database) },
    ...{ chats: setup.chats, settings: setup.settings },
    pictureOf: (alert) =>
      pictureOf(alert, database, setup.theme).catch((error: unknown) => {
        log.warn({ error: String(error) }, 'The picture of an alert could not be drawn');
        return null;
      }),
    // Telegram has the real time, whatever the market's is.
    clock: new SystemClock(),
    onTrouble: (text) => log.error(text),
  });
}

/** Past all books, while they are away: once, and nothing is known of what did not get there. */
export async function tellAtOnce({ access, chats }: TelegramSetup, text: string, log: Logger): Promise<void> {
  const api = new TelegramApi(access);
  for (const chat of chats) {
    const outcome = await api.tell(chat, text);
    if (outcome.kind !== 'done') log.warn({ chat: chatName(chat), outcome: outcome.kind }, 'Telegram was not told');
  }
}

const LAST_WORD_MS = 5_000;

/** Without a queue, before everything ends: what does not get there waits for the next start. */
export async function sendLastWord(setup: TelegramSetup, database: Database, log: Logger): Promise<void> {
  await Promise.race([openMessenger(setup, database, log).deliver(), sleep(LAST_WORD_MS)]);
}
