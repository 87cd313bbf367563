import { dayOf } from '../../../core/time.ts';
import type { RiskRule } from '../risk-rule.ts';

/**
 * Outside the session an order that may be held overnight waits for the next open; an intraday one waits for an open of
 * the same day only, for what was seen yesterday is no reason for today.
 */
export const marketClosed: RiskRule = {
  name: 'market-closed',
  appliesTo: 'ENTRY',
  denies(_signal, { now, product, session }) {
    if (session === null) return { code: 'MARKET_CLOSED', at: now };
    if (product !== 'INTRADAY') return undefined;
    const isOver = now >= session.close || session.day !== dayOf(now);
    return isOver ? { code: 'MARKET_CLOSED', at: now } : undefined;
  },
};
