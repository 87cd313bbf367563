import type { EquityMarks } from '../core/equity-marks.ts';
import type { BookedFill } from '../core/fill.ts';
import type { ClientOrderId } from '../core/ids.ts';
import type { Order, OrderUpdate } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import type { Effect, Switches } from './engine-event.ts';

/** A job that the transaction promised: it exists from the commit on, whether or not the queue has it yet. */
export interface OutboxJob {
  /**
   * The queue's job id: the client order id for a placement, `<client order id>-cancel-<time it was asked for>` for a
   * cancel, `<client order id>-modify-<amendments>` for a change of terms, the alert key's hash for an alert (with `telegram-`
   * before it for its way to the chats), `<client gtt id>-gtt-<event>` for a good-till-triggered rule.
   */
  readonly id: string;
  readonly queue: 'orders' | 'alerts' | 'gtt' | 'telegram';
  readonly name: 'place' | 'modify' | 'cancel' | 'send' | 'deliver' | 'settle';
  /** What the handler looks up: the client order id, the alert key, or the client gtt id. */
  readonly subject: string;
  /** 1 is the most urgent: exits and cancels before entries. */
  readonly priority: number;
  /** Not to be run before; epoch ms. */
  readonly notBefore: number;
}

/** Signals, orders and fills as they stand, in the order they were made. */
export interface SessionRecord {
  readonly signals: readonly Signal[];
  readonly orders: readonly Order[];
  readonly fills: readonly BookedFill[];
}

/** All that the engine needs to go on where an earlier run ended. */
export interface AccountRecord extends SessionRecord {
  /** Orders that a cancel was asked for, as far as they have not ended. */
  readonly withdrawn: readonly ClientOrderId[];
  readonly switches: Switches;
  /** Left out when no run has left any. */
  readonly marks?: EquityMarks | undefined;
}

/** The durable book of decisions. */
export interface Ledger {
  /**
   * Writes the effects of one event in one transaction and returns the jobs it promised.
   * Recording the same effects twice changes nothing and promises nothing new.
   */
  record(effects: readonly Effect[]): Promise<readonly OutboxJob[]>;
  /**
   * Moves the order to the update's status if the transition table allows it, with its event row, and returns the
   * order as it now stands; `moved` is false when it was there already or past it.
   */
  move(update: OrderUpdate): Promise<{ readonly order: Order; readonly moved: boolean } | undefined>;
  /**
   * Moves an order that is as it was promised, `INITIALIZED`, into `SUBMITTING` and returns it as it now stands. Undefined
   * when it is anything else, and then nothing has changed: one run alone may call the broker.
   */
  claim(update: OrderUpdate & { readonly status: 'SUBMITTING' }): Promise<Order | undefined>;
  order(id: ClientOrderId): Promise<Order | undefined>;
  /** Jobs promised at least `ageMs` ago that no queue has confirmed. */
  unqueuedJobs(ageMs: number): Promise<readonly OutboxJob[]>;
  markQueued(ids: readonly string[]): Promise<void>;
  /** The broker has the order's terms as they stand: its changes so far need not be sent again. */
  markModified(id: ClientOrderId): Promise<void>;
  session(): Promise<SessionRecord>;
}
