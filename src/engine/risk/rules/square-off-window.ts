import { dayOf } from '../../../core/time.ts';
import type { RiskRule } from '../risk-rule.ts';

/** No intraday entry from the time on at which it would be closed again; nor for a session of another day. */
export const squareOffWindow: RiskRule = {
  name: 'square-off-window',
  appliesTo: 'ENTRY',
  denies(_signal, { now, product, session, squareOffTime }) {
    if (product !== 'INTRADAY' || squareOffTime === null) return undefined;
    const isOtherDay = session !== null && session.day !== dayOf(now);
    return now >= squareOffTime || isOtherDay ? { code: 'SQUARE_OFF_WINDOW', at: now, from: squareOffTime } : undefined;
  },
};
