import { dayOf, type EpochMs, formatClock, formatDay, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import type { AccountResult, AccountStatus } from '../../ports/account-views.ts';
import type { Switches } from '../../ports/engine-event.ts';
import { formatMoney, formatResult } from '../format-values.ts';

/** What the books do not know. */
export interface AccountFacts {
  readonly account: string;
  readonly mode: 'paper' | 'live';
  readonly version: string;
  /** Null when no worker runs. */
  readonly startedTime: EpochMs | null;
}

/** An account at a glance: whether it may enter, what is open, what the day came to. */
export function statusLines(
  { account, mode, version, startedTime }: AccountFacts,
  status: AccountStatus,
  result: AccountResult,
  { now, day }: { readonly now: EpochMs; readonly day: EpochMs },
): readonly string[] {
  const { openPositions, workingEntries, workingExits, unknownOrders, lastPriceTime, differences } = status;
  const up = startedTime === null ? 'no worker is running' : `up ${spanOf(now - startedTime)}`;
  const unknown = unknownOrders === 0 ? '' : `, ${unknownOrders} of unknown fate`;
  return [
    `${mode === 'live' ? 'Live' : 'Paper'} account ${account}, version ${version}, ${up}`,
    entriesLine(status.switches),
    `positions: ${openPositions === 0 ? 'none open' : `${openPositions} open, ${formatResult(result.openPaise)} at the latest prices`}`,
    `orders: ${workingEntries} working entries, ${workingExits} working exits${unknown}`,
    resultLine(dayOf(day) === dayOf(now) ? 'today' : formatDay(dayOf(day)), result),
    `last price: ${lastPriceTime === null ? 'none yet' : `${formatClock(lastPriceTime)}, ${spanOf(now - lastPriceTime)} ago`}`,
    `differences from the broker's books: ${differences === 0 ? 'none open' : `${differences} open`}`,
  ];
}

/** Whether anything keeps entries from going out, and what. */
export function entriesLine(switches: Switches | null): string {
  if (switches === null) return 'entries: DENIED, the switches can not be read';
  const { isKilled, isPaused, pausedStrategies } = switches;
  if (isKilled) return 'entries: DENIED, the kill switch is on (/resume lifts it)';
  if (isPaused) return 'entries: DENIED, trading is halted (/resume lifts it)';
  return pausedStrategies.length === 0
    ? 'entries: allowed'
    : `entries: allowed, but not of ${pausedStrategies.join(', ')}`;
}

/** `today: net +₹64.12 after ₹12.38 charges, 3 trades, 2 won` */
export function resultLine(when: string, { trades, won, netPaise, chargesPaise }: AccountResult): string {
  if (trades === 0) return `${when}: no trade closed`;
  return `${when}: net ${formatResult(netPaise)} after ${formatMoney(chargesPaise)} charges, ${trades} ${trades === 1 ? 'trade' : 'trades'}, ${won} won`;
}

/** `2 h 3 min`, `45 s`. */
export function spanOf(ms: number): string {
  const hours = Math.floor(ms / HOUR_MS);
  const minutes = Math.floor(ms / MINUTE_MS) % 60;
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.max(0, Math.floor(ms / SECOND_MS))} s`;
}
