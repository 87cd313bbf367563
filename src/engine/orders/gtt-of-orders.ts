/**
 * Protective legs that are to outlive the day, as good-till-triggered rules of the broker. Entry points: `rulesOfLegs`,
 * `updateOfLeg`. Pure.
 *
 * Invariants: the legs of one fill are one rule, a pair where there are two; a rule has the id of its first leg's order, so
 * that planning the same orders again makes no second one; what is told of the order is what the table takes.
 */
import { InvariantError } from '../../core/errors.ts';
import { type Gtt, type GttLeg, type GttLegName, type GttTerms, LONGEST_GTT_DAYS } from '../../core/gtt.ts';
import type { InstrumentId } from '../../core/ids.ts';
import { type Rupees, snapToTick } from '../../core/money.ts';
import type { Order, OrderSide, OrderUpdate } from '../../core/order.ts';
import { DAY_MS } from '../../core/time.ts';
import { TRANSITIONS } from './order-machine.ts';

export type TickSizeOf = (id: InstrumentId) => Rupees | undefined;

/**
 * A trigger places a limit order, and a night may open beyond any band of the day: so far the limit of a stop lies behind
 * its trigger, and what trades, trades at the best price there is.
 */
const OVERNIGHT_BAND = 0.05;

/** Whether the order is carried out as a rule where the broker has them. */
function isRestingLeg({ timeInForce, role }: Pick<Order, 'timeInForce' | 'role'>): boolean {
  return timeInForce === 'GTT' && (role === 'STOP_LOSS' || role === 'TARGET');
}

/** One rule for each stop with its target, and for each leg that is alone. */
export function rulesOfLegs(planned: readonly Order[], tickSizeOf: TickSizeOf): readonly Gtt[] {
  const groups = Map.groupBy(planned.filter(isRestingLeg), (order) => order.ocoGroup ?? order.clientOrderId);
  return [...groups.values()].flatMap((legs) => {
    const stops = legs.filter(({ role }) => role === 'STOP_LOSS');
    const targets = legs.filter(({ role }) => role === 'TARGET');
    const count = Math.max(stops.length, targets.length);
    return Array.from({ length: count }, (_, at) => ruleOf(stops[at], targets[at], tickSizeOf)).flat();
  });
}

function ruleOf(stop: Order | undefined, target: Order | undefined, tickSizeOf: TickSizeOf): readonly Gtt[] {
  if (stop && target && stop.quantity === target.quantity) {
    const legs = [legOf('STOP_LOSS', stop, tickSizeOf), legOf('TARGET', target, tickSizeOf)] as const;
    return [{ ...baseOf(stop), kind: 'OCO', legs }];
  }
  return [stop, target].flatMap((order) =>
    order ? [{ ...baseOf(order), kind: 'SINGLE' as const, legs: [legOf('SINGLE', order, tickSizeOf)] as const }] : [],
  );
}

function baseOf({ clientOrderId, strategyId, instrumentId, side, product, createdTime }: Order) {
  const expires = createdTime + LONGEST_GTT_DAYS * DAY_MS;
  return {
    clientGttId: clientOrderId,
    strategyId,
    instrumentId,
    side,
    product,
    createdTime,
    expires,
    isWithdrawn: false,
  };
}

function legOf(name: GttLegName, order: Order, tickSizeOf: TickSizeOf): GttLeg {
  return {
    ...{ name, ...termsOfLeg(order, tickSizeOf), status: 'INITIALIZED', brokerGttId: null, priorIds: [] },
    ...{ submittedTime: null, reason: null, updatedTime: order.createdTime },
    ...{ clientOrderId: order.clientOrderId, brokerOrderId: null },
  };
}

/** A stop sets off at its trigger; a target at its limit, which its order keeps. */
function termsOfLeg(order: Order, tickSizeOf: TickSizeOf): GttTerms {
  const { clientOrderId, quantity, side, triggerPrice, limitPrice } = order;
  if (triggerPrice === null) {
    if (limitPrice !== null) return { quantity, triggerPrice: limitPrice, limitPrice };
    throw new InvariantError(`Expected a price at which leg ${clientOrderId} is set off, found none`);
  }
  const tickSize = tickSizeOf(order.instrumentId);
  if (tickSize === undefined) {
    throw new InvariantError(`Expected the tick size of "${order.instrumentId}" for leg ${clientOrderId}, found none`);
  }
  const overnight = overnightLimit(side, triggerPrice, tickSize);
  if (limitPrice === null) return { quantity, triggerPrice, limitPrice: overnight };
  const farther = side === 'SELL' ? Math.min(limitPrice, overnight) : Math.max(limitPrice, overnight);
  return { quantity, triggerPrice, limitPrice: farther };
}

function overnightLimit(side: OrderSide, trigger: Rupees, tickSize: Rupees): Rupees {
  return side === 'SELL'
    ? Math.max(tickSize, snapToTick(trigger * (1 - OVERNIGHT_BAND), tickSize, 'down'))
    : snapToTick(trigger * (1 + OVERNIGHT_BAND), tickSize, 'up');
}

/** What the leg says of its order that the order does not know; undefined when there is no news. */
export function updateOfLeg(rule: Pick<Gtt, 'isWithdrawn'>, leg: GttLeg, order: Order): OrderUpdate | undefined {
  const status = statusOfLeg(rule, leg, order);
  if (status === undefined || TRANSITIONS[order.status][status] !== 'move') return undefined;
  const { clientOrderId } = order;
  return { clientOrderId, status, brokerOrderId: null, reason: leg.reason, time: leg.updatedTime };
}

function statusOfLeg(
  { isWithdrawn }: Pick<Gtt, 'isWithdrawn'>,
  { status }: GttLeg,
  order: Order,
): OrderUpdate['status'] | undefined {
  switch (status) {
    case 'ACTIVE':
    case 'MODIFYING':
    case 'CANCELLING':
      return isWithdrawn ? 'PENDING_CANCEL' : acceptedOnce(order);
    case 'TRIGGERED':
      // From here on the exchange's book tells.
      return acceptedOnce(order);
    case 'CANCELLED':
      return 'CANCELED';
    case 'EXPIRED':
      return 'EXPIRED';
    case 'REJECTED':
      return 'REJECTED';
    default:
      return undefined;
  }
}

/** Said again it would mean that a cancel was refused. */
function acceptedOnce({ status }: Order): 'ACCEPTED' | undefined {
  return status === 'INITIALIZED' || status === 'SUBMITTING' || status === 'UNKNOWN' ? 'ACCEPTED' : undefined;
}
