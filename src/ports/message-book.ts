import type { Alert } from '../core/alert.ts';
import type { EpochMs } from '../core/time.ts';

/** Alerts on their way to chats: written with the alert, in the order in which they were. */
export interface MessageBook {
  /** Those that are still to get to the chat, the oldest first. */
  pending(chat: string, most: number): Promise<readonly Alert[]>;
  markSent(chat: string, alertKeys: readonly string[], time: EpochMs): Promise<void>;
  /** They will never get there. */
  markRefused(chat: string, alertKeys: readonly string[], reason: string): Promise<void>;
}
