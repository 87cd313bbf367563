/**
 * How a wish to trade now becomes an order that names a price: a limit inside a protection band around the last price,
 * drawn again when the price has gone away, a bounded number of times. The same policy in live, paper and backtest.
 */
import type { Instrument } from '../../core/instrument.ts';
import { type Rupees, snapToTick } from '../../core/money.ts';
import type { OrderSide } from '../../core/order.ts';

export const BAND_SEGMENTS = [
  'SHARE',
  'INDEX_FUTURE',
  'STOCK_FUTURE',
  'INDEX_OPTION',
  'STOCK_OPTION',
  'COMMODITY_FUTURE',
  'COMMODITY_OPTION',
] as const;
export type BandSegment = (typeof BAND_SEGMENTS)[number];

/** Rows of one segment in ascending order of `below`; the last has null. */
export interface ProtectionBand {
  readonly segment: BandSegment;
  /** For prices under this, in rupees; null: for all others. */
  readonly below: Rupees | null;
  /** How far from the last price the limit lies. */
  readonly percent: number;
}

export interface ExecutionPolicy {
  readonly bands: readonly ProtectionBand[];
  /** From the moment a limit was drawn until it is drawn again. */
  readonly repriceAfterMs: number;
  /** How often the limit follows the price before the last resort. */
  readonly reprices: number;
  /** The last resort of an entry. Exits always cross: a limit so many bands away, followed as often again. */
  readonly entriesThen: 'cancel' | 'cross';
  readonly crossBands: number;
}

/** Underlyings of index futures and options, as the exchanges list them. */
const INDICES: ReadonlySet<string> = new Set([
  ...['NIFTY', 'BANKNIFTY', 'FINNIFTY', 'MIDCPNIFTY', 'NIFTYNXT50'],
  ...['SENSEX', 'BANKEX', 'SENSEX50'],
]);

/** The limit for an order that is to be done at once; `reprices` says how often it was drawn before. */
export function protectedLimit(
  policy: ExecutionPolicy,
  instrument: Instrument,
  side: OrderSide,
  price: Rupees,
  reprices: number,
): Rupees {
  const bands = reprices > policy.reprices ? policy.crossBands : 1;
  const reach = (price * bandPercent(policy.bands, instrument, price) * bands) / 100;
  const { tickSize } = instrument;
  // At least one tick: of a price of a few ticks any band is less.
  return side === 'BUY'
    ? snapToTick(price + Math.max(reach, tickSize), tickSize, 'down')
    : Math.max(snapToTick(price - Math.max(reach, tickSize), tickSize, 'up'), tickSize);
}

function bandPercent(bands: readonly ProtectionBand[], instrument: Instrument, price: Rupees): number {
  const segment = bandSegmentOf(instrument);
  for (const band of bands) {
    if (band.segment === segment && (band.below === null || price < band.below)) return band.percent;
  }
  return 0;
}

function bandSegmentOf({ exchange, kind, symbol }: Instrument): BandSegment {
  if (kind !== 'FUTURE' && kind !== 'OPTION') return 'SHARE';
  if (exchange === 'MCX') return kind === 'FUTURE' ? 'COMMODITY_FUTURE' : 'COMMODITY_OPTION';
  // Currencies move as little as indices.
  const isIndex = INDICES.has(symbol) || exchange === 'CDS';
  if (kind === 'FUTURE') return isIndex ? 'INDEX_FUTURE' : 'STOCK_FUTURE';
  return isIndex ? 'INDEX_OPTION' : 'STOCK_OPTION';
}
