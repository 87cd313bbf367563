import type { EpochMs } from '../core/time.ts';
import type { Outcome } from './outcome.ts';

export type SessionStanding =
  /** `since`: when its tokens were asked for, by a login or to renew it. */
  | { readonly kind: 'open'; readonly since: EpochMs }
  | { readonly kind: 'none' }
  /** The broker will not let us in: nothing is tried any more until a person has seen to it. */
  | { readonly kind: 'halted'; readonly reason: string };

/** The session with a broker, as a person may ask after it. */
export interface LoginDesk {
  /** As people know it: `Angel One`. */
  readonly broker: string;
  /** What a login needs, as a sentence without a full stop. */
  readonly needs: string;
  standing(): SessionStanding;
  /** Takes the token that a person has got from the broker for the day; null: none is needed, and none is taken. */
  readonly takeToken: ((token: string) => Promise<Outcome<null>>) | null;
}
