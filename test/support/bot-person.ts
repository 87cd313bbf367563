import { expect } from 'vitest';
import type { FakeBotApi } from './fake-bot-api.ts';

export const [VIEWER, OPERATOR, OWNER, STRANGER, GROUP] = [11, 22, 33, 99, -500] as const;
export const USERS = [
  { id: VIEWER, role: 'viewer' },
  { id: OPERATOR, role: 'operator' },
  { id: OWNER, role: 'owner' },
];
export const PATIENCE = { timeout: 40_000, interval: 20 };

/** Somebody at a chat of the bot. */
export class BotPerson {
  readonly #server: FakeBotApi;
  readonly user: number;
  readonly chat: number;

  constructor(server: FakeBotApi, user: number, chat = user) {
    this.#server = server;
    this.user = user;
    this.chat = chat;
  }

  write(text: string, ageMs = 0): void {
    const date = Math.floor((Date.now() - ageMs) / 1_000);
    this.#server.push({ message: { message_id: 1, date, text, chat: { id: this.chat }, from: { id: this.user } } });
  }

  press(data: string, messageId = 1): void {
    const message = { message_id: messageId, date: 1, chat: { id: this.chat } };
    this.#server.push({ callback_query: { id: 'p', data, from: { id: this.user }, message } });
  }

  /** Everything this chat was told so far. */
  get told(): readonly string[] {
    return this.#server.messages.filter(({ chat }) => chat === this.chat).map(({ text }) => text);
  }

  /** What the chat is told next. */
  async ask(text: string): Promise<string> {
    const before = this.told.length;
    this.write(text);
    await expect.poll(() => this.told.length, PATIENCE).toBeGreaterThan(before);
    return this.told[before] ?? '';
  }

  /** The buttons of its last message. */
  get buttons(): readonly string[] {
    return this.#server.messages.findLast(({ chat }) => chat === this.chat)?.buttons.map(({ data }) => data) ?? [];
  }
}
