import type { PressedButton, WrittenText } from '../read-update.ts';

export const ROLES = ['viewer', 'operator', 'owner'] as const;
/** A viewer looks, an operator trades as well, an owner decides about the account. Each may what those before it may. */
export type Role = (typeof ROLES)[number];

export interface BotUser {
  readonly id: number;
  readonly role: Role;
}

export interface GuardOptions {
  readonly users: readonly BotUser[];
  /** Numbers of chats besides the users' own where commands are taken. */
  readonly chats: readonly number[];
  /** Once for each of them. */
  readonly onStranger: (words: string) => void;
  /** One who goes on trying. */
  readonly onIntruder: (words: string) => void;
}

const TRIES_UNTIL_TOLD = 5;
const MOST_REMEMBERED = 1_000;

export function mayAct(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** Who may say something to the bot, and where. Strangers get no answer, so that they learn nothing. */
export class Guard {
  readonly #options: GuardOptions;
  readonly #users: ReadonlyMap<number, BotUser>;
  readonly #tries = new Map<number, number>();

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#users = new Map(options.users.map((user) => [user.id, user]));
  }

  /** Null: a stranger, or a chat that is not one of ours. */
  admit({ user, chat }: Pick<WrittenText | PressedButton, 'user' | 'chat'>): BotUser | null {
    const known = user === null ? undefined : this.#users.get(user);
    if (known !== undefined && (chat === known.id || this.#options.chats.includes(chat))) return known;
    this.#count(user ?? chat, known === undefined ? `user ${user ?? 'unknown'}` : `user ${user} in chat ${chat}`);
    return null;
  }

  #count(key: number, who: string): void {
    if (this.#tries.size >= MOST_REMEMBERED && !this.#tries.has(key)) this.#tries.clear();
    const tries = (this.#tries.get(key) ?? 0) + 1;
    this.#tries.set(key, tries);
    if (tries === 1) this.#options.onStranger(`Telegram: ${who} wrote to the bot and is not allowed to`);
    if (tries === TRIES_UNTIL_TOLD) {
      this.#options.onIntruder(
        `Somebody who is not allowed to writes to the bot again and again: ${who}. Nothing was answered`,
      );
    }
  }
}
