/**
 * Orders at the exchange that a trigger has placed carry no word of ours: they are found among the broker's foreign orders
 * by what the rule said. Entry points: `claimOrders`, `adoptBook`. Pure.
 *
 * Invariants: an order is claimed by one leg at most, and for good; with more orders than legs that are alike none is
 * claimed, and its owner is asked; what may be a trigger that nobody has told of yet is neither ours nor foreign.
 */
import type { Gtt, GttLeg } from '../../core/gtt.ts';
import type { BrokerOrderId } from '../../core/ids.ts';
import type { Order } from '../../core/order.ts';
import { isTerminal } from '../../core/order-status.ts';
import { dayOf, type EpochMs, formatIst, MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import type { BookedOrder, BrokerBook, ForeignOrder, ForeignStory } from '../../ports/broker.ts';
import type { Difference } from './difference.ts';

/** A leg with its rule, and with the order of ours that it carries out, if it is no rule by hand. */
export interface LegOfOrder {
  readonly rule: Gtt;
  readonly leg: GttLeg;
  readonly order: Order | null;
}

export interface Claim {
  readonly rule: Gtt;
  readonly leg: GttLeg;
  readonly brokerOrderId: BrokerOrderId;
}

export interface Claims {
  readonly claims: readonly Claim[];
  /** What a person has to look at. */
  readonly differences: readonly Difference[];
}

export interface AdoptedBook {
  readonly book: BrokerBook;
  /** Some orders may be of triggers that are not known yet. */
  readonly isInDoubt: boolean;
}

/** A list that was asked for so long after an order was placed shows its rule as triggered. */
const SLACK_MS = 5 * SECOND_MS;
/** Books and list lag behind each other by seconds, and so may the broker's clock and ours. */
const LAG_MS = MINUTE_MS;

/** Looks for the orders of triggers that have none yet. */
export function claimOrders(legs: readonly LegOfOrder[], book: BrokerBook, now: EpochMs): Claims {
  const waiting = legs.filter(isWaiting);
  if (waiting.length === 0) return { claims: [], differences: [] };
  const free = unclaimed(legs, book);
  const claims: Claim[] = [];
  const differences: Difference[] = [];
  for (const alike of Map.groupBy(waiting, keyOf).values()) {
    alike.sort((one, other) => one.leg.updatedTime - other.leg.updatedTime);
    const earliest = Math.min(...alike.map(({ rule, leg }) => leg.submittedTime ?? rule.createdTime));
    const [first] = alike;
    if (first === undefined) continue;
    const orders = free.filter((order) => isLike(first, order) && order.story.time >= earliest - LAG_MS);
    orders.sort((one, other) => one.story.time - other.story.time);
    if (orders.length > alike.length) {
      differences.push(...alike.filter(isOfOrder).map((each) => inDoubt(each, orders)));
      continue;
    }
    alike.forEach(({ rule, leg }, at) => {
      const order = orders[at];
      if (order !== undefined) claims.push({ rule, leg, brokerOrderId: order.brokerOrderId });
    });
    const missing = alike.slice(orders.length).filter(isOfOrder);
    if (book.unreadRows === 0) differences.push(...missing.flatMap((each) => absent(each, now)));
  }
  return { claims, differences };
}

/** The book with the claimed orders under our ids; `listedTime` is when the broker's list of rules was last asked for. */
export function adoptBook(legs: readonly LegOfOrder[], book: BrokerBook, listedTime: EpochMs): AdoptedBook {
  const foreignOrders = book.foreignOrders ?? [];
  const mine = new Map(
    legs.flatMap((each) => (each.leg.brokerOrderId ? [[each.leg.brokerOrderId, each] as const] : [])),
  );
  const live = legs.filter(
    ({ leg }) => leg.status === 'ACTIVE' || leg.status === 'MODIFYING' || leg.status === 'CANCELLING',
  );
  const taken = new Set<GttLeg>();
  const adopted: BookedOrder[] = [];
  const others: ForeignOrder[] = [];
  for (const foreign of foreignOrders) {
    const owner = mine.get(foreign.brokerOrderId);
    if (owner?.order && isTold(foreign)) {
      adopted.push(bookedAs(owner.order, foreign));
      continue;
    }
    const isNews = isTold(foreign) && owner === undefined && foreign.story.time + SLACK_MS >= listedTime;
    const likely = isNews
      ? live.find((each) => isOfOrder(each) && !taken.has(each.leg) && isLike(each, foreign))
      : null;
    if (isNews && likely?.order) {
      taken.add(likely.leg);
      adopted.push(notYetTold(likely.order, foreign));
    } else {
      others.push(foreign);
    }
  }
  if (adopted.length === 0) return { book, isInDoubt: false };
  const orders = [...book.orders, ...adopted];
  return { book: { ...book, orders, foreignOrders: others }, isInDoubt: taken.size > 0 };
}

/** What the order's trigger has placed is in no book any more, whatever became of it. */
export function isOutlived({ leg, order }: LegOfOrder, now: EpochMs): boolean {
  const isOpen = order !== null && !isTerminal(order.status);
  return isOpen && leg.status === 'TRIGGERED' && dayOf(leg.updatedTime) < dayOf(now);
}

function isWaiting({ leg, order }: LegOfOrder): boolean {
  const isDone = order !== null && order.filledQuantity === order.quantity;
  return leg.status === 'TRIGGERED' && leg.brokerOrderId === null && !isDone;
}

function isOfOrder(each: LegOfOrder): each is LegOfOrder & { readonly order: Order } {
  return each.order !== null;
}

type Told = ForeignOrder & { readonly story: ForeignStory };

function isTold(order: ForeignOrder): order is Told {
  return order.story !== undefined;
}

function unclaimed(legs: readonly LegOfOrder[], { foreignOrders = [] }: BrokerBook): readonly Told[] {
  const claimed = new Set(legs.map(({ leg }) => leg.brokerOrderId));
  return foreignOrders.filter(isTold).filter(({ brokerOrderId }) => !claimed.has(brokerOrderId));
}

function keyOf({ rule, leg }: LegOfOrder): string {
  const { instrumentId, side, product } = rule;
  return [instrumentId, side, product, leg.quantity, leg.limitPrice.toFixed(4)].join('|');
}

function isLike({ rule, leg }: LegOfOrder, order: Told): boolean {
  const { limitPrice } = order.story;
  const isSamePlace = order.instrumentId === rule.instrumentId && order.product === rule.product;
  const isSamePrice = limitPrice !== null && limitPrice.toFixed(4) === leg.limitPrice.toFixed(4);
  return isSamePlace && isSamePrice && order.side === rule.side && order.quantity === leg.quantity;
}

function bookedAs(
  { clientOrderId, instrumentId, side }: Order,
  { brokerOrderId, filledQuantity, story }: Told,
): BookedOrder {
  const { status, reason, time, trades } = story;
  const fills = trades.map(({ tradeId, quantity, price, time: tradedTime }) => ({
    ...{ fillId: `${clientOrderId}-${tradeId}`, clientOrderId, instrumentId, side, quantity, price, time: tradedTime },
  }));
  const shown = fills.reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    update: { clientOrderId, status, brokerOrderId, reason, time },
    ...{ fills, filledQuantity: Math.max(shown, filledQuantity) },
  };
}

/** Its fills are still to come, and nothing else is said of it. */
function notYetTold({ clientOrderId }: Order, { filledQuantity, story: { time } }: Told): BookedOrder {
  const update = { clientOrderId, status: 'ACCEPTED', brokerOrderId: null, reason: null, time } as const;
  return { update, fills: [], filledQuantity };
}

function absent({ rule, leg, order }: LegOfOrder & { readonly order: Order }, now: EpochMs): readonly Difference[] {
  if (now - leg.updatedTime <= LAG_MS || isTerminal(order.status)) return [];
  const { clientGttId, instrumentId, side, strategyId } = rule;
  return [
    {
      ...{ key: `GTT_ORDER_ABSENT|${leg.clientOrderId}`, kind: 'GTT_ORDER_ABSENT', level: 'critical', instrumentId },
      ...{ orders: idsOf(order, leg), numbers: { quantity: leg.quantity } },
      text: `The ${order.role} ${side} ${leg.quantity} ${instrumentId} of ${strategyId} rested at the broker as rule "${leg.brokerGttId}" (ours: ${clientGttId}) and was told as triggered at ${formatIst(leg.updatedTime)}, but no order of the broker's book is the one that it placed. It may have triggered on an earlier day: look in the broker's app whether it was filled. Until it is settled halt ${strategyId} and send no "squareoff": it would trade what may be sold already.`,
    },
  ];
}

function inDoubt({ rule, leg, order }: LegOfOrder & { readonly order: Order }, found: readonly Told[]): Difference {
  const names = found.map(({ brokerOrderId }) => brokerOrderId).sort();
  const { instrumentId, side, strategyId } = rule;
  return {
    ...{ key: `GTT_ORDER_IN_DOUBT|${leg.clientOrderId}|${names.join('|')}`, kind: 'GTT_ORDER_IN_DOUBT' },
    ...{ level: 'critical', instrumentId, orders: [...idsOf(order, leg), ...names] },
    numbers: { quantity: leg.quantity, orders: names.length },
    text: `Rule "${leg.brokerGttId}", the ${order.role} ${side} ${leg.quantity} ${instrumentId} of ${strategyId}, has triggered, and ${names.length} orders at the broker that are alike can be the one it placed (${names.map((name) => `"${name}"`).join(', ')}). None is taken for it, and its fills are not booked: halt ${strategyId}, and look at the position in the broker's app.`,
  };
}

function idsOf({ clientOrderId }: Order, { brokerGttId }: GttLeg): readonly string[] {
  return brokerGttId === null ? [clientOrderId] : [clientOrderId, brokerGttId];
}
