import type { DenialReason } from '../../../../src/core/denial-reason.ts';
import type { SignalKey, StrategyId } from '../../../../src/core/ids.ts';
import type { Instrument } from '../../../../src/core/instrument.ts';
import type { MarketSession } from '../../../../src/core/market-session.ts';
import type { Position } from '../../../../src/core/position.ts';
import type { Signal } from '../../../../src/core/signal.ts';
import { NO_LIMITS } from '../../../../src/engine/risk/default-limits.ts';
import type { RiskLimits } from '../../../../src/engine/risk/risk-limits.ts';
import type { AccountView, RiskContext, RiskRule } from '../../../../src/engine/risk/risk-rule.ts';
import { dayNumber, fixedCalendar, ist, testInstrument } from '../../../support/fixed-calendar.ts';

export const DAY = '2026-07-30';
export const NEXT_DAY = '2026-07-31';
export const SHARE = testInstrument('NSE:RELIANCE');
export const FUTURE = testInstrument('NFO:NIFTY:2026-08-25:FUT', { exchange: 'NFO', kind: 'FUTURE', lotSize: 65 });
export const CALL = testInstrument('NFO:NIFTY:2026-08-25:26000:CE', {
  exchange: 'NFO',
  kind: 'OPTION',
  lotSize: 65,
  strike: 26_000,
  optionType: 'CE',
});

export const at = (clock: string, day = DAY) => ist(day, clock);

export function sessionOf(day: string, instrument: Instrument = SHARE): MarketSession {
  const session = fixedCalendar.sessionOn(instrument, dayNumber(day));
  if (session === null) throw new Error(`Expected a session on ${day}`);
  return session;
}

/** A wish to buy 10 RELIANCE at 1,000. */
export function entry(changes: Partial<Signal> = {}): Signal {
  return {
    key: 'test|NSE:RELIANCE|5m|0|ENTRY' as SignalKey,
    strategyId: 'test' as StrategyId,
    instrumentId: SHARE.id,
    timeframe: '5m',
    candleTime: at('09:55:00'),
    kind: 'ENTRY',
    side: 'BUY',
    optionType: null,
    product: 'INTRADAY',
    entryPrice: 1_000,
    target: null,
    stopLoss: null,
    trail: null,
    quantity: 10,
    confidence: 50,
    reason: 'test',
    notes: null,
    tags: [],
    provenance: 'live',
    createdTime: at('10:00:00'),
    expiresTime: at('10:05:00'),
    status: 'ACTIVE',
    verdict: { kind: 'ALLOWED' },
    ...changes,
  };
}

export function holding(quantity: number): Position {
  return {
    strategyId: 'test' as StrategyId,
    instrumentId: SHARE.id,
    product: 'INTRADAY',
    quantity,
    averagePrice: quantity === 0 ? 0 : 1_000,
    openedTime: quantity === 0 ? null : at('09:30:00'),
    realisedPaise: 0,
    chargesPaise: 0,
  };
}

export interface ContextChanges extends Partial<Omit<RiskContext, 'limits' | 'account'>> {
  readonly limits?: Partial<RiskLimits>;
  readonly account?: Partial<AccountView>;
}

/** Ten in the morning, one lakh of rupees, nothing held, no limits: every rule has nothing to say. */
export function context({ limits, account, ...changes }: ContextChanges = {}): RiskContext {
  return {
    now: at('10:00:00'),
    limits: { ...NO_LIMITS, ...limits },
    account: {
      capitalPaise: 10_000_000,
      equityPaise: 10_000_000,
      peakEquityPaise: 10_000_000,
      dayPaise: 0,
      availablePaise: 10_000_000,
      openPositions: 0,
      pendingPositions: 0,
      ordersLastMinute: 0,
      ordersToday: 0,
      losingStreak: 0,
      ...account,
    },
    instrument: SHARE,
    product: 'INTRADAY',
    session: sessionOf(DAY),
    squareOffTime: at('15:20:00'),
    position: holding(0),
    workingEntryQuantity: 0,
    accountQuantity: 0,
    lastPrice: 1_000,
    lastStopTime: null,
    doubtfulOrder: null,
    isKilled: false,
    isPaused: false,
    ...changes,
  };
}

/** What one rule says of an entry in the context. */
export function reasonOf(
  rule: RiskRule,
  changes: ContextChanges = {},
  signal: Partial<Signal> = {},
): DenialReason | undefined {
  return rule.denies(entry(signal), context(changes));
}
