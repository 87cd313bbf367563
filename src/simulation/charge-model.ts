/**
 * What a fill costs: brokerage, taxes, exchange and depository charges, by date, segment, side, product and broker.
 * Entry point: `createChargeModel`; the rates and their sources are data (`src/config/data/charge-rates.json`).
 *
 * Invariants: pure; amounts are fractional paise, the caller rounds when it books. `totalOf` equals
 * `chargesOf(...).total` to the bit and allocates nothing. Brokerage is per executed order: a fill pays what the
 * order owes after it less what it owed before, so partial fills never pay twice. A day before the first row of a
 * charge takes the first row (`ratesCover` tells). Options held to expiry pay tax on exercise, which is no fill and
 * is not charged here; shares of other BSE groups than A and B pay other exchange charges than these.
 */
import type { ChargedBroker, ChargeRates, ChargeSegment } from '../core/charge-rates.ts';
import { InvariantError } from '../core/errors.ts';
import type { Instrument } from '../core/instrument.ts';
import type { ProductType } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import type { ChargeableFill, ChargeModel, Charges } from '../ports/charge-model.ts';
import type { RatePeriod, RateTable, SideRates } from './charge-table.ts';
import { createRateTable } from './charge-table.ts';

export function createChargeModel(rates: ChargeRates, broker: ChargedBroker): ChargeModel {
  const ratesOf = createRateLookup(rates, broker);
  return {
    totalOf: (fill) => totalAt(ratesOf(fill), fill),
    chargesOf: (fill) => chargesAt(ratesOf(fill), fill),
  };
}

function createRateLookup(rates: ChargeRates, broker: ChargedBroker): (fill: ChargeableFill) => SideRates {
  const tables = new Map<string, RateTable>();
  const intraday = new WeakMap<Instrument, readonly RatePeriod[]>();
  const overnight = new WeakMap<Instrument, readonly RatePeriod[]>();
  // Fills come in runs of one instrument within one period, so the last answer is nearly always the next one.
  let lastInstrument: Instrument | null = null;
  let lastProduct: ProductType | null = null;
  let periods: readonly RatePeriod[] = [];
  let period: RatePeriod | null = null;

  function tableOf(instrument: Instrument, product: ProductType): RateTable {
    const segment = segmentOf(instrument, product);
    const key = `${segment} ${instrument.exchange}`;
    const known = tables.get(key);
    if (known !== undefined) return known;
    const table = createRateTable(rates, broker, segment, instrument.exchange);
    tables.set(key, table);
    return table;
  }

  function periodsOf(instrument: Instrument, product: ProductType): readonly RatePeriod[] {
    const cache = product === 'INTRADAY' ? intraday : overnight;
    const known = cache.get(instrument);
    if (known !== undefined) return known;
    const table = tableOf(instrument, product);
    const found = table.bySymbol?.get(instrument.symbol) ?? table.periods;
    cache.set(instrument, found);
    return found;
  }

  return (fill) => {
    if (fill.instrument !== lastInstrument || fill.product !== lastProduct) {
      periods = periodsOf(fill.instrument, fill.product);
      lastInstrument = fill.instrument;
      lastProduct = fill.product;
      period = null;
    }
    if (period === null || fill.time < period.from || fill.time >= period.until) period = periodAt(periods, fill.time);
    return fill.side === 'BUY' ? period.buy : period.sell;
  };
}

function totalAt(rate: SideRates, fill: ChargeableFill): number {
  const flat = brokerageOf(rate, fill) + depositoryOf(rate, fill);
  return fill.price * fill.quantity * rate.perRupee + flat * (1 + rate.gst);
}

function chargesAt(rate: SideRates, fill: ChargeableFill): Charges {
  const turnover = fill.price * fill.quantity;
  const brokerage = brokerageOf(rate, fill);
  const exchangeCharge = turnover * rate.exchangeCharge;
  const investorProtection = turnover * rate.investorProtection;
  const sebiFee = turnover * rate.sebiFee;
  const depositoryCharge = depositoryOf(rate, fill);
  const services = brokerage + exchangeCharge + investorProtection + depositoryCharge;
  return {
    brokerage,
    transactionTax: turnover * rate.transactionTax,
    exchangeCharge,
    investorProtection,
    sebiFee,
    gst: services * rate.gst + sebiFee * rate.gstOnSebiFee,
    stampDuty: turnover * rate.stampDuty,
    depositoryCharge,
    total: totalAt(rate, fill),
  };
}

function brokerageOf(rate: SideRates, fill: ChargeableFill): number {
  const before = fill.orderTurnoverBefore;
  return brokerageOfOrder(rate, before + fill.price * fill.quantity) - brokerageOfOrder(rate, before);
}

function brokerageOfOrder(rate: SideRates, turnover: number): number {
  if (!(turnover > 0)) return 0;
  return Math.min(rate.maximumBrokerage, Math.max(rate.minimumBrokerage, turnover * rate.brokeragePerRupee));
}

function depositoryOf(rate: SideRates, fill: ChargeableFill): number {
  const isDebited = rate.isDepositoryPerOrder ? fill.orderTurnoverBefore === 0 : fill.isFirstDebitOfDay;
  return isDebited ? rate.depository : 0;
}

/** An index is charged as the share it stands for in a backtest; derivatives cost the same whatever the product. */
function segmentOf(instrument: Instrument, product: ProductType): ChargeSegment {
  const isOption = instrument.kind === 'OPTION';
  if (!isOption && instrument.kind !== 'FUTURE') return product === 'INTRADAY' ? 'equity-intraday' : 'equity-delivery';
  if (instrument.exchange === 'CDS') return isOption ? 'currency-options' : 'currency-futures';
  if (instrument.exchange === 'MCX') return isOption ? 'commodity-options' : 'commodity-futures';
  return isOption ? 'options' : 'futures';
}

function periodAt(periods: readonly RatePeriod[], time: EpochMs): RatePeriod {
  const period = periods.find((candidate) => time >= candidate.from);
  if (period === undefined)
    throw new InvariantError(`Expected charge periods from the beginning of time, found none at ${time}`);
  return period;
}
