/**
 * What has to be done about a good-till-triggered rule, given what the broker shows. Entry points: `nextSteps`,
 * and `oversold` for what nobody planned.
 *
 * Invariants: pure, and of what there is only, so that a run that died anywhere is gone on with by asking again; nothing is
 * created while a rule of the same content may be at the broker unseen; a pair is whole or on its way out, unless it protects a position; rules that are
 * not ours are counted and never touched.
 */
import { assertNever } from '../../core/errors.ts';
import { type Gtt, type GttLeg, type GttStatus, type GttTerms, isGttEnded } from '../../core/gtt.ts';
import type { BrokerGttId } from '../../core/ids.ts';
import type { Rupees } from '../../core/money.ts';
import { type EpochMs, formatIst, MINUTE_MS } from '../../core/time.ts';
import type { BrokerGtt, BrokerGttList, Holdings } from '../../ports/gtt-broker.ts';
import { isSameTerms, termsOf } from './gtt-machine.ts';

export type GttStep =
  /** A fact to be written. */
  | {
      readonly kind: 'move';
      readonly leg: GttLeg;
      readonly status: GttStatus;
      readonly reason: string | null;
      readonly brokerGttId?: BrokerGttId;
      readonly terms?: GttTerms;
    }
  | { readonly kind: 'create'; readonly leg: GttLeg; readonly priorIds: readonly BrokerGttId[] }
  | { readonly kind: 'modify'; readonly leg: GttLeg }
  | { readonly kind: 'cancel'; readonly leg: GttLeg; readonly reason: string }
  /** Not in the list: look again after a grace, and if it still is not there, it is absent. */
  | { readonly kind: 'look-again'; readonly leg: GttLeg }
  /** Nothing can be done now; later perhaps. */
  | { readonly kind: 'wait'; readonly reason: string }
  /** Nothing will be done until a person has looked. */
  | { readonly kind: 'ask'; readonly leg: GttLeg; readonly reason: string };

export interface GttView {
  readonly list: BrokerGttList;
  /** All rules of ours that are not settled, this one included or not. */
  readonly ours: readonly Gtt[];
  /** Needed where something is to be sold; null when it was not asked for. */
  readonly holdings: Holdings | null;
  readonly now: EpochMs;
  /** Of the rule's instrument; absent or null when none is known. */
  readonly lastPrice?: Rupees | null;
}

/** The list may be so much behind what we were told by the calls themselves. */
const LIST_LAG_MS = MINUTE_MS;

/** In the order in which they are to be taken; empty when all is as it should be. */
export function nextSteps(rule: Gtt, view: GttView): readonly GttStep[] {
  const seen = rule.legs.flatMap((leg) => stepsOfLeg(rule, leg, view));
  const facts = seen.filter(({ kind }) => kind === 'move');
  if (facts.length > 0) return facts;
  const why = reasonToEnd(rule, view.now);
  const wanted = rule.legs.flatMap((leg) => (why === null ? pursue(rule, leg, view) : takeBack(leg, why)));
  const isDoubtful = seen.some(({ kind }) => kind !== 'cancel');
  const calls = wanted.filter(({ kind }) => kind !== 'create' || !isDoubtful);
  // One creation at a time: the second leg waits until the first is known to stand.
  const firstCreation = calls.find(({ kind }) => kind === 'create');
  return [...calls.filter((step) => step.kind !== 'create' || step === firstCreation), ...seen];
}

/** What the broker's list says of one leg. */
function stepsOfLeg(rule: Gtt, leg: GttLeg, view: GttView): readonly GttStep[] {
  switch (leg.status) {
    case 'SUBMITTING':
      return [{ kind: 'move', leg, status: 'UNKNOWN', reason: 'An earlier run ended before the broker answered' }];
    case 'UNKNOWN':
      return leg.brokerGttId === null ? search(rule, leg, view) : stepsOfRow(leg, view);
    case 'ACTIVE':
    case 'MODIFYING':
    case 'CANCELLING':
    case 'CANCELLED':
    case 'EXPIRED':
      return stepsOfRow(leg, view);
    case 'INITIALIZED':
    case 'TRIGGERED':
    case 'REJECTED':
      return [];
    default:
      return assertNever(leg.status, 'status');
  }
}

/** A leg whose answer was lost carries no word of ours: its content has to tell it from all others. */
function search(rule: Gtt, leg: GttLeg, { list, ours }: GttView): readonly GttStep[] {
  const claimed = new Set(ours.flatMap(({ legs }) => legs.flatMap(({ brokerGttId }) => brokerGttId ?? [])));
  const found = twinsOf(rule, leg, list).filter(({ id }) => !leg.priorIds.includes(id) && !claimed.has(id));
  if (found.length === 0) {
    if (list.unreadRows === 0) return [{ kind: 'look-again', leg }];
    return [
      { kind: 'ask', leg, reason: `It may be among ${list.unreadRows} rows of the broker's list that can not be read` },
    ];
  }
  // Of those that are alike the ones that were cancelled do no harm, whichever they are.
  const standing = found.filter(({ status }) => status !== 'CANCELLED');
  const row = standing[0] ?? found[0];
  if (row === undefined || standing.length > 1) {
    const ids = standing.map(({ id }) => `"${id}"`).join(', ');
    return [
      {
        kind: 'ask',
        leg,
        reason: `The answer to its creation was lost, and ${standing.length} rules that are alike can be it (${ids}): nothing is sent; cancel those that are too many in the broker's app`,
      },
    ];
  }
  const status = statusOf(row);
  return [{ kind: 'move', leg, status, brokerGttId: row.id, reason: 'Found in the list, its answer was lost' }];
}

function stepsOfRow(leg: GttLeg, { list, now }: GttView): readonly GttStep[] {
  const row = list.rules.find(({ id }) => id === leg.brokerGttId);
  const isFresh = now - leg.updatedTime < LIST_LAG_MS;
  if (row === undefined) {
    if (isGttEnded(leg.status) || isFresh || list.unreadRows > 0) return [];
    const reason = `The broker's list does not show rule "${leg.brokerGttId}" any more: look at it in the broker's app`;
    return leg.status === 'UNKNOWN'
      ? [{ kind: 'ask', leg, reason }]
      : [{ kind: 'move', leg, status: 'UNKNOWN', reason }];
  }
  if (row.status === 'TRIGGERED') return [{ kind: 'move', leg, status: 'TRIGGERED', reason: null }];
  if (row.status === 'CANCELLED') {
    if (isGttEnded(leg.status)) return [];
    const isExpired = row.expires !== null && now >= row.expires;
    if (isExpired) return [{ kind: 'move', leg, status: 'EXPIRED', reason: null }];
    const reason = leg.status === 'CANCELLING' ? leg.reason : 'Cancelled at the broker, not by us';
    return [{ kind: 'move', leg, status: 'CANCELLED', reason }];
  }
  switch (leg.status) {
    case 'UNKNOWN':
      return [{ kind: 'move', leg, status: 'ACTIVE', reason: 'The list shows it again', terms: termsOf(row) }];
    case 'ACTIVE':
      if (isFresh || isSameTerms(row, leg)) return [];
      return [{ kind: 'move', leg, status: 'ACTIVE', reason: 'Changed at the broker, not by us', terms: termsOf(row) }];
    case 'MODIFYING':
      return isSameTerms(row, leg) ? [{ kind: 'move', leg, status: 'ACTIVE', reason: null }] : [];
    case 'CANCELLED':
    case 'EXPIRED':
      return isFresh ? [] : [{ kind: 'cancel', leg, reason: 'It is still at the broker' }];
    default:
      return [];
  }
}

/** Why nothing of the rule may be left at the broker; null while it is wanted. */
function reasonToEnd(rule: Gtt, now: EpochMs): string | null {
  if (rule.isWithdrawn) return 'Withdrawn';
  const triggered = rule.legs.find(({ status }) => status === 'TRIGGERED');
  if (triggered !== undefined) return `The other leg, ${triggered.name}, has triggered`;
  // What protects a position is kept as far as it goes: half of it is better than nothing.
  const rejected = rule.legs.find(({ status, clientOrderId }) => status === 'REJECTED' && clientOrderId === null);
  if (rejected !== undefined)
    return `The other leg, ${rejected.name}, was refused: ${rejected.reason ?? 'no reason given'}`;
  return now >= rule.expires ? `Not triggered by ${formatIst(rule.expires)}` : null;
}

function takeBack(leg: GttLeg, reason: string): readonly GttStep[] {
  switch (leg.status) {
    case 'INITIALIZED':
      return [{ kind: 'move', leg, status: 'CANCELLED', reason }];
    case 'ACTIVE':
    case 'MODIFYING':
    case 'CANCELLING':
      return [{ kind: 'cancel', leg, reason }];
    default:
      return [];
  }
}

function pursue(rule: Gtt, leg: GttLeg, view: GttView): readonly GttStep[] {
  switch (leg.status) {
    case 'INITIALIZED': {
      const isFirst = rule.legs.every(({ status }) => status === 'INITIALIZED');
      const denial = isFirst ? sellDenial(rule, view) : null;
      // What was bought a moment ago the broker's positions may not show yet.
      const isJustFilled = leg.clientOrderId !== null && view.now - rule.createdTime < LIST_LAG_MS;
      if (denial !== null && isJustFilled) return [{ kind: 'wait', reason: denial }];
      if (denial !== null) return [{ kind: 'move', leg, status: 'REJECTED', reason: denial }];
      const passed = passedBy(rule, leg, view.lastPrice ?? null);
      if (passed !== null) return [{ kind: 'move', leg, status: 'REJECTED', reason: passed }];
      const reason = twinInDoubt(rule, leg, view);
      if (reason !== null) return [{ kind: 'wait', reason }];
      return [{ kind: 'create', leg, priorIds: twinsOf(rule, leg, view.list).map(({ id }) => id) }];
    }
    case 'MODIFYING':
      return [changeOf(rule, leg, view)];
    case 'CANCELLING':
      return [{ kind: 'cancel', leg, reason: leg.reason ?? 'Its cancel was asked for' }];
    default:
      return [];
  }
}

/**
 * The broker takes from the price at hand whether a rule waits for a rise or a fall: a leg that the price has passed already
 * would wait for it to come back, and protect nothing.
 */
function passedBy({ side }: Gtt, { name, clientOrderId, triggerPrice, limitPrice }: GttLeg, lastPrice: Rupees | null) {
  if (clientOrderId === null || lastPrice === null) return null;
  const isStop = name === 'STOP_LOSS' || (name === 'SINGLE' && limitPrice !== triggerPrice);
  const waitsForFall = isStop === (side === 'SELL');
  const isPassed = waitsForFall ? lastPrice <= triggerPrice : lastPrice >= triggerPrice;
  return isPassed ? `The price, ${lastPrice}, has passed its trigger, ${triggerPrice}, already` : null;
}

/** More units have to be held like new ones. */
function changeOf(rule: Gtt, leg: GttLeg, view: GttView): GttStep {
  const row = view.list.rules.find(({ id }) => id === leg.brokerGttId);
  const denial = row !== undefined && leg.quantity > row.quantity ? sellDenial(rule, view) : null;
  if (row === undefined || denial === null) return { kind: 'modify', leg };
  return { kind: 'move', leg, status: 'ACTIVE', reason: `Not changed: ${denial}`, terms: termsOf(row) };
}

/** Whether `nextSteps` has to know what is held. */
export function needsHoldings({ side, product, legs }: Gtt): boolean {
  const isPlanned = legs.some(({ status }) => status === 'INITIALIZED' || status === 'MODIFYING');
  return side === 'SELL' && product === 'DELIVERY' && isPlanned;
}

/** While the answer to a rule of the same content is missing, another one could not be told from it. */
function twinInDoubt(rule: Gtt, leg: GttLeg, { ours }: GttView): string | null {
  for (const other of ours) {
    if (other.instrumentId !== rule.instrumentId || other.side !== rule.side || other.product !== rule.product)
      continue;
    for (const each of other.legs) {
      if (other.clientGttId === rule.clientGttId && each.name === leg.name) continue;
      const isInDoubt = each.status === 'SUBMITTING' || (each.status === 'UNKNOWN' && each.brokerGttId === null);
      if (isInDoubt && isSameTerms(each, leg))
        return `Rule ${other.clientGttId} is alike, and whether the broker has it is not known`;
    }
  }
  return null;
}

function twinsOf(rule: Gtt, leg: GttLeg, { rules }: BrokerGttList): readonly BrokerGtt[] {
  return rules.filter(
    (row) =>
      row.instrumentId === rule.instrumentId &&
      row.side === rule.side &&
      row.product === rule.product &&
      isSameTerms(row, leg),
  );
}

function statusOf({ status }: BrokerGtt): GttStatus {
  return status === 'LIVE' ? 'ACTIVE' : status;
}

/**
 * Why the rule, as it is to become, would have more on sale by triggers than is held; null when it would not. A pair counts
 * once, since one of its legs at most sells; rules that are not ours count as well. Only what is delivered has to be held.
 */
function sellDenial(rule: Gtt, { list, ours, holdings }: GttView): string | null {
  if (rule.side !== 'SELL' || rule.product !== 'DELIVERY') return null;
  if (holdings === null) return 'What is held is not known';
  const wanted = largestOf(rule, ({ status }) => !isGttEnded(status));
  const others = unitsOnSale(rule, list, ours);
  const held = holdings.get(rule.instrumentId) ?? 0;
  if (wanted + others <= held) return null;
  return `${wanted} units of ${rule.instrumentId} would be sold by this rule and ${others} by other triggers, ${held} are held`;
}

/** Where live triggers would sell more than is held, with the numbers: something was sold elsewhere. */
export function oversold({ list, ours }: Pick<GttView, 'list' | 'ours'>, holdings: Holdings): readonly string[] {
  const sellers = ours.filter(
    (rule) => rule.side === 'SELL' && rule.product === 'DELIVERY' && rule.legs.some(isAtBroker),
  );
  const first = new Map(sellers.map((rule) => [rule.instrumentId, rule]));
  return [...first].flatMap(([id, rule]) => {
    const units = largestOf(rule, isAtBroker) + unitsOnSale(rule, list, ours);
    const held = holdings.get(id) ?? 0;
    return units <= held ? [] : [`${units} units of ${id} would be sold by triggers, ${held} are held`];
  });
}

/** Units that other live rules would sell. */
function unitsOnSale(rule: Gtt, { rules }: BrokerGttList, ours: readonly Gtt[]): number {
  const isAlike = (each: Pick<BrokerGtt, 'instrumentId' | 'side' | 'product'>): boolean =>
    each.instrumentId === rule.instrumentId && each.side === 'SELL' && each.product === 'DELIVERY';
  const own = ours.filter((each) => isAlike(each) && each.clientGttId !== rule.clientGttId);
  const counted = [...own.flatMap(({ legs }) => legs.filter(isAtBroker)), ...rule.legs];
  const known = new Set(counted.map(({ brokerGttId }) => brokerGttId));
  const foreign = rules.filter((row) => isAlike(row) && row.status === 'LIVE' && !known.has(row.id));
  return (
    own.reduce((sum, each) => sum + largestOf(each, isAtBroker), 0) +
    foreign.reduce((sum, row) => sum + row.quantity, 0)
  );
}

function largestOf({ legs }: Gtt, isCounted: (leg: GttLeg) => boolean): number {
  return Math.max(0, ...legs.filter(isCounted).map(({ quantity }) => quantity));
}

/** As far as anybody knows. */
function isAtBroker({ status }: GttLeg): boolean {
  return status !== 'INITIALIZED' && !isGttEnded(status);
}
