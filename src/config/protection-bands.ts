import type { ProtectionBand } from '../engine/orders/execution-policy.ts';

/**
 * How far from the last price Angel One itself sets the limit of a market order.
 * Source: Angel One's article on market price protection of 17 December 2024; it may have moved since.
 */
export const PROTECTION_BANDS: readonly ProtectionBand[] = [
  { segment: 'SHARE', below: null, percent: 0.5 },
  { segment: 'INDEX_FUTURE', below: null, percent: 0.5 },
  { segment: 'STOCK_FUTURE', below: null, percent: 1 },
  { segment: 'COMMODITY_FUTURE', below: null, percent: 1 },
  { segment: 'INDEX_OPTION', below: 10, percent: 20 },
  { segment: 'INDEX_OPTION', below: 20, percent: 10 },
  { segment: 'INDEX_OPTION', below: 50, percent: 5 },
  { segment: 'INDEX_OPTION', below: null, percent: 2.5 },
  { segment: 'STOCK_OPTION', below: 10, percent: 40 },
  { segment: 'STOCK_OPTION', below: 20, percent: 20 },
  { segment: 'STOCK_OPTION', below: 50, percent: 10 },
  { segment: 'STOCK_OPTION', below: null, percent: 5 },
  { segment: 'COMMODITY_OPTION', below: 10, percent: 20 },
  { segment: 'COMMODITY_OPTION', below: 20, percent: 10 },
  { segment: 'COMMODITY_OPTION', below: 50, percent: 5 },
  { segment: 'COMMODITY_OPTION', below: null, percent: 2.5 },
];
