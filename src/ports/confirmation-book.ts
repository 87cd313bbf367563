import type { EpochMs } from '../core/time.ts';

/** Something dangerous that a person has asked for and has to say yes to. */
export interface Confirmation {
  /** What the button carries; nobody can guess it. */
  readonly nonce: string;
  readonly user: number;
  readonly chat: string;
  /** What is done on a yes. */
  readonly action: unknown;
  readonly createdTime: EpochMs;
}

export type Taken =
  | { readonly kind: 'taken'; readonly action: unknown }
  /** Why nothing is done: pressed before, too late, asked of somebody else or elsewhere, or never asked. */
  | { readonly kind: 'used' | 'late' | 'foreign' | 'unknown' };

export interface ConfirmationBook {
  ask(confirmation: Confirmation): Promise<void>;
  /** Once, for the user and in the chat it was asked in, until it is `mostMs` old. */
  take(nonce: string, user: number, chat: string, now: EpochMs, mostMs: number): Promise<Taken>;
}
