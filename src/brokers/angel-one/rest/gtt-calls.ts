import { z } from 'zod';
import type { Outcome } from '../../../ports/outcome.ts';
import type { RestClient } from './rest-client.ts';
import { numeric, type ReadRows, rowsOf, words } from './wire-values.ts';

// Without the `/gtt-service` of the older clients, which leads nowhere since 2026.
const GTT = '/rest/secure/angelbroking/gtt/v1';

const idSchema = z.object({ id: z.union([z.string().min(1), z.number().transform(String)]) });
/** Null for what is no time. */
const isoTime = words.transform((text) => {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
});

/** Rupees and units; times in epoch ms. */
const ruleRow = z.object({
  ...{ id: words, status: words, tradingsymbol: words, symboltoken: words, exchange: words, transactiontype: words },
  ...{ producttype: words, price: numeric, qty: numeric, triggerprice: numeric },
  ...{ createddate: isoTime, updateddate: isoTime, expirydate: isoTime },
});
export type RuleRow = z.output<typeof ruleRow>;
const ruleRows = z.preprocess((data) => (isRule(data) ? [data] : data), rowsOf(ruleRow));

export interface RuleBody {
  readonly tradingsymbol: string;
  readonly symboltoken: string;
  readonly exchange: string;
  readonly transactiontype: 'BUY' | 'SELL';
  readonly producttype: 'DELIVERY' | 'MARGIN' | 'CARRYFORWARD';
  readonly price: string;
  readonly qty: string;
  readonly triggerprice: string;
  /** Days. */
  readonly timeperiod: string;
}

export function createRule(client: RestClient, body: RuleBody): Promise<Outcome<{ readonly id: string }>> {
  return client.call({
    ...{ class: 'gttWrite', priority: 'exit', method: 'POST', path: `${GTT}/createRule`, isWrite: true },
    ...{ schema: idSchema, body: { ...body, disclosedqty: '0' } },
  });
}

export function modifyRule(
  client: RestClient,
  body: Pick<RuleBody, 'symboltoken' | 'exchange' | 'price' | 'qty' | 'triggerprice'> & { readonly id: string },
): Promise<Outcome<{ readonly id: string }>> {
  return client.call({
    ...{ class: 'gttWrite', priority: 'modify', method: 'POST', path: `${GTT}/modifyRule`, isWrite: true },
    ...{ schema: idSchema, body: { ...body, disclosedqty: '0' } },
  });
}

export function cancelRule(
  client: RestClient,
  body: Pick<RuleBody, 'symboltoken' | 'exchange'> & { readonly id: string },
): Promise<Outcome<{ readonly id: string }>> {
  return client.call({
    ...{ class: 'gttWrite', priority: 'exit', method: 'POST', path: `${GTT}/cancelRule`, isWrite: true },
    ...{ schema: idSchema, body },
  });
}

export function ruleDetails(client: RestClient, id: string): Promise<Outcome<RuleRow>> {
  return client.call({
    ...{ class: 'gttRead', priority: 'read', method: 'POST', path: `${GTT}/ruleDetails`, isWrite: false },
    ...{ schema: ruleRow, body: { id } },
  });
}

/** Long lists are refused: ask for few at a time. What documentation shows is one rule instead of a list. */
export function ruleList(
  client: RestClient,
  status: readonly ('NEW' | 'ACTIVE' | 'SENTTOEXCHANGE' | 'CANCELLED' | 'FORALL')[],
  page = 1,
  count = 20,
): Promise<Outcome<ReadRows<RuleRow>>> {
  return client.call({
    ...{ class: 'gttRead', priority: 'read', method: 'POST', path: `${GTT}/ruleList`, isWrite: false },
    ...{ schema: ruleRows, empty: { rows: [], unread: [] }, body: { status, page, count } },
  });
}

function isRule(data: unknown): boolean {
  return typeof data === 'object' && data !== null && !Array.isArray(data) && 'id' in data;
}
