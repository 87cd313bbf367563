import { type EpochMs, formatIst } from '../core/time.ts';
import type { CandleAudit } from '../history/verify-candles.ts';

/** An audit with times as people write them. */
export function describeAudit(audit: CandleAudit): object {
  return {
    ...audit,
    first: textOf(audit.first),
    last: textOf(audit.last),
    gaps: audit.gaps.map(({ from, candles }) => ({ from: formatIst(from), candles })),
    firstOutside: textOf(audit.firstOutside),
  };
}

/** What an audit found, a line each, without the headline. */
export function auditLines(audit: CandleAudit): string[] {
  const { days, fullDays, unknownDays, gaps, missingCandles, missingDays, outsideSession } = audit;
  const lines = [`  ${days} days, ${fullDays} of them full`];
  if (missingCandles > 0) {
    const longest = gaps.reduce((a, b) => (b.candles > a.candles ? b : a));
    lines.push(
      `  ${missingCandles} candles missing in ${gaps.length} gaps, the longest ${longest.candles} from ${formatTime(longest.from)}`,
    );
  }
  if (missingDays.length > 0) lines.push(`  ${missingDays.length} trading days missing: ${shorten(missingDays)}`);
  if (outsideSession > 0)
    lines.push(`  ${outsideSession} candles outside the session, the first at ${formatTime(audit.firstOutside)}`);
  if (unknownDays > 0) lines.push(`  ${unknownDays} days are not in the calendar; regular hours were assumed`);
  return lines;
}

export function shorten(days: readonly string[]): string {
  return days.length <= 5 ? days.join(', ') : `${days.slice(0, 5).join(', ')} and ${days.length - 5} more`;
}

export function formatTime(time: EpochMs | null): string {
  return textOf(time) ?? 'none';
}

function textOf(time: EpochMs | null): string | null {
  return time === null ? null : formatIst(time);
}
