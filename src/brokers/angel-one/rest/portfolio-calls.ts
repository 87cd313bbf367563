import { z } from 'zod';
import type { Outcome } from '../../../ports/outcome.ts';
import type { RestClient } from './rest-client.ts';
import { listOf, numeric, type ReadRows, rowsOf, words } from './wire-values.ts';

const SECURE = '/rest/secure/angelbroking';

/** Each amount of the answer may be null; here that is not 0, or nothing could be bought for no reason. */
const numericOrNothing = z.preprocess(
  (value) => (value === undefined || (typeof value === 'string' && value.trim() === '') ? null : value),
  z.union([z.null(), numeric]),
);

/** Rupees. `availableCash` behaves like the net margin: free cash and pledge less what is used. */
const fundsSchema = z
  .object({
    net: numeric,
    availablecash: numericOrNothing,
    collateral: numeric,
    utiliseddebits: numeric,
    utilisedpayout: numeric,
  })
  .transform(({ net, availablecash, collateral, utiliseddebits, utilisedpayout }) => ({
    ...{ net, availableCash: availablecash, collateral, used: utiliseddebits, payout: utilisedpayout },
  }));

export function funds(client: RestClient): Promise<Outcome<z.output<typeof fundsSchema>>> {
  return client.call({
    ...{ class: 'funds', priority: 'read', method: 'GET', path: `${SECURE}/user/v1/getRMS`, isWrite: false },
    schema: fundsSchema,
  });
}

/** A list, or its text. */
const wordList = z
  .union([z.array(z.string()), words])
  .transform((list) => (Array.isArray(list) ? list : list.split(/[^A-Za-z_]+/).filter((word) => word !== '')));
const profileSchema = z.object({ clientcode: words, name: words, exchanges: wordList, products: wordList });

export function profile(client: RestClient): Promise<Outcome<z.output<typeof profileSchema>>> {
  return client.call({
    ...{ class: 'profile', priority: 'read', method: 'GET', path: `${SECURE}/user/v1/getProfile`, isWrite: false },
    schema: profileSchema,
  });
}

/** Units that the row has to name: nothing said is not none. */
const wholeUnits = z
  .union([z.number(), z.string().trim().min(1)])
  .transform((value) => (typeof value === 'number' ? value : Number(value.replaceAll(/[\s,]/g, ''))))
  .pipe(z.int());

const holdingRow = z.object({
  ...{ tradingsymbol: words, exchange: words, symboltoken: words, isin: words },
  ...{ quantity: wholeUnits, t1quantity: numeric },
  ...{ averageprice: numeric, ltp: numeric, close: numeric, profitandloss: numeric },
});
export type HoldingRow = z.output<typeof holdingRow>;

/** Row by row: one that can not be read hides no other. */
export function holdings(client: RestClient): Promise<Outcome<ReadRows<HoldingRow>>> {
  return client.call({
    ...{
      class: 'holdings',
      priority: 'read',
      method: 'GET',
      path: `${SECURE}/portfolio/v1/getHolding`,
      isWrite: false,
    },
    ...{ schema: rowsOf(holdingRow), empty: { rows: [], unread: [] } },
  });
}

const totalSchema = z.object({ totalholdingvalue: numeric, totalinvvalue: numeric, totalprofitandloss: numeric });
const allHoldingsSchema = z.object({ holdings: listOf(holdingRow).optional(), totalholding: totalSchema.nullish() });

export function allHoldings(client: RestClient): Promise<Outcome<z.output<typeof allHoldingsSchema>>> {
  const path = `${SECURE}/portfolio/v1/getAllHolding`;
  return client.call({
    ...{ class: 'holdings', priority: 'read', method: 'GET', path, isWrite: false },
    ...{ schema: allHoldingsSchema, empty: {} },
  });
}

/** Units, signed; rupees. */
const positionRow = z.object({
  ...{ exchange: words, symboltoken: words, producttype: words, tradingsymbol: words },
  netqty: wholeUnits,
  avgnetprice: numeric,
});
export type PositionRow = z.output<typeof positionRow>;

export function positions(client: RestClient): Promise<Outcome<ReadRows<PositionRow>>> {
  return client.call({
    ...{ class: 'positions', priority: 'read', method: 'GET', path: `${SECURE}/order/v1/getPosition`, isWrite: false },
    ...{ schema: rowsOf(positionRow), empty: { rows: [], unread: [] } },
  });
}

export function convertPosition(
  client: RestClient,
  body: {
    readonly exchange: string;
    readonly symboltoken: string;
    readonly tradingsymbol: string;
    readonly oldproducttype: string;
    readonly newproducttype: string;
    readonly transactiontype: 'BUY' | 'SELL';
    readonly quantity: number;
  },
): Promise<Outcome<null>> {
  return client.call({
    ...{ class: 'convert', priority: 'modify', method: 'POST', path: `${SECURE}/order/v1/convertPosition` },
    ...{ isWrite: true, schema: z.unknown().transform(() => null), empty: null, body: { ...body, type: 'DAY' } },
  });
}

export interface MarginLeg {
  readonly exchange: string;
  readonly token: string;
  readonly productType: string;
  readonly tradeType: 'BUY' | 'SELL';
  /** Units. */
  readonly qty: number;
  /** Rupees; 0 for a market order. */
  readonly price: number;
}

/** Rupees needed for all legs together, at most 50. */
export function margin(
  client: RestClient,
  legs: readonly MarginLeg[],
): Promise<Outcome<{ readonly totalMarginRequired: number }>> {
  return client.call({
    ...{ class: 'margin', priority: 'read', method: 'POST', path: `${SECURE}/margin/v1/batch`, isWrite: false },
    ...{ schema: z.object({ totalMarginRequired: numeric }), body: { positions: legs } },
  });
}

export interface ChargedOrder {
  readonly product_type: string;
  readonly transaction_type: 'BUY' | 'SELL';
  readonly quantity: string;
  readonly price: string;
  readonly exchange: string;
  readonly symbol_name: string;
  readonly token: string;
}

const chargesSchema = z
  .object({ summary: z.object({ total_charges: numeric, trade_value: numeric }) })
  .transform(({ summary }) => ({ totalCharges: summary.total_charges, tradeValue: summary.trade_value }));

/** The broker's own estimate, in rupees. */
export function estimateCharges(
  client: RestClient,
  orders: readonly ChargedOrder[],
): Promise<Outcome<z.output<typeof chargesSchema>>> {
  const path = `${SECURE}/brokerage/v1/estimateCharges`;
  return client.call({
    ...{ class: 'derived', priority: 'read', method: 'POST', path, isWrite: false },
    ...{ schema: chargesSchema, body: { orders } },
  });
}
