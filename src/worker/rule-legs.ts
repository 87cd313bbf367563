/**
 * What becomes of protective legs that rest at the broker as rules, told as what becomes of their orders. Entry points:
 * `adopt` for the broker's book, `tell` for the rules, `finish` for a rule that was settled.
 *
 * Invariants: all is told of what is written down, so that what a crash has left untold is told by the next look; what the
 * engine knows already is not told again; the order that a trigger placed is claimed in the database before it is adopted.
 */
import type { ClientOrderId } from '../core/ids.ts';
import type { OrderUpdate } from '../core/order.ts';
import { isTerminal } from '../core/order-status.ts';
import { type EpochMs, formatIst, MINUTE_MS } from '../core/time.ts';
import type { PostgresGttOrders } from '../db/postgres-gtt-orders.ts';
import type { Difference } from '../engine/orders/difference.ts';
import { updateOfLeg } from '../engine/orders/gtt-of-orders.ts';
import { adoptBook, claimOrders, isOutlived, type LegOfOrder } from '../engine/orders/triggered-orders.ts';
import { GTT_AFTERCARE_MS } from '../jobs/gtt-executor.ts';
import { DONE, type JobResult } from '../jobs/job-registry.ts';
import type { BrokerBook } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';

export interface RuleLegsOptions {
  readonly store: Pick<PostgresGttOrders, 'legs' | 'claim'>;
  /** Looks into the broker's book, which comes back here as `adopt`, and tells what it shows. */
  readonly look: () => Promise<void>;
  readonly cancelOrder: (id: ClientOrderId, stopping: AbortSignal) => Promise<JobResult>;
  readonly onUpdate: (update: OrderUpdate) => void;
  /** What is in the book may be of a rule that is not known to have triggered. */
  readonly onDoubt: () => void;
  readonly onTrouble: (text: string) => void;
  readonly clock: Clock;
}

/** The order of a trigger shows up in the book within this long. */
const BOOK_LAG_MS = MINUTE_MS;

export class RuleLegs {
  readonly #options: RuleLegsOptions;
  #listedTime: EpochMs = Number.NEGATIVE_INFINITY;
  #differences: readonly Difference[] = [];

  constructor(options: RuleLegsOptions) {
    this.#options = options;
  }

  /** What the last book has left open. */
  get differences(): readonly Difference[] {
    return this.#differences;
  }

  /** The broker's list of rules was asked for then, and what it said has been settled. */
  onListed(time: EpochMs): void {
    this.#listedTime = Math.max(this.#listedTime, time);
  }

  async adopt(book: BrokerBook): Promise<BrokerBook> {
    const { store, clock, onDoubt } = this.#options;
    const legs = await this.#legs();
    if (legs.length === 0) {
      this.#differences = [];
      return book;
    }
    const { claims, differences } = claimOrders(legs, book, clock.now());
    for (const { rule, leg, brokerOrderId } of claims) await store.claim(rule.clientGttId, leg.name, brokerOrderId);
    this.#differences = differences;
    const claimed = new Map(claims.map(({ leg, brokerOrderId }) => [leg, brokerOrderId]));
    const withClaims = legs.map((each): LegOfOrder => {
      const brokerOrderId = claimed.get(each.leg);
      return brokerOrderId === undefined ? each : { ...each, leg: { ...each.leg, brokerOrderId } };
    });
    for (const each of withClaims) this.#tellUnfilled(each, book);
    const adopted = adoptBook(withClaims, book, this.#listedTime);
    if (adopted.isInDoubt) onDoubt();
    return adopted.book;
  }

  /** The limit of a trigger may be gapped through: its order ends with the day, and nothing rests any more. */
  #tellUnfilled({ rule, leg, order }: LegOfOrder, { foreignOrders = [] }: BrokerBook): void {
    if (order === null || rule.isWithdrawn || isTerminal(order.status) || leg.brokerOrderId === null) return;
    const placed = foreignOrders.find(({ brokerOrderId }) => brokerOrderId === leg.brokerOrderId);
    if (placed?.story === undefined || !isTerminal(placed.story.status)) return;
    const { filledQuantity, quantity, story } = placed;
    if (filledQuantity >= quantity) return;
    const { role, instrumentId, strategyId } = order;
    this.#options.onTrouble(
      `The ${role} of ${strategyId} in ${instrumentId} has triggered, and its order ${leg.brokerOrderId} ended with ${filledQuantity} of ${quantity} units filled (${story.reason ?? story.status}): the rest of the position goes without it. Close it with "squareoff --strategy ${strategyId}", or protect it by hand`,
    );
  }

  /** Of all rules, or of one. */
  async tell(id?: ClientOrderId): Promise<void> {
    const { onUpdate, onTrouble, clock } = this.#options;
    for (const each of await this.#legs()) {
      const { rule, leg, order } = each;
      if (order === null || (id !== undefined && rule.clientGttId !== id)) continue;
      const update = isOutlived(each, clock.now()) ? outlived(each) : updateOfLeg(rule, leg, order);
      if (update === undefined) continue;
      onUpdate(update);
      const isWanted = !rule.isWithdrawn && !rule.legs.some(({ status }) => status === 'TRIGGERED');
      if (update.status !== 'CANCELED' || !isWanted) continue;
      const { role, side, quantity, instrumentId, strategyId } = order;
      onTrouble(
        `The ${role} ${side} ${quantity} ${instrumentId} of ${strategyId} does not rest at the broker any more: ${leg.reason ?? 'no reason given'}. The position goes without it: protect it by hand, or close it with "squareoff --strategy ${strategyId}"`,
      );
    }
  }

  /** The rule is settled; what its triggers have placed may still be to be found, or to be cancelled. */
  async finish(id: ClientOrderId, stopping: AbortSignal): Promise<JobResult> {
    const { look, clock, cancelOrder } = this.#options;
    for (const { rule, leg, order } of await this.#legsOf(id)) {
      if (leg.status !== 'TRIGGERED' || order === null || isTerminal(order.status)) continue;
      if (leg.brokerOrderId === null) {
        await look();
        const found = (await this.#legsOf(id)).some((each) => each.leg.name === leg.name && each.leg.brokerOrderId);
        if (!found && clock.now() - leg.updatedTime < BOOK_LAG_MS) {
          return { kind: 'retry', reason: "The order of the trigger is not in the broker's book yet" };
        }
        if (!found) continue;
      }
      if (!rule.isWithdrawn) continue;
      if (order.brokerOrderId === null) return { kind: 'retry', reason: 'The order of the trigger is not booked yet' };
      const result = await cancelOrder(order.clientOrderId, stopping);
      if (result.kind !== 'done') return result;
    }
    return DONE;
  }

  #legs(): Promise<readonly LegOfOrder[]> {
    const { store, clock } = this.#options;
    return store.legs(clock.now() - GTT_AFTERCARE_MS);
  }

  async #legsOf(id: ClientOrderId): Promise<readonly LegOfOrder[]> {
    return (await this.#legs()).filter(({ rule }) => rule.clientGttId === id);
  }
}

function outlived({ leg, order }: LegOfOrder): OrderUpdate | undefined {
  if (order === null) return undefined;
  const reason = `Its rule was told as triggered at ${formatIst(leg.updatedTime)}, and orders for the day have ended since; the broker's books of that day say how`;
  const { clientOrderId, brokerOrderId } = order;
  return { clientOrderId, status: 'EXPIRED', brokerOrderId, reason, time: leg.updatedTime };
}
