import type { AlertLevel } from '../../core/alert.ts';
import type { InstrumentId } from '../../core/ids.ts';

export const DIFFERENCE_KINDS = [
  /** At work here, and the broker's book does not have it. */
  'ORDER_ABSENT',
  /** Ended here, at work there. */
  'ORDER_WORKS_THERE',
  /** Two orders at the broker under one id of ours. */
  'ORDER_DOUBLED',
  /** An id like ours that our books do not have. */
  'ORDER_UNKNOWN',
  'CANCEL_NOT_TAKEN',
  /** A fill of an order of ours that can not be true of it. */
  'FILL_NOT_BOOKED',
  /** A fill in our books that the broker's do not have. */
  'FILL_ABSENT',
  'HAND_MADE_ORDER',
  'HAND_MADE_POSITION',
  'POSITION_DIFFERS',
  /** A good-till-triggered rule at the broker that is not ours. */
  'GTT_FOREIGN',
  /** Rows of the broker's list of rules that can not be read. */
  'GTT_UNREAD',
  /** Triggers would sell more than is held. */
  'GTT_OVERSOLD',
  /** A rule by hand has triggered: what it trades is in no strategy's books. */
  'GTT_BY_HAND',
  /** A rule of a position has triggered, and the broker's book does not show the order that it placed. */
  'GTT_ORDER_ABSENT',
  /** The same, and more than one order there can be it. */
  'GTT_ORDER_IN_DOUBT',
] as const;
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number];

/** What the broker has and our books have not, or the other way round, and what no update or fill sets right. */
export interface Difference {
  /** The same key is the same difference, for as long as it lasts. */
  readonly key: string;
  readonly kind: DifferenceKind;
  readonly level: AlertLevel;
  /** Null: not an instrument that this worker lists, or none that is known. */
  readonly instrumentId: InstrumentId | null;
  /** The orders that it is about, by our ids or by the broker's. */
  readonly orders: readonly string[];
  readonly numbers: Readonly<Record<string, number>>;
  /** For a person: what is there, what is here, and what to do. */
  readonly text: string;
}
