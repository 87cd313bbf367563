import type { Gtt, GttLegName, GttStatus, GttTerms } from '../core/gtt.ts';
import type { BrokerGttId, ClientOrderId } from '../core/ids.ts';
import type { EpochMs } from '../core/time.ts';
import type { OutboxJob } from './ledger.ts';

/** What the executor or the broker's list says of one leg. */
export interface GttUpdate {
  readonly clientGttId: ClientOrderId;
  readonly leg: GttLegName;
  readonly status: GttStatus;
  readonly reason: string | null;
  readonly time: EpochMs;
  readonly brokerGttId?: BrokerGttId;
  /** As they are at the broker. */
  readonly terms?: GttTerms;
  /** With `ACTIVE` after a change: what was changed to. A newer wish stands. */
  readonly sentTerms?: GttTerms;
  /** With `SUBMITTING`: the rules of the same content that are there already. */
  readonly priorIds?: readonly BrokerGttId[];
}

/** What the legs shall become; those that are left out stay. */
export type GttChange = Readonly<Partial<Record<GttLegName, GttTerms>>>;

/** The durable book of good-till-triggered rules. What changes a rule promises the job that carries it out. */
export interface GttLedger {
  /** Nothing when there is a rule of this id already. */
  open(rule: Gtt): Promise<readonly OutboxJob[]>;
  /** New terms for legs that are at the broker; nothing when one of them is not, or has ended. */
  change(id: ClientOrderId, change: GttChange, time: EpochMs): Promise<readonly OutboxJob[]>;
  /** Nothing of it shall be left at the broker. */
  withdraw(id: ClientOrderId, time: EpochMs): Promise<readonly OutboxJob[]>;
  /** The job that looks after the rule, once more. */
  promise(ids: readonly ClientOrderId[], time: EpochMs): Promise<readonly OutboxJob[]>;
  /** Moves one leg if the table allows it; `moved` is false when it was there already or past it. */
  move(update: GttUpdate): Promise<{ readonly rule: Gtt; readonly moved: boolean } | undefined>;
  rule(id: ClientOrderId): Promise<Gtt | undefined>;
  /** Rules with a leg that has not ended, and those of which a leg changed since then, oldest first. */
  unsettled(since: EpochMs): Promise<readonly Gtt[]>;
  all(): Promise<readonly Gtt[]>;
}

/** One process at a time works on the rules of an account. */
export interface GttLock {
  /** Waits for its turn; `isHeld` says whether it still is ours. */
  hold<T>(work: (isHeld: () => Promise<boolean>) => Promise<T>, signal: AbortSignal): Promise<T>;
}
