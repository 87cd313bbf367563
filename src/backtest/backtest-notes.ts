import { formatDenialReason } from '../alerts/format-denial.ts';
import type { DenialCode } from '../core/denial-reason.ts';
import type { Order } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import { dayOf, formatDay } from '../core/time.ts';
import type { CandleCursor } from './candle-stream.ts';

export interface NoteFacts {
  readonly cursors: readonly CandleCursor[];
  readonly denied: Iterable<Signal>;
  readonly rejected: Iterable<Order>;
  /** False when some day lies before the first known charges. */
  readonly chargesKnown: boolean;
}

/** Denials that come of how the run was set up, not of the market. */
const SET_UP: ReadonlySet<DenialCode> = new Set([
  'NOT_TRADABLE',
  'SHORT_NOT_ALLOWED',
  'INSUFFICIENT_MARGIN',
  'NOT_A_LOT_MULTIPLE',
]);

/** What a reader must know before believing the figures, a sentence each. */
export function notesOf({ cursors, denied, rejected, chargesKnown }: NoteFacts): string[] {
  return [
    ...unknownDayNotes(cursors),
    ...(chargesKnown ? [] : ['Some days lie before the first known charges: the earliest rates were taken.']),
    ...(cursors.some(({ looksEndLabelled }) => looksEndLabelled)
      ? ['The rows seem to be named by the end of their candle, which moves every trade by a candle: say --label end.']
      : []),
    ...denialNotes(denied),
    ...rejectionNotes(rejected),
  ];
}

function unknownDayNotes(cursors: readonly CandleCursor[]): string[] {
  const unknown = cursors.flatMap(({ unknownDays }) => (unknownDays ? [unknownDays] : []));
  if (unknown.length === 0) return [];
  const first = formatDay(dayOf(Math.min(...unknown.map((days) => days.first))));
  const last = formatDay(dayOf(Math.max(...unknown.map((days) => days.last))));
  return [`No holiday data for days from ${first} to ${last}: taken with regular hours.`];
}

function denialNotes(denied: Iterable<Signal>): string[] {
  const found = new Map<string, { readonly first: string; count: number }>();
  for (const { verdict, instrumentId } of denied) {
    if (verdict.kind !== 'DENIED' || !SET_UP.has(verdict.reason.code)) continue;
    const key = `${verdict.reason.code} ${instrumentId}`;
    const seen = found.get(key) ?? { first: `${instrumentId}: ${formatDenialReason(verdict.reason)}`, count: 0 };
    seen.count += 1;
    found.set(key, seen);
  }
  return [...found.values()].map(
    ({ first, count }) => `${count} ${count === 1 ? 'entry' : 'entries'} denied for ${first}.`,
  );
}

function rejectionNotes(rejected: Iterable<Order>): string[] {
  const found = new Map<string, number>();
  for (const { statusReason } of rejected) {
    const reason = statusReason ?? 'no reason given';
    found.set(reason, (found.get(reason) ?? 0) + 1);
  }
  return [...found].map(([reason, count]) => `${count} ${count === 1 ? 'order' : 'orders'} rejected: ${reason}.`);
}
