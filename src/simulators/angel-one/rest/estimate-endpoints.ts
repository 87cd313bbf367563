import { roundPrice } from '../../../core/money.ts';
import type { Charges } from '../../../ports/charge-model.ts';
import { productOf } from '../orders/client-funds.ts';
import { marginOf } from '../orders/margin.ts';
import { parameterFault } from '../orders/read-order.ts';
import { numberOf, oneOf, textOf, type WireBody } from '../orders/wire-fields.ts';
import type { SimulatedListing } from '../parts.ts';
import type { ClientHandler } from './desk-parts.ts';
import { done, refused, somethingWrong } from './reply.ts';

const PRODUCTS = ['DELIVERY', 'CARRYFORWARD', 'MARGIN', 'INTRADAY'] as const;
const SIDES = ['BUY', 'SELL'] as const;
const MOST_POSITIONS = 50;

export const margin: ClientHandler = ({ body }, { market }) => {
  const positions = rowsOf(body.positions);
  if (positions === undefined || positions.length === 0 || positions.length > MOST_POSITIONS)
    return somethingWrong(true);
  let total = 0;
  let premium = 0;
  for (const position of positions) {
    const listing = market.find(textOf(position, 'exchange'), textOf(position, 'token'));
    if (listing === undefined) return refused('AB1018', 'Failed to get symbol details');
    const product = oneOf(PRODUCTS, textOf(position, 'productType'));
    const side = oneOf(SIDES, textOf(position, 'tradeType'));
    const quantity = numberOf(position, 'qty') ?? 0;
    if (product === undefined) return refused('AB1012', 'Invalid product type');
    if (side === undefined) return parameterFault('tradeType');
    if (!(quantity > 0)) return parameterFault('qty');
    const price = numberOf(position, 'price') || (market.quote(listing)?.tick.lastPrice ?? 0);
    const needed = marginOf(listing, product, side, quantity, price) / 100;
    total += needed;
    if (listing.instrument.kind === 'OPTION' && side === 'BUY') premium += needed;
  }
  return done({
    totalMarginRequired: roundPrice(total),
    marginComponents: {
      netPremium: roundPrice(premium),
      spanMargin: 0,
      marginBenefit: 0,
      deliveryMargin: 0,
      nonNFOMargin: 0,
      totOptionsPremium: roundPrice(premium),
    },
  });
};

export const charges: ClientHandler = ({ body }, { market, charges: model }) => {
  const orders = rowsOf(body.orders);
  if (orders === undefined || orders.length === 0) return somethingWrong(true);
  if (model === null) return refused('AB2001', 'Internal Error, Please Try After Sometime');
  const bills: Bill[] = [];
  for (const order of orders) {
    const listing = market.find(textOf(order, 'exchange'), textOf(order, 'token'));
    if (listing === undefined) return refused('AB1018', 'Failed to get symbol details');
    const product = oneOf(PRODUCTS, textOf(order, 'product_type'));
    const side = oneOf(SIDES, textOf(order, 'transaction_type'));
    const quantity = numberOf(order, 'quantity') ?? 0;
    const price = numberOf(order, 'price') ?? 0;
    if (product === undefined) return refused('AB1012', 'Invalid product type');
    if (side === undefined) return parameterFault('transaction_type');
    if (!(quantity > 0)) return parameterFault('quantity');
    if (!(price > 0)) return parameterFault('price');
    const isDebit = side === 'SELL' && (product === 'DELIVERY' || product === 'MARGIN');
    const fill = { instrument: listing.instrument, product: productOf(product), side, price, quantity };
    const time = market.clock.now();
    const paid = model.chargesOf({ ...fill, time, orderTurnoverBefore: 0, isFirstDebitOfDay: isDebit });
    bills.push({ listing, charges: paid, value: price * quantity });
  }
  const summed = sumOf(bills.map((bill) => bill.charges));
  const value = bills.reduce((sum, bill) => sum + bill.value, 0);
  return done({
    summary: { total_charges: rupees(summed.total), trade_value: roundPrice(value), breakup: breakupOf(summed) },
    charges: bills.map((bill) => ({
      total_charges: rupees(bill.charges.total),
      trade_value: roundPrice(bill.value),
      breakup: breakupOf(bill.charges),
    })),
  });
};

interface Bill {
  readonly listing: SimulatedListing;
  readonly charges: Charges;
  readonly value: number;
}

function breakupOf(charges: Charges): readonly unknown[] {
  const external = [
    node('Exchange Transaction Charges', charges.exchangeCharge + charges.investorProtection),
    node('Stamp Duty', charges.stampDuty),
    node('SEBI Fees', charges.sebiFee),
  ];
  const taxes = [node('Security Transaction Tax', charges.transactionTax), node('GST', charges.gst)];
  const externalTotal =
    charges.exchangeCharge +
    charges.investorProtection +
    charges.stampDuty +
    charges.sebiFee +
    charges.depositoryCharge;
  const depository = charges.depositoryCharge > 0 ? [node('DP Charges', charges.depositoryCharge)] : [];
  return [
    node('Angel One Brokerage', charges.brokerage),
    node('External Charges', externalTotal, [...external, ...depository]),
    node('Taxes', charges.transactionTax + charges.gst, taxes),
  ];
}

function node(name: string, paise: number, breakup: readonly unknown[] = []): unknown {
  return { name, amount: rupees(paise), msg: '', breakup };
}

function sumOf(all: readonly Charges[]): Charges {
  const sum = (pick: (charges: Charges) => number): number => all.reduce((total, each) => total + pick(each), 0);
  return {
    brokerage: sum((each) => each.brokerage),
    transactionTax: sum((each) => each.transactionTax),
    exchangeCharge: sum((each) => each.exchangeCharge),
    investorProtection: sum((each) => each.investorProtection),
    sebiFee: sum((each) => each.sebiFee),
    gst: sum((each) => each.gst),
    stampDuty: sum((each) => each.stampDuty),
    depositoryCharge: sum((each) => each.depositoryCharge),
    total: sum((each) => each.total),
  };
}

function rupees(paise: number): number {
  return roundPrice(paise / 100);
}

function rowsOf(value: unknown): readonly WireBody[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((row): row is WireBody => typeof row === 'object' && row !== null && !Array.isArray(row));
}
