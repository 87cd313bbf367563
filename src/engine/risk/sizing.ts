import type { Paise, Rupees } from '../../core/money.ts';

/** How many units an entry takes when the strategy does not say. Percentages are of 100. */
export type Sizing =
  | { readonly kind: 'fixed-quantity'; readonly quantity: number }
  /** Worth this much at the entry price. */
  | { readonly kind: 'fixed-value'; readonly paise: Paise }
  /** Worth this share of the account's equity. */
  | { readonly kind: 'percent-of-equity'; readonly percent: number }
  /**
   * Loses this share of the equity if the stop is hit at its price. Without a stop, or with one at the entry price, the whole
   * value counts as what can be lost: the entry is then worth that share of the equity.
   */
  | { readonly kind: 'risk-per-trade'; readonly percent: number };

export interface SizingInput {
  readonly entryPrice: Rupees;
  readonly stopLoss: Rupees | null;
  readonly equityPaise: Paise;
  readonly lotSize: number;
  /** Not tied up; the size never needs more. */
  readonly availablePaise: Paise;
  /** What one unit ties up; its full price when absent, so no leverage is taken unless this says so. */
  readonly marginPaisePerUnit?: Paise | undefined;
}

/** Room for binary dust before rounding down: 99.99999999 lots were meant to be 100. */
const DUST = 1e-9;

/**
 * Units, rounded down to whole lots; 0 when one lot cannot be afforded. A fixed quantity is passed on as it is, so that a
 * wrong one is denied by the risk rules instead of being quietly mended.
 */
export function sizeOf(sizing: Sizing, input: SizingInput): number {
  if (sizing.kind === 'fixed-quantity') return sizing.quantity;
  const { entryPrice, lotSize, availablePaise } = input;
  const marginPaise = input.marginPaisePerUnit ?? entryPrice * 100;
  if (!(entryPrice > 0 && lotSize > 0 && marginPaise > 0)) return 0;
  const units = Math.min(unitsWanted(sizing, input), availablePaise / marginPaise);
  const lots = Math.floor(units / lotSize + DUST);
  if (!(lots > 0)) return 0;
  const isTooDear = Math.round(lots * lotSize * marginPaise) > availablePaise;
  return (isTooDear ? lots - 1 : lots) * lotSize;
}

function unitsWanted(
  sizing: Exclude<Sizing, { kind: 'fixed-quantity' }>,
  { entryPrice, stopLoss, equityPaise }: SizingInput,
): number {
  if (sizing.kind === 'fixed-value') return sizing.paise / (entryPrice * 100);
  const sharePaise = (equityPaise * sizing.percent) / 100;
  const distance = stopLoss === null ? 0 : Math.abs(entryPrice - stopLoss);
  const isByRisk = sizing.kind === 'risk-per-trade' && distance > 0;
  return sharePaise / (isByRisk ? distance * 100 : entryPrice * 100);
}
