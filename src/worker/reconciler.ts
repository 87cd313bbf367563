/**
 * Looks at the broker's books and holds ours against them. Entry point: `Reconciler.reconcile`.
 *
 * Invariants:
 * - our record is read before the broker is asked, so that what it has at work must be in the broker's book;
 * - one look at a time; who asks while one is under way gets the next one, which begins later than the ask;
 * - what an order on its way can look like is a difference only when a second look, a grace later, shows it, too;
 * - a look that can not be had concludes nothing: it is answered with the broker's outcome, and the caller asks again;
 * - an alert is raised for each difference once, again only when a crash came before it was noted down.
 */
import type { Alert } from '../core/alert.ts';
import type { EpochMs } from '../core/time.ts';
import type { StoredDifference } from '../db/postgres-differences.ts';
import type { Difference, DifferenceKind } from '../engine/orders/difference.ts';
import { type Reconciliation, reconcile } from '../engine/orders/reconcile.ts';
import { carriesDeliveries } from '../engine/orders/reconcile-positions.ts';
import type { Broker } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import type { SessionRecord } from '../ports/ledger.ts';
import type { OrderFeedListener } from '../ports/order-feed.ts';
import type { Outcome } from '../ports/outcome.ts';

export type ReconcileReason = 'start' | 'reconnect' | 'unknown' | 'periodic' | 'end of day' | 'checklist';

export interface DifferenceBook {
  open(): Promise<readonly StoredDifference[]>;
  record(
    differences: readonly Difference[],
    time: EpochMs,
    isConclusive: boolean,
  ): Promise<readonly StoredDifference[]>;
  markTold(ids: readonly number[], time: EpochMs): Promise<void>;
}

export interface ReconcilerOptions {
  readonly broker: Pick<Broker, 'orders' | 'positions' | 'holdings'>;
  /** Everything of the account: positions are made up of all its fills. */
  readonly readRecord: () => Promise<Pick<SessionRecord, 'orders' | 'fills'>>;
  readonly differences: DifferenceBook;
  /** Hears the fills first, then the updates; some may have been told by others. */
  readonly listener: Pick<OrderFeedListener, 'onUpdate' | 'onFill'>;
  /** Resolves when the alert can not be lost any more. */
  readonly onAlert: (alert: Alert) => Promise<void> | void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Between two looks: long enough for the broker's books to catch up with each other. */
  readonly graceMs?: number | undefined;
}

export interface ReconcileReport {
  readonly reason: ReconcileReason;
  /** How many were handed to the listener. */
  readonly updates: number;
  readonly fills: number;
  readonly differences: readonly Difference[];
  /** How many of them are new. */
  readonly fresh: number;
  /** False: books lag or can not be read whole; look again before anything is built on it. */
  readonly isConclusive: boolean;
}

const GRACE_MS = 2_500;
const NO_HOLDINGS = { kind: 'done', value: null } as const;
/** An order that was sent or filled between the reading of one book and the next looks like one of these. */
const FLEETING: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  ...(['ORDER_ABSENT', 'ORDER_WORKS_THERE', 'ORDER_UNKNOWN', 'CANCEL_NOT_TAKEN'] as const),
  ...(['FILL_ABSENT', 'HAND_MADE_POSITION', 'POSITION_DIFFERS'] as const),
]);

export class Reconciler {
  readonly #options: ReconcilerOptions;
  #last: Promise<unknown> = Promise.resolve();
  /** Asked for and not begun. */
  #next: Promise<Outcome<ReconcileReport>> | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  reconcile(reason: ReconcileReason): Promise<Outcome<ReconcileReport>> {
    if (this.#next !== undefined) return this.#next;
    const next = this.#last.then(() => {
      this.#next = undefined;
      return this.#run(reason);
    });
    this.#next = next;
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #run(reason: ReconcileReason): Promise<Outcome<ReconcileReport>> {
    const { differences: book, clock, signal, graceMs = GRACE_MS } = this.#options;
    const told = new Set<string>();
    const first = await this.#look();
    if (first.kind !== 'done') return first;
    this.#tell(first.value, told);
    let found = first.value;
    const open = new Set((await book.open()).map(({ key }) => key));
    const isInDoubt = ({ kind, key }: Difference): boolean => FLEETING.has(kind) && !open.has(key);
    if (found.differences.some(isInDoubt)) {
      await clock.sleepUntil(clock.now() + graceMs, signal);
      if (signal.aborted) return { kind: 'transient', reason: 'The worker is stopping' };
      const second = await this.#look();
      if (second.kind !== 'done') return second;
      this.#tell(second.value, told);
      const seen = new Set(found.differences.map(({ key }) => key));
      const lasting = second.value.differences.filter((each) => !isInDoubt(each) || seen.has(each.key));
      found = { ...second.value, differences: lasting };
    }
    const fresh = await book.record(found.differences, clock.now(), found.isConclusive);
    for (const difference of fresh) await this.#options.onAlert(alertOf(difference, clock.now()));
    if (fresh.length > 0)
      await book.markTold(
        fresh.map(({ id }) => id),
        clock.now(),
      );
    const { differences, isConclusive } = found;
    const fills = [...told].filter((key) => key.startsWith(FILL)).length;
    const report = { reason, updates: told.size - fills, fills, differences, fresh: fresh.length, isConclusive };
    return { kind: 'done', value: report };
  }

  async #look(): Promise<Outcome<Reconciliation>> {
    const { broker, readRecord, clock } = this.#options;
    const record = await readRecord();
    const { orders, fills } = record;
    const needsHoldings = carriesDeliveries({ orders, fills, now: clock.now() });
    const [book, positions, holdings] = await Promise.all([
      asked(() => broker.orders()),
      asked(() => broker.positions()),
      needsHoldings ? asked(() => broker.holdings()) : NO_HOLDINGS,
    ]);
    if (book.kind !== 'done') return book;
    if (positions.kind !== 'done') return positions;
    if (holdings.kind !== 'done') return holdings;
    const there = { book: book.value, positions: positions.value, holdings: holdings.value };
    return { kind: 'done', value: reconcile({ orders, fills, ...there, now: clock.now() }) };
  }

  #tell({ fills, updates }: Reconciliation, told: Set<string>): void {
    const { listener } = this.#options;
    for (const fill of fills) if (isNew(told, `${FILL}${fill.fillId}`)) listener.onFill(fill);
    for (const update of updates) {
      const { clientOrderId, status, brokerOrderId } = update;
      if (isNew(told, `${clientOrderId}|${status}|${brokerOrderId}`)) listener.onUpdate(update);
    }
  }
}

const FILL = 'fill ';

function isNew(told: Set<string>, key: string): boolean {
  const before = told.size;
  return told.add(key).size > before;
}

export function alertOf({ id, level, text }: StoredDifference, time: EpochMs): Alert {
  return { key: `difference/${id}`, kind: 'system', topic: 'books', level, text, time };
}

/** A call that throws has proven nothing. */
async function asked<T>(call: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await call();
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}
