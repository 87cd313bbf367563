import type { Alert, AlertSetting, AlertSubject } from '../core/alert.ts';
import type { EpochMs } from '../core/time.ts';

/** Of a day in India, as milliseconds after midnight; the end may lie on the next day. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

/** What a person has set besides the configuration. */
export interface AlertWishes {
  /** By kind, or by a kind's topic. */
  readonly kinds: Readonly<Partial<Record<AlertSubject, AlertSetting | undefined>>>;
  /** Then only what is critical makes a sound; null: never. */
  readonly quiet: QuietHours | null;
}

export const NO_WISHES: AlertWishes = { kinds: {}, quiet: null };

/** Alerts on their way to chats: written with the alert, in the order in which they were. */
export interface MessageBook {
  /** Those that are still to get to the chat, the oldest first. */
  pending(chat: string, most: number): Promise<readonly Alert[]>;
  markSent(chat: string, alertKeys: readonly string[], time: EpochMs): Promise<void>;
  /** They will never get there. */
  markRefused(chat: string, alertKeys: readonly string[], reason: string): Promise<void>;
  wishes(): Promise<AlertWishes>;
  setWishes(wishes: AlertWishes): Promise<void>;
}
