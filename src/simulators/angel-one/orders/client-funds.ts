import type { Paise } from '../../../core/money.ts';
import type { ProductType } from '../../../core/order.ts';
import { type DayNumber, dayOf, type EpochMs } from '../../../core/time.ts';
import type { ChargeModel } from '../../../ports/charge-model.ts';
import type { SimulatedMarket } from '../parts.ts';
import type { DeskOrder, OrderRequest, WireProduct } from './desk-order.ts';
import { marginOf } from './margin.ts';
import { averagePriceOf, netQuantity, type PositionBook, realisedPaise, unrealisedPaise } from './position-book.ts';

const PRODUCT_OF: Readonly<Record<WireProduct, ProductType>> = {
  DELIVERY: 'DELIVERY',
  MARGIN: 'DELIVERY',
  INTRADAY: 'INTRADAY',
  CARRYFORWARD: 'CARRY_FORWARD',
};

export function productOf(product: WireProduct): ProductType {
  return PRODUCT_OF[product];
}

export interface FundsReport {
  readonly availablePaise: Paise;
  readonly usedPaise: Paise;
  readonly realisedPaise: Paise;
  readonly unrealisedPaise: Paise;
}

/** A client's cash: what was paid in, what trades made and cost, and what positions and working orders block. */
export class ClientFunds {
  readonly #positions: PositionBook;
  readonly #charges: ChargeModel | null;
  readonly #market: SimulatedMarket;
  readonly #debited = new Set<string>();
  #debitDay: DayNumber = 0;
  #cashPaise: Paise;
  #chargesPaise = 0;

  constructor(fundsPaise: Paise, positions: PositionBook, charges: ChargeModel | null, market: SimulatedMarket) {
    this.#cashPaise = fundsPaise;
    this.#positions = positions;
    this.#charges = charges;
    this.#market = market;
  }

  /** The charges of a fill are paid at once. */
  charge(order: DeskOrder, price: number, quantity: number, time: EpochMs): void {
    if (this.#charges === null) return;
    const { listing, product, side } = order.request;
    if (dayOf(time) !== this.#debitDay) {
      this.#debitDay = dayOf(time);
      this.#debited.clear();
    }
    const isDebit = side === 'SELL' && (product === 'DELIVERY' || product === 'MARGIN');
    const isFirstDebitOfDay = isDebit && !this.#debited.has(listing.instrument.id);
    if (isFirstDebitOfDay) this.#debited.add(listing.instrument.id);
    this.#chargesPaise += this.#charges.totalOf({
      instrument: listing.instrument,
      product: productOf(product),
      side,
      price,
      quantity,
      time,
      orderTurnoverBefore: order.turnover,
      isFirstDebitOfDay,
    });
  }

  /** Yesterday's profit is today's cash; deliveries have been paid. */
  roll(): void {
    for (const position of this.#positions.positions) {
      this.#cashPaise += realisedPaise(position);
      const net = netQuantity(position);
      if (position.product === 'DELIVERY' && net !== 0) {
        this.#cashPaise -= Math.round(averagePriceOf(position) * net * 100);
      }
    }
  }

  /** What an order would block beyond what closes a position; shares sold from the demat account block nothing. */
  marginFor({ listing, product, side }: OrderRequest, quantity: number, price: number): Paise {
    const net = this.#positions.netOf(listing, product);
    const closing = side === 'BUY' ? Math.max(0, -net) : Math.max(0, net);
    return marginOf(listing, product, side, Math.max(0, quantity - closing), price);
  }

  report(working: Iterable<DeskOrder>): FundsReport {
    let used = 0;
    let realised = 0;
    let unrealised = 0;
    for (const position of this.#positions.positions) {
      const { listing, product } = position;
      const net = netQuantity(position);
      realised += realisedPaise(position);
      used += marginOf(listing, product, net >= 0 ? 'BUY' : 'SELL', Math.abs(net), averagePriceOf(position));
      const quote = this.#market.quote(listing);
      if (quote !== undefined) unrealised += unrealisedPaise(position, quote.tick.lastPrice);
    }
    for (const { request, filled } of working) {
      const price = request.price || request.triggerPrice || this.#market.quote(request.listing)?.tick.lastPrice || 0;
      used += this.marginFor(request, request.quantity - filled, price);
    }
    const availablePaise = Math.floor(this.#cashPaise + realised - this.#chargesPaise - used);
    return { availablePaise, usedPaise: used, realisedPaise: realised, unrealisedPaise: unrealised };
  }
}
