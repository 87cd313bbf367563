/**
 * One client's good-till-triggered rules. A rule that its trigger meets becomes one limit order without a tag, once.
 * Whether it waits for a rise or a fall is decided by the price at hand when it is made or changed.
 */
import type { Switches } from '../control/behaviours.ts';
import type { RuleEntry, TruthLedger } from '../control/truth-ledger.ts';
import type { SimulatedMarket, SimulatedQuote } from '../parts.ts';
import { done, isRefusal, type Refusal, type Reply, refused, somethingWrong } from '../rest/reply.ts';
import {
  expiryOf,
  type GttRule,
  RULE_STATUSES,
  readRule,
  readRuleListing,
  readRuleTerms,
  ruleRow,
} from './gtt-rule.ts';
import type { OrderDesk } from './order-desk.ts';
import type { OrderIds } from './order-ids.ts';
import { numberOf, textOf, type WireBody } from './wire-fields.ts';

export interface GttParts {
  readonly clientCode: string;
  readonly market: SimulatedMarket;
  readonly switches: Switches;
  readonly ledger: TruthLedger;
  readonly ids: OrderIds;
  readonly orders: OrderDesk;
}

export class GttDesk {
  readonly #parts: GttParts;
  readonly #rules = new Map<string, GttRule>();
  readonly #live = new Set<GttRule>();

  constructor(parts: GttParts) {
    this.#parts = parts;
  }

  create(body: WireBody): Reply {
    const { market, switches, clientCode, ids } = this.#parts;
    const read = readRule(body, market, switches.current);
    if (isRefusal(read)) return read;
    const now = market.clock.now();
    const { listing, side, product, terms } = read;
    const rule: GttRule = {
      id: ids.nextRule(),
      clientCode,
      listing,
      side,
      product,
      createdTime: now,
      price: terms.price,
      quantity: terms.quantity,
      triggerPrice: terms.triggerPrice,
      disclosedQuantity: terms.disclosedQuantity,
      expires: expiryOf(terms.days, now),
      status: 'NEW',
      updatedTime: now,
      isRising: this.#isRising(listing, terms.triggerPrice),
    };
    this.#rules.set(rule.id, rule);
    this.#live.add(rule);
    this.#log(rule, 'created');
    return done({ id: rule.id });
  }

  modify(body: WireBody): Reply {
    const rule = this.#liveRule(body);
    if (isRefusal(rule)) return rule;
    const terms = readRuleTerms(body, rule.listing);
    if (isRefusal(terms)) return terms;
    rule.price = terms.price;
    rule.quantity = terms.quantity;
    rule.triggerPrice = terms.triggerPrice;
    rule.disclosedQuantity = terms.disclosedQuantity;
    rule.updatedTime = this.#parts.market.clock.now();
    if (textOf(body, 'timeperiod') !== '') rule.expires = expiryOf(terms.days, rule.updatedTime);
    rule.isRising = this.#isRising(rule.listing, rule.triggerPrice);
    this.#log(rule, 'modified');
    return done({ id: rule.id });
  }

  cancel(body: WireBody): Reply {
    const rule = this.#liveRule(body);
    if (isRefusal(rule)) return rule;
    this.#end(rule, 'CANCELLED');
    this.#log(rule, 'cancelled');
    return done({ id: rule.id });
  }

  details(body: WireBody): Reply {
    const rule = this.#rules.get(textOf(body, 'id'));
    return rule === undefined ? refused('AB9013', 'Invalid rule id') : done(ruleRow(rule));
  }

  list(body: WireBody): Reply {
    const wanted = body.status;
    const known: readonly unknown[] = [...RULE_STATUSES, 'FORALL'];
    if (!Array.isArray(wanted) || wanted.length === 0 || wanted.length > known.length) {
      return refused('AB9004', 'Invalid status array size');
    }
    if (!wanted.every((status) => known.includes(status))) return refused('AB9001', 'Invalid parameters');
    const page = numberOf(body, 'page') ?? 1;
    if (!(Number.isSafeInteger(page) && page >= 1)) return refused('AB9017', 'Invalid page');
    const count = numberOf(body, 'count') ?? 10;
    if (!(Number.isSafeInteger(count) && count >= 1)) return refused('AB9018', 'Invalid count');
    if (count > this.#parts.switches.current.gttListLimit) return somethingWrong();
    const rules = [...this.#rules.values()].filter(
      ({ status }) => wanted.includes('FORALL') || wanted.includes(status),
    );
    return done(rules.slice((page - 1) * count, page * count).map(ruleRow));
  }

  onTick({ listing, tick }: SimulatedQuote): void {
    for (const rule of this.#live) {
      if (rule.listing !== listing) continue;
      if (tick.time >= rule.expires) {
        this.#end(rule, 'CANCELLED');
        this.#log(rule, 'expired');
        continue;
      }
      rule.status = 'ACTIVE';
      rule.isRising ??= rule.triggerPrice >= tick.lastPrice;
      const isMet = rule.isRising ? tick.lastPrice >= rule.triggerPrice : tick.lastPrice <= rule.triggerPrice;
      if (isMet) this.#trigger(rule);
    }
  }

  #trigger(rule: GttRule): void {
    this.#end(rule, 'SENTTOEXCHANGE');
    const order = this.#parts.orders.place({
      listing: rule.listing,
      variety: 'NORMAL',
      side: rule.side,
      orderType: 'LIMIT',
      product: rule.product,
      duration: 'DAY',
      price: rule.price,
      triggerPrice: 0,
      quantity: rule.quantity,
      disclosedQuantity: rule.disclosedQuantity,
      tag: '',
    });
    this.#log(rule, 'triggered', order.orderId);
  }

  #liveRule(body: WireBody): GttRule | Refusal {
    const rule = this.#rules.get(textOf(body, 'id'));
    if (rule === undefined || !this.#live.has(rule)) return refused('AB9013', 'Invalid rule id');
    const listing = readRuleListing(body, this.#parts.market, this.#parts.switches.current);
    if (isRefusal(listing)) return listing;
    return listing === rule.listing ? rule : refused('AB9011', 'Invalid token');
  }

  #end(rule: GttRule, status: 'SENTTOEXCHANGE' | 'CANCELLED'): void {
    rule.status = status;
    rule.updatedTime = this.#parts.market.clock.now();
    this.#live.delete(rule);
  }

  #isRising(listing: GttRule['listing'], triggerPrice: number): boolean | null {
    const quote = this.#parts.market.quote(listing);
    return quote === undefined ? null : triggerPrice >= quote.tick.lastPrice;
  }

  #log(rule: GttRule, deed: RuleEntry['deed'], orderId: string | null = null): void {
    const { clientCode, id: ruleId, updatedTime: time } = rule;
    this.#parts.ledger.rules.push({ clientCode, ruleId, deed, orderId, time });
  }
}
