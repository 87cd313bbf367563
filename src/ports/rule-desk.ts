import type { Gtt, GttLegName, GttTerms } from '../core/gtt.ts';
import type { ClientOrderId, InstrumentId } from '../core/ids.ts';
import type { Rupees } from '../core/money.ts';
import type { OrderSide, ProductType } from '../core/order.ts';

export type LegPrices = Pick<GttTerms, 'triggerPrice' | 'limitPrice'>;

/** A good-till-triggered rule that a person wants. */
export interface RuleWish {
  /** As a person names it. */
  readonly instrument: string;
  readonly side: OrderSide;
  /** Units. */
  readonly quantity: number;
  readonly days: number;
  /** One of `SINGLE`, or `STOP_LOSS` and `TARGET`. */
  readonly legs: Readonly<Partial<Record<GttLegName, LegPrices>>>;
}

/** What a person wants to be different; what is left out stays. */
export interface RuleChange {
  readonly quantity: number | null;
  readonly legs: Readonly<Partial<Record<GttLegName, Partial<LegPrices>>>>;
}

export type LegTerms = GttTerms & { readonly name: GttLegName };

/** What is done on a yes: all that it takes, so that it is what the person has read. */
export type RuleAction =
  | {
      readonly rule: 'new';
      /** Minted with the question: the same yes makes one rule. */
      readonly id: ClientOrderId;
      readonly instrumentId: InstrumentId;
      readonly side: OrderSide;
      readonly product: ProductType;
      readonly days: number;
      readonly legs: readonly LegTerms[];
    }
  | { readonly rule: 'modify'; readonly id: ClientOrderId; readonly legs: readonly LegTerms[] }
  | { readonly rule: 'cancel'; readonly id: ClientOrderId };

export type RulePlan =
  | {
      readonly kind: 'planned';
      readonly action: RuleAction;
      /** As it would be. */
      readonly rule: Gtt;
      /** As it is; null for a new one. */
      readonly before: Gtt | null;
      /** Null when none is known. */
      readonly lastPrice: Rupees | null;
    }
  /** In words: what was expected and what was found. */
  | { readonly kind: 'refused'; readonly why: string };

/** Rules that rest at the broker, changed by hand while the worker runs. A rule is named by the first letters of its id. */
export interface RuleDesk {
  planNew(wish: RuleWish): Promise<RulePlan>;
  planChange(idStart: string, change: RuleChange): Promise<RulePlan>;
  planCancel(idStart: string): Promise<RulePlan>;
}
