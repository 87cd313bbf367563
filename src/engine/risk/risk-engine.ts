/**
 * The gate before orders. Entry points: `assess`, and `standingDenials` to look at it from outside. Every signal gets exactly
 * one verdict: the first rule that denies gives the reason, so the order of `RISK_RULES` is part of the behaviour. It goes
 * from the account to the single order: may we trade at all, may we trade now, has the account lost too much, is it too
 * busy, does this entry belong there, can it be paid. Exits face only the rules that apply to them, so that no limit and no
 * switch ever locks a position in.
 */
import type { DenialReason } from '../../core/denial-reason.ts';
import type { Signal, Verdict } from '../../core/signal.ts';
import type { AccountContext, AccountRule, RiskContext, RiskRule } from './risk-rule.ts';
import { cooldownAfterStop } from './rules/cooldown-after-stop.ts';
import { dailyLossLimit } from './rules/daily-loss-limit.ts';
import { duplicateExposure } from './rules/duplicate-exposure.ts';
import { insufficientMargin } from './rules/insufficient-margin.ts';
import { killSwitch } from './rules/kill-switch.ts';
import { losingStreakLock } from './rules/losing-streak-lock.ts';
import { lotMultiple } from './rules/lot-multiple.ts';
import { marketClosed } from './rules/market-closed.ts';
import { maxDrawdown } from './rules/max-drawdown.ts';
import { maxOpenPositions } from './rules/max-open-positions.ts';
import { maxOrderValue } from './rules/max-order-value.ts';
import { maxOrdersPerDay } from './rules/max-orders-per-day.ts';
import { maxOrdersPerMinute } from './rules/max-orders-per-minute.ts';
import { maxPositionPerInstrument } from './rules/max-position-per-instrument.ts';
import { noPositionToExit } from './rules/no-position-to-exit.ts';
import { notTradable } from './rules/not-tradable.ts';
import { orderInDoubt } from './rules/order-in-doubt.ts';
import { priceOutsideBand } from './rules/price-outside-band.ts';
import { shortNotAllowed } from './rules/short-not-allowed.ts';
import { squareOffWindow } from './rules/square-off-window.ts';
import { staleSignal } from './rules/stale-signal.ts';
import { tradingPaused } from './rules/trading-paused.ts';

export const RISK_RULES: readonly RiskRule[] = [
  killSwitch,
  tradingPaused,
  orderInDoubt,
  notTradable,
  shortNotAllowed,
  marketClosed,
  squareOffWindow,
  staleSignal,
  dailyLossLimit,
  maxDrawdown,
  losingStreakLock,
  cooldownAfterStop,
  maxOrdersPerDay,
  maxOrdersPerMinute,
  duplicateExposure,
  maxOpenPositions,
  priceOutsideBand,
  // Before the lots: a size of 0 for want of money says so.
  insufficientMargin,
  lotMultiple,
  maxOrderValue,
  maxPositionPerInstrument,
  noPositionToExit,
];

/** Those of them that ask about the account alone. */
const ACCOUNT_RULES: readonly AccountRule[] = [
  dailyLossLimit,
  maxDrawdown,
  losingStreakLock,
  maxOrdersPerDay,
  maxOpenPositions,
];
const ENTRY_RULES = RISK_RULES.filter((rule) => rule.appliesTo !== 'EXIT');
const EXIT_RULES = RISK_RULES.filter((rule) => rule.appliesTo !== 'ENTRY');
/** One for all: an allowed signal allocates nothing. */
const ALLOWED: Verdict = Object.freeze({ kind: 'ALLOWED' });

export function assess(signal: Signal, context: RiskContext): Verdict {
  const rules = signal.kind === 'ENTRY' ? ENTRY_RULES : EXIT_RULES;
  for (let i = 0; i < rules.length; i++) {
    const reason = rules[i]?.denies(signal, context);
    if (reason !== undefined) return { kind: 'DENIED', reason };
  }
  return ALLOWED;
}

/** Every limit that an entry would meet now whatever it is, for people; nothing is decided by it. */
export function standingDenials(context: AccountContext): readonly DenialReason[] {
  return ACCOUNT_RULES.flatMap((rule) => rule.denies(null, context) ?? []);
}
