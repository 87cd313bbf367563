/**
 * Good-till-triggered rules at Angel One: single ones only, and without any word of ours in them. Entry point:
 * `AngelOneGttBroker`.
 *
 * Invariants: a write goes out once; an answer that does not say what became of it is `unknown`; a list comes whole or not at
 * all; a row that can not be read in full is counted, never taken for something else. The broker may ignore the days that
 * a rule is to be good for, and cancels by itself after a year: whoever wants it gone earlier has to cancel it.
 */
import { type GttTerms, LONGEST_GTT_DAYS } from '../../core/gtt.ts';
import type { BrokerGttId, InstrumentId } from '../../core/ids.ts';
import { ORDER_SIDES } from '../../core/order.ts';
import type { BrokerGtt, BrokerGttList, GttBroker, GttRequest, Holdings } from '../../ports/gtt-broker.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { priceText, productOfWire, WIRE_PRODUCTS } from './order-body.ts';
import { cancelRule, createRule, modifyRule, type RuleRow, ruleList } from './rest/gtt-calls.ts';
import { holdings, positions } from './rest/portfolio-calls.ts';
import type { RestClient } from './rest/rest-client.ts';
import { type ListedInstrument, SEGMENTS, type TokenBook } from './token-book.ts';

/** Rows a page: long pages are refused now and then, and then short ones are asked for. */
const PAGE_SIZES = [20, 5] as const;
/** Nobody has so many pages; a list without an end is no list. */
const MOST_PAGES = 200;
const STATUSES: Readonly<Record<string, BrokerGtt['status']>> = {
  NEW: 'LIVE',
  ACTIVE: 'LIVE',
  SENTTOEXCHANGE: 'TRIGGERED',
  CANCELLED: 'CANCELLED',
};
export class AngelOneGttBroker implements GttBroker {
  readonly name = 'angel-one';
  readonly #client: RestClient;
  readonly #book: TokenBook;

  constructor(client: RestClient, book: TokenBook) {
    this.#client = client;
    this.#book = book;
  }

  isListed(id: InstrumentId): boolean {
    return this.#book.byId(id) !== undefined;
  }

  async create(request: GttRequest): Promise<Outcome<{ readonly id: BrokerGttId }>> {
    const listed = this.#book.byId(request.instrumentId);
    if (listed === undefined) return notListed(request.instrumentId);
    const producttype = WIRE_PRODUCTS[request.product];
    if (producttype === 'INTRADAY') {
      const reason = 'Expected a product that is kept overnight (DELIVERY, CARRY_FORWARD), found "INTRADAY"';
      return { kind: 'refused', code: 'PRODUCT', reason };
    }
    if (!(Number.isSafeInteger(request.validDays) && request.validDays > 0 && request.validDays <= LONGEST_GTT_DAYS)) {
      const reason = `Expected a rule to be good for 1 to ${LONGEST_GTT_DAYS} days, found "${request.validDays}"`;
      return { kind: 'refused', code: 'DAYS', reason };
    }
    const outcome = await createRule(this.#client, {
      ...bodyOf(listed, request),
      ...{ tradingsymbol: listed.tradingSymbol, transactiontype: request.side, producttype },
      timeperiod: String(request.validDays),
    });
    return outcome.kind === 'done' ? { kind: 'done', value: { id: outcome.value.id as BrokerGttId } } : outcome;
  }

  async modify(id: BrokerGttId, instrumentId: InstrumentId, terms: GttTerms): Promise<Outcome<null>> {
    const listed = this.#book.byId(instrumentId);
    if (listed === undefined) return notListed(instrumentId);
    return nothing(await modifyRule(this.#client, { id, ...bodyOf(listed, terms) }));
  }

  async cancel(id: BrokerGttId, instrumentId: InstrumentId): Promise<Outcome<null>> {
    const listed = this.#book.byId(instrumentId);
    if (listed === undefined) return notListed(instrumentId);
    return nothing(await cancelRule(this.#client, { id, symboltoken: listed.token, exchange: listed.segment }));
  }

  async list(): Promise<Outcome<BrokerGttList>> {
    const [long, short] = PAGE_SIZES;
    const outcome = await this.#pages(long);
    return outcome.kind === 'transient' || outcome.kind === 'refused' ? this.#pages(short) : outcome;
  }

  async holdings(): Promise<Outcome<Holdings>> {
    const [held, open] = await Promise.all([holdings(this.#client), positions(this.#client)]);
    if (held.kind !== 'done') return held;
    if (open.kind !== 'done') return open;
    const unreadRows = held.value.unread.length + open.value.unread.length;
    if (unreadRows > 0) {
      return { kind: 'transient', reason: `${unreadRows} rows of holdings and positions can not be read` };
    }
    const units = new Map<InstrumentId, number>();
    const add = (segment: string, token: string, quantity: number): void => {
      const id = this.#listedAs(segment, token)?.instrument.id;
      if (id !== undefined) units.set(id, (units.get(id) ?? 0) + quantity);
    };
    for (const { exchange, symboltoken, quantity } of held.value.rows) add(exchange, symboltoken, quantity);
    // The day's deliveries are not in the holdings yet, or still.
    for (const { exchange, symboltoken, producttype, netqty } of open.value.rows) {
      if (productOfWire(producttype) === 'DELIVERY') add(exchange, symboltoken, netqty);
    }
    return { kind: 'done', value: units };
  }

  /** Until a page brings nothing new: how many rows the broker puts on one is its own affair. */
  async #pages(size: number): Promise<Outcome<BrokerGttList>> {
    const rules = new Map<string, BrokerGtt>();
    let unreadRows = 0;
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const outcome = await ruleList(this.#client, ['FORALL'], page, size);
      if (outcome.kind !== 'done') return outcome;
      const before = rules.size;
      for (const row of outcome.value.rows) {
        const rule = this.#ruleOf(row);
        if (rule === undefined) unreadRows += 1;
        else rules.set(rule.id, rule);
      }
      unreadRows += outcome.value.unread.length;
      const isRead = outcome.value.rows.length > 0 || outcome.value.unread.length > 0;
      if (!isRead || (rules.size === before && page > 1)) {
        return { kind: 'done', value: { rules: [...rules.values()], unreadRows } };
      }
    }
    return { kind: 'transient', reason: `The broker's list of rules has no end after ${MOST_PAGES} pages` };
  }

  #ruleOf(row: RuleRow): BrokerGtt | undefined {
    const side = ORDER_SIDES.find((each) => each === row.transactiontype.trim().toUpperCase());
    const status = STATUSES[row.status.trim().toUpperCase()];
    const { price: limitPrice, qty: quantity, triggerprice: triggerPrice } = row;
    if (row.id === '' || side === undefined || status === undefined) return undefined;
    if (!(limitPrice > 0 && quantity > 0 && triggerPrice > 0)) return undefined;
    return {
      ...{ id: row.id as BrokerGttId, side, status, quantity, triggerPrice, limitPrice, symbol: row.tradingsymbol },
      instrumentId: this.#listedAs(row.exchange, row.symboltoken)?.instrument.id ?? null,
      product: productOfWire(row.producttype) ?? null,
      ...{ createdTime: row.createddate, expires: row.expirydate },
    };
  }

  #listedAs(exchange: string, token: string): ListedInstrument | undefined {
    const segment = SEGMENTS.find((each) => each === exchange);
    return segment && this.#book.byToken(segment, token);
  }
}

function bodyOf({ token, segment }: ListedInstrument, { quantity, triggerPrice, limitPrice }: GttTerms) {
  return {
    ...{ symboltoken: token, exchange: segment, qty: String(quantity) },
    ...{ price: priceText(limitPrice), triggerprice: priceText(triggerPrice) },
  };
}

function nothing(outcome: Outcome<unknown>): Outcome<null> {
  return outcome.kind === 'done' ? { kind: 'done', value: null } : outcome;
}

function notListed(id: InstrumentId): Outcome<never> {
  const reason = `"${id}" is not in the broker's instrument list: import it again`;
  return { kind: 'refused', code: 'NOT_LISTED', reason };
}
