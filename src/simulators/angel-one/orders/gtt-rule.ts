import type { Rupees } from '../../../core/money.ts';
import type { OrderSide } from '../../../core/order.ts';
import { DAY_MS, type EpochMs } from '../../../core/time.ts';
import type { Behaviours } from '../control/behaviours.ts';
import type { SimulatedListing, SimulatedMarket } from '../parts.ts';
import { utcIso } from '../rest/ist-text.ts';
import { isRefusal, type Refusal, refused } from '../rest/reply.ts';
import type { WireProduct } from './desk-order.ts';
import { numberOf, oneOf, textOf, type WireBody } from './wire-fields.ts';

export const RULE_STATUSES = ['NEW', 'ACTIVE', 'SENTTOEXCHANGE', 'CANCELLED'] as const;
export type RuleStatus = (typeof RULE_STATUSES)[number];

export interface GttRule {
  readonly id: string;
  readonly clientCode: string;
  readonly listing: SimulatedListing;
  readonly side: OrderSide;
  readonly product: WireProduct;
  readonly createdTime: EpochMs;
  price: Rupees;
  quantity: number;
  triggerPrice: Rupees;
  disclosedQuantity: number;
  expires: EpochMs;
  status: RuleStatus;
  updatedTime: EpochMs;
  /** Whether the price must rise to the trigger; null until the first price is known. */
  isRising: boolean | null;
}

export interface RuleTerms {
  readonly price: Rupees;
  readonly quantity: number;
  readonly triggerPrice: Rupees;
  readonly disclosedQuantity: number;
  readonly days: number;
}

const LONGEST_DAYS = 365;

export function readRuleTerms(body: WireBody, { instrument }: SimulatedListing): RuleTerms | Refusal {
  const quantity = numberOf(body, 'qty') ?? 0;
  if (!(Number.isSafeInteger(quantity) && quantity > 0 && quantity % instrument.lotSize === 0)) {
    return refused('AB9006', 'Invalid quantity');
  }
  const disclosedQuantity = numberOf(body, 'disclosedqty') ?? 0;
  if (!(disclosedQuantity >= 0 && disclosedQuantity <= quantity))
    return refused('AB9007', 'Invalid disclosed quantity');
  const price = numberOf(body, 'price') ?? 0;
  if (!(price > 0)) return refused('AB9008', 'Invalid price');
  const triggerPrice = numberOf(body, 'triggerprice') ?? 0;
  if (!(triggerPrice > 0)) return refused('AB9009', 'Invalid trigger price');
  const days = numberOf(body, 'timeperiod') ?? LONGEST_DAYS;
  if (!(days > 0 && days <= LONGEST_DAYS)) return refused('AB9016', 'Invalid time period');
  return { price, quantity, triggerPrice, disclosedQuantity, days };
}

export function readRuleListing(
  body: WireBody,
  market: SimulatedMarket,
  behaviours: Behaviours,
): SimulatedListing | Refusal {
  const segment = textOf(body, 'exchange');
  const allowed = behaviours.gttSegments === 'cash' ? ['NSE', 'BSE'] : ['NSE', 'BSE', 'NFO', 'BFO', 'MCX'];
  if (!allowed.includes(segment)) return refused('AB9010', 'Invalid segment');
  return market.find(segment, textOf(body, 'symboltoken')) ?? refused('AB9011', 'Invalid token');
}

export function readRule(
  body: WireBody,
  market: SimulatedMarket,
  behaviours: Behaviours,
):
  | {
      readonly listing: SimulatedListing;
      readonly side: OrderSide;
      readonly product: WireProduct;
      readonly terms: RuleTerms;
    }
  | Refusal {
  const listing = readRuleListing(body, market, behaviours);
  if (isRefusal(listing)) return listing;
  if (textOf(body, 'tradingsymbol') !== listing.tradingSymbol) return refused('AB9012', 'Invalid symbol');
  const side = oneOf(['BUY', 'SELL'], textOf(body, 'transactiontype'));
  if (side === undefined) return refused('AB9014', 'Invalid transaction type');
  const isCash = listing.segment === 'NSE' || listing.segment === 'BSE';
  const products: readonly WireProduct[] = isCash ? ['DELIVERY', 'MARGIN'] : ['CARRYFORWARD'];
  const product = oneOf(products, textOf(body, 'producttype'));
  if (product === undefined) return refused('AB9015', 'Invalid product type');
  const terms = readRuleTerms(body, listing);
  return isRefusal(terms) ? terms : { listing, side, product, terms };
}

export function expiryOf(days: number, now: EpochMs): EpochMs {
  return now + days * DAY_MS;
}

export function ruleRow(rule: GttRule): Readonly<Record<string, string>> {
  return {
    id: rule.id,
    status: rule.status,
    createddate: utcIso(rule.createdTime),
    updateddate: utcIso(rule.updatedTime),
    expirydate: utcIso(rule.expires),
    clientid: rule.clientCode,
    tradingsymbol: rule.listing.tradingSymbol,
    symboltoken: rule.listing.token,
    exchange: rule.listing.segment,
    transactiontype: rule.side,
    producttype: rule.product,
    price: String(rule.price),
    qty: String(rule.quantity),
    triggerprice: String(rule.triggerPrice),
    disclosedqty: String(rule.disclosedQuantity),
  };
}
