/** What a trading day came to, in words and figures. Entry point: `dailyReport`. Pure but for what is handed in. */
import { formatInstrument, formatMoney, formatPrice, formatResult, formatUnits } from '../../alerts/format-values.ts';
import type { Paise } from '../../core/money.ts';
import { formatClock, SECOND_MS } from '../../core/time.ts';
import type { Trade } from '../../core/trade.ts';
import type { DayFacts } from '../../db/day-facts.ts';
import type { CallUse, WindowUse } from '../call-tally.ts';
import type { JobResult } from './schedule.ts';

export interface ReportFacts {
  readonly books: DayFacts;
  /** Result of the day with what is open at its last price; null for a day that is over for long. */
  readonly dayPaise: Paise | null;
  /** Null when this process did not see the day. */
  readonly calls: CallUse | null;
  /** Closed on the day, newest first, as many as are shown. */
  readonly closed: readonly Trade[];
  /** Why the broker's books could not be held against ours; null when they were, or when there is only one side. */
  readonly unreconciled: string | null;
}

const FULLEST_SHOWN = 3;
/** A screen of a phone, and well within one message. */
export const MOST_TRADES_SHOWN = 25;

export function dailyReport(facts: ReportFacts): JobResult {
  const { books, dayPaise, calls, unreconciled, closed } = facts;
  const { trades, orders, fills, differences, denied, candles, openPositions } = books;
  const count = trades.won + trades.lost;
  const withOpen = dayPaise === null ? '' : `, ${formatResult(dayPaise)} with what is open`;
  const lines = [
    `orders: ${counted(orders)}; ${formatUnits(fills)} fills`,
    `trades: ${count === 0 ? 'none closed' : `${count}, ${trades.won} won; gross ${formatResult(trades.grossPaise)}, charges ${formatMoney(trades.chargesPaise)}`}`,
    `charges of the day's fills: ${formatMoney(books.chargesPaise)}`,
    `positions left: ${openPositions === 0 ? 'none' : openPositions}`,
    `denied signals: ${counted(denied)}`,
    `differences from the broker's books: ${differencesText(differences, unreconciled)}`,
    `candles: ${formatUnits(candles.all)} of one minute, ${candles.withGap} with a gap, ${candles.filled} fetched later`,
    ...(calls === null ? [] : [callsText(calls)]),
    ...tradeTable(closed, count),
  ];
  return {
    level: differences.open > 0 || unreconciled !== null ? 'warning' : 'info',
    headline: `net ${formatResult(trades.netPaise)} after charges${withOpen}`,
    lines,
    facts,
    isNews: true,
  };
}

/** `09:31 RELIANCE long 10: 1,402.35 > 1,410.00, +₹64.12 (target)`, the first one first. */
function tradeTable(closed: readonly Trade[], count: number): readonly string[] {
  const lines = closed.toReversed().map((trade) => {
    const { exitTime, instrumentId, side, quantity, entryPrice, exitPrice, netPaise, exitReason } = trade;
    const what = `${formatClock(exitTime).slice(0, 5)} ${formatInstrument(instrumentId)} ${side.toLowerCase()} ${formatUnits(quantity)}`;
    const way = `${formatPrice(entryPrice)} > ${formatPrice(exitPrice)}`;
    return `${what}: ${way}, ${formatResult(netPaise)} (${exitReason.replace('_', ' ')})`;
  });
  return count > closed.length ? [...lines, `the last ${closed.length} of ${count} trades`] : lines;
}

function counted(counts: Readonly<Record<string, number>>): string {
  const all = Object.entries(counts);
  if (all.length === 0) return 'none';
  const sum = all.reduce((total, [, count]) => total + count, 0);
  return `${sum}: ${all.map(([name, count]) => `${count} ${name.toLowerCase().replaceAll('_', ' ')}`).join(', ')}`;
}

function differencesText({ found, open }: DayFacts['differences'], unreconciled: string | null): string {
  const text = found === 0 && open === 0 ? 'none' : `${found} found today, ${open} open`;
  return unreconciled === null ? text : `${text}; not compared at the day's end: ${unreconciled}`;
}

function callsText({ since, calls, waits, rests, windows }: CallUse): string {
  // One call of one is full and says nothing.
  const telling = windows.filter(({ limit }) => limit > 1);
  // Order writes are what runs out first when it matters.
  const orders = telling.filter(({ callClass }) => callClass === 'orderWrite');
  const fullest = [...new Set([...orders, ...telling])].slice(0, FULLEST_SHOWN).map(useText).join(', ');
  const pauses = [...(waits > 0 ? [`${waits} waits`] : []), ...(rests > 0 ? [`throttled ${rests} times`] : [])];
  const rest = pauses.length === 0 ? '' : `; ${pauses.join(', ')}`;
  return `calls since ${formatClock(since).slice(0, 5)}: ${formatUnits(calls)}${fullest === '' ? '' : `; fullest ${fullest}`}${rest}`;
}

function useText({ callClass, most, limit, ms }: WindowUse): string {
  const seconds = Math.round(ms / SECOND_MS);
  const span = seconds >= 3_600 ? 'an hour' : seconds >= 60 ? 'a minute' : 'a second';
  return `${callClass} ${most} of ${limit} in ${span}`;
}
