import { BAND_SEGMENTS, type ExecutionPolicy } from '../engine/orders/execution-policy.ts';
import type { ParsedBotFile } from './define-bot.ts';
import { PROTECTION_BANDS } from './protection-bands.ts';

/** Null: market orders. */
export function executionPolicyOf({
  orders,
  bandPercent,
  ...rest
}: ParsedBotFile['execution']): ExecutionPolicy | null {
  if (orders === 'market') return null;
  const bands =
    bandPercent === null
      ? PROTECTION_BANDS
      : BAND_SEGMENTS.map((segment) => ({ segment, below: null, percent: bandPercent }));
  return Object.freeze({ ...rest, bands: Object.freeze(bands) });
}

/** What a bot that says nothing of it gets. */
export const DEFAULT_EXECUTION: ExecutionPolicy = {
  ...{ bands: PROTECTION_BANDS, repriceAfterMs: 3_000, reprices: 3, entriesThen: 'cancel', crossBands: 3 },
};
