import { z } from 'zod';
import { chatName } from '../alerts/telegram/chat-name.ts';
import { pairChat } from '../alerts/telegram/pair-chat.ts';
import type { WrittenText } from '../alerts/telegram/read-update.ts';
import { type TelegramAccess, TelegramApi, type TelegramChat } from '../alerts/telegram/telegram-api.ts';
import type { Outcome } from '../ports/outcome.ts';

/** What setting up a bot takes: who it is, in which chat somebody writes a code, whether a chat is told. */
export interface TelegramDesk {
  readonly nameOf: (chat: TelegramChat) => string;
  /** The bot's name, without the `@`. */
  botName(): Promise<Outcome<string>>;
  pair(code: string, signal: AbortSignal): Promise<Outcome<WrittenText | undefined>>;
  tell(chat: TelegramChat, text: string): Promise<Outcome<unknown>>;
}

export function openTelegramDesk(access: TelegramAccess): TelegramDesk {
  const api = new TelegramApi(access);
  return {
    nameOf: chatName,
    async botName() {
      const bot = await api.call('getMe', {}, z.object({ username: z.string() }));
      return bot.kind === 'done' ? { kind: 'done', value: bot.value.username } : bot;
    },
    pair: (code, signal) => pairChat({ api, code, signal }),
    tell: (chat, text) => api.tell(chat, text),
  };
}
