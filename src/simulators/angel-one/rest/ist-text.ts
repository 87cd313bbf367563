import {
  dayOf,
  type EpochMs,
  formatClock,
  formatDay,
  parseDay,
  parseTimeOfDay,
  SECOND_MS,
  startOfDay,
} from '../../../core/time.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `17-Aug-2026 09:30:16` in IST, as books and quotes have it. */
export function istStamp(time: EpochMs): string {
  const [year = '', month = '', date = ''] = formatDay(dayOf(time)).split('-');
  return `${date}-${MONTHS[Number(month) - 1] ?? ''}-${year} ${formatClock(time)}`;
}

/** `2026-08-17T09:15:00+05:30`, as candles have it. */
export function istIso(time: EpochMs): string {
  return `${formatDay(dayOf(time))}T${formatClock(time)}+05:30`;
}

/** `2026-08-17T04:02:11Z`, as GTT rules have it. */
export function utcIso(time: EpochMs): string {
  return new Date(Math.floor(time / SECOND_MS) * SECOND_MS).toISOString().replace('.000Z', 'Z');
}

/** `2026-11-24` as `24NOV2026`; `''` for none. */
export function expiryText(expiry: string | null): string {
  const [year = '', month = '', date = ''] = (expiry ?? '').split('-');
  return expiry === null ? '' : `${date}${(MONTHS[Number(month) - 1] ?? '').toUpperCase()}${year}`;
}

/** Reads `yyyy-MM-dd HH:mm` in IST. */
export function parseIst(text: unknown): EpochMs | undefined {
  const match = typeof text === 'string' ? /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2})$/.exec(text) : null;
  const day = parseDay(match?.[1] ?? '');
  const clock = parseTimeOfDay(match?.[2] ?? '');
  return day === undefined || clock === undefined ? undefined : startOfDay(day) + clock;
}
