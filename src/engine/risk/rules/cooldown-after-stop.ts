import type { RiskRule } from '../risk-rule.ts';

/** A strategy that has just been stopped out of an instrument waits before it enters there again. */
export const cooldownAfterStop: RiskRule = {
  name: 'cooldown-after-stop',
  appliesTo: 'ENTRY',
  denies(_signal, { now, limits, lastStopTime }) {
    if (limits.cooldownAfterStopMs === null || lastStopTime === null) return undefined;
    const until = lastStopTime + limits.cooldownAfterStopMs;
    return now < until ? { code: 'COOLDOWN_AFTER_STOP', until } : undefined;
  },
};
