/**
 * What the strategies hold together, by instrument and product, against the broker's net positions. Entry point:
 * `reconcilePositions`.
 *
 * A strategy's position is the fold over its fills. Deliveries count by the day: what was delivered is a holding at the
 * broker and no position any more. What somebody else has traded is told apart from what nobody can explain.
 */
import type { Fill } from '../../core/fill.ts';
import type { InstrumentId, StrategyId } from '../../core/ids.ts';
import type { Order, OrderSide, ProductType } from '../../core/order.ts';
import { isTerminal } from '../../core/order-status.ts';
import { dayOf, type EpochMs } from '../../core/time.ts';
import type { BrokerHoldings, BrokerPosition, BrokerPositions, ForeignOrder } from '../../ports/broker.ts';
import type { Difference } from './difference.ts';

export interface PositionsInput {
  readonly orders: readonly Order[];
  /** Those just found included. */
  readonly fills: readonly Fill[];
  readonly positions: BrokerPositions;
  /** Null: not asked for. */
  readonly holdings: BrokerHoldings | null;
  readonly foreignOrders: readonly ForeignOrder[];
  /** Fills at the broker that are in nobody's books, with the product when it is known. */
  readonly strayFills: readonly { readonly fill: Fill; readonly product: ProductType | null }[];
  /** Orders whose fills are still to come: nothing is proven of what they trade. */
  readonly lagging: readonly Pick<Order, 'instrumentId' | 'product'>[];
  readonly unreadOrderRows: number;
  readonly now: EpochMs;
}

type Place = Pick<Order, 'instrumentId' | 'product'>;

interface Held {
  readonly place: Place;
  readonly byStrategy: Map<StrategyId, number>;
  /** Units by the day of their fills. */
  readonly byDay: Map<number, number>;
}

export function reconcilePositions(input: PositionsInput): readonly Difference[] {
  const { positions, unreadRows } = input.positions;
  const held = heldOf(input);
  const there = new Map<string, { readonly place: Place; quantity: number }>();
  const differences: Difference[] = [];
  for (const position of positions) {
    const { instrumentId, product, quantity } = position;
    if (instrumentId === null || product === null) {
      if (quantity !== 0) differences.push(unlisted(position));
      continue;
    }
    const key = keyOf({ instrumentId, product });
    const before = there.get(key)?.quantity ?? 0;
    there.set(key, { place: { instrumentId, product }, quantity: before + quantity });
  }
  const lagging = new Set(input.lagging.map(keyOf));
  for (const key of new Set([...held.keys(), ...there.keys()])) {
    const row = there.get(key);
    const place = held.get(key)?.place ?? row?.place;
    // Its row may be among those that can not be read.
    if (place === undefined || lagging.has(key) || (row === undefined && unreadRows > 0)) continue;
    const difference = compare(input, place, held.get(key), row?.quantity ?? 0);
    if (difference !== undefined) differences.push(difference);
    const missing = missingHolding(input, place, held.get(key), row?.quantity ?? 0);
    if (missing !== undefined) differences.push(missing);
  }
  return differences;
}

/** Deliveries of earlier days make up a position: only the broker's holdings can show it. */
export function carriesDeliveries({ orders, fills, now }: Pick<PositionsInput, 'orders' | 'fills' | 'now'>): boolean {
  return [...heldOf({ orders, fills }).values()].some(
    (held) => carriedUnits(held, held.byDay.get(dayOf(now)) ?? 0) > 0,
  );
}

/** What is not among the day's positions any more, less what was sold of it. */
function carriedUnits({ place, byDay }: Held, ofTheDay: number): number {
  return place.product === 'DELIVERY' ? sumOf(byDay.values()) - Math.max(0, ofTheDay) : 0;
}

function missingHolding(
  input: PositionsInput,
  place: Place,
  held: Held | undefined,
  theirs: number,
): Difference | undefined {
  const { holdings, now } = input;
  if (held === undefined || holdings === null || holdings.unreadRows > 0) return undefined;
  const carried = carriedUnits(held, oursOf(place, held, theirs, now));
  const rows = holdings.holdings.filter(({ instrumentId }) => instrumentId === place.instrumentId);
  const there = rows.reduce((sum, { quantity }) => sum + quantity, 0);
  if (carried <= 0 || there >= carried) return undefined;
  const { instrumentId } = place;
  const key = `POSITION_DIFFERS|${instrumentId}|HOLDING|${carried}|${there}`;
  const text = `${instrumentId} DELIVERY: our strategies hold ${carried} units from earlier days (${sharesOf(held)}), the broker's holdings have ${there}. They may have been sold by hand, pledged or moved, or are still to arrive: look in the broker's app. Until it is settled halt the strategies and send no "squareoff": it would sell what is not there.`;
  const numbers = { ours: carried, theirs: there };
  return { key, kind: 'POSITION_DIFFERS', level: 'warning', instrumentId, orders: [], numbers, text };
}

function heldOf({ orders, fills }: Pick<PositionsInput, 'orders' | 'fills'>): ReadonlyMap<string, Held> {
  const byId = new Map(orders.map((order) => [order.clientOrderId, order]));
  const held = new Map<string, Held>();
  for (const fill of fills) {
    const order = byId.get(fill.clientOrderId);
    if (order === undefined) continue;
    const key = keyOf(order);
    const { instrumentId, product, strategyId } = order;
    const each = held.get(key) ?? { place: { instrumentId, product }, byStrategy: new Map(), byDay: new Map() };
    held.set(key, each);
    const units = signedUnits(fill.side, fill.quantity);
    each.byStrategy.set(strategyId, (each.byStrategy.get(strategyId) ?? 0) + units);
    const day = dayOf(fill.time);
    each.byDay.set(day, (each.byDay.get(day) ?? 0) + units);
  }
  return held;
}

function compare(input: PositionsInput, place: Place, held: Held | undefined, theirs: number): Difference | undefined {
  const ours = oursOf(place, held, theirs, input.now);
  if (ours === theirs) return undefined;
  const between = theirs - ours;
  const byHand = input.foreignOrders.reduce((sum, order) => sum + unitsIn(order, place), 0);
  const stray = input.strayFills.reduce((sum, { fill, product }) => {
    const isHere = fill.instrumentId === place.instrumentId && (product === null || product === place.product);
    return isHere ? sum + signedUnits(fill.side, fill.quantity) : sum;
  }, 0);
  const numbers = { ours, theirs, byHand, stray };
  const about = `${place.instrumentId} ${place.product}`;
  const orders = input.foreignOrders
    .filter((order) => unitsIn(order, place) !== 0)
    .map(({ brokerOrderId }) => brokerOrderId);
  const isOthers = between === byHand || (held === undefined && !mayHaveTraded(input, place));
  const kind = isOthers ? 'HAND_MADE_POSITION' : 'POSITION_DIFFERS';
  const text = isOthers ? handMade(about, held, numbers) : unexplained(input, place, held, numbers);
  const key = `${kind}|${place.instrumentId}|${place.product}|${ours}|${theirs}`;
  const level = kind === 'POSITION_DIFFERS' ? 'critical' : ours === 0 ? 'info' : 'warning';
  return { key, kind, level, instrumentId: place.instrumentId, orders, numbers, text };
}

/** An order of ours that is not known to have ended without a fill long ago. */
function mayHaveTraded({ orders, now }: PositionsInput, { instrumentId, product }: Place): boolean {
  return orders.some((order) => {
    const isHere = order.instrumentId === instrumentId && order.product === product;
    return isHere && (!isTerminal(order.status) || dayOf(order.updatedTime) === dayOf(now));
  });
}

/** Of deliveries the day's, or the last day's as long as the broker still shows that one. */
function oursOf({ product }: Place, held: Held | undefined, theirs: number, now: EpochMs): number {
  if (held === undefined) return 0;
  if (product !== 'DELIVERY') return sumOf(held.byDay.values());
  const today = held.byDay.get(dayOf(now)) ?? 0;
  const last = held.byDay.get(Math.max(...held.byDay.keys())) ?? 0;
  return last === theirs ? last : today;
}

interface Numbers {
  readonly ours: number;
  readonly theirs: number;
  readonly byHand: number;
  readonly stray: number;
}

function handMade(about: string, held: Held | undefined, { ours, theirs }: Numbers): string {
  const left = 'They are listed and never touched.';
  if (ours === 0) {
    const whose = held === undefined ? 'no strategy has ever traded it' : 'our strategies hold none';
    return `${about}: the broker has ${theirs} units that were traded by hand or by another program; ${whose}. ${left}`;
  }
  const split = `${about}: of the broker's ${theirs} units ${ours} are our strategies' (${sharesOf(held)}) and ${theirs - ours} were traded by hand or by another program.`;
  const isAgainst = Math.sign(theirs - ours) !== Math.sign(ours);
  if (!isAgainst) return `${split} ${left}`;
  return `${split} The strategies do not know that their position was closed or turned: what they or "squareoff" trade to leave it would open one the other way. Halt them, or trade the units back by hand.`;
}

function unexplained(input: PositionsInput, place: Place, held: Held | undefined, numbers: Numbers): string {
  const { ours, theirs, byHand, stray } = numbers;
  const notes: string[] = [];
  if (byHand !== 0) notes.push(`Orders made by hand account for ${byHand} of the ${theirs - ours} units between them.`);
  if (stray !== 0) notes.push(`Fills that are not booked account for ${stray}.`);
  const isOld = held !== undefined && !held.byDay.has(dayOf(input.now));
  if (place.product === 'INTRADAY' && isOld && theirs === 0) {
    notes.push(
      'Brokers close intraday positions by themselves at the end of the day; what they did is on its contract note.',
    );
  }
  const moved = input.positions.positions.find(
    (each) => each.instrumentId === place.instrumentId && each.product !== place.product && each.quantity === ours,
  );
  if (moved && theirs === 0)
    notes.push(`It has as many under ${moved.product ?? 'another product'}: they may have been converted.`);
  const renamed = input.positions.positions.find(
    ({ instrumentId, quantity }) => instrumentId === null && quantity === ours,
  );
  if (renamed && theirs === 0) notes.push(`It has as many of "${renamed.name}", which this worker does not list.`);
  if (input.unreadOrderRows > 0) notes.push(`${input.unreadOrderRows} rows of its order book can not be read.`);
  const advice =
    'Find the trade in the broker\'s app that makes the difference. Until it is found halt the strategies and send no "squareoff": it trades what our books say.';
  return `${place.instrumentId} ${place.product}: our strategies hold ${ours} units (${sharesOf(held)}), the broker ${theirs}. ${[...notes, advice].join(' ')}`;
}

function unlisted({ instrumentId, name, product, quantity }: BrokerPosition): Difference {
  const about = `${name}${product === null ? '' : ` ${product}`}`;
  return {
    ...{ key: `HAND_MADE_POSITION|${about}|${quantity}`, kind: 'HAND_MADE_POSITION', level: 'info', instrumentId },
    ...{ orders: [], numbers: { ours: 0, theirs: quantity } },
    text: `${about}: the broker has ${quantity} units of what this worker does not trade. They are listed and never touched.`,
  };
}

function sharesOf(held: Held | undefined): string {
  const shares = [...(held?.byStrategy ?? [])].filter(([, quantity]) => quantity !== 0);
  return shares.map(([id, quantity]) => `${id} ${quantity}`).join(', ') || 'no strategy';
}

function unitsIn({ instrumentId, product, side, filledQuantity }: ForeignOrder, place: Place): number {
  if (instrumentId !== place.instrumentId || product !== place.product || side === null) return 0;
  return signedUnits(side, filledQuantity);
}

function signedUnits(side: OrderSide, quantity: number): number {
  return side === 'BUY' ? quantity : -quantity;
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function keyOf({
  instrumentId,
  product,
}: {
  readonly instrumentId: InstrumentId;
  readonly product: ProductType;
}): string {
  return `${instrumentId}|${product}`;
}
