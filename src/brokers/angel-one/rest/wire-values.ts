/** Readers of the broker's loose types: numbers as strings, blanks as nothing, times of India without an offset. */
import { z } from 'zod';
import { type EpochMs, HOUR_MS, MINUTE_MS, parseDay, SECOND_MS, startOfDay } from '../../../core/time.ts';

/** A number, a numeric string (spaces inside are the broker's), or nothing, which is 0. */
export const numeric = z
  .union([z.number(), z.string(), z.null()])
  .optional()
  .transform((value, context) => {
    if (value === undefined || value === null) return 0;
    const text = typeof value === 'string' ? value.replaceAll(/[\s,]/g, '') : value;
    const number = text === '' ? 0 : Number(text);
    if (Number.isFinite(number)) return number;
    context.addIssue({ code: 'custom', message: `expected a number, found "${String(value).slice(0, 40)}"` });
    return z.NEVER;
  });

/** Text, or nothing, which is blank. */
export const words = z
  .union([z.string(), z.number(), z.null()])
  .optional()
  .transform((value) => (value === undefined || value === null ? '' : String(value)));

/** A list, or nothing. */
export function listOf<T>(row: z.ZodType<T>): z.ZodType<readonly T[]> {
  return z.union([z.array(row), z.null(), z.literal('')]).transform((rows) => (Array.isArray(rows) ? rows : []));
}

export interface UnreadRow {
  readonly row: unknown;
  /** Field and fault, without what the row holds. */
  readonly problem: string;
}

/** Of a list the rows that can be read, and the others as they came: one bad row must not hide the rest. */
export interface ReadRows<T> {
  readonly rows: readonly T[];
  readonly unread: readonly UnreadRow[];
}

export function rowsOf<T>(row: z.ZodType<T>): z.ZodType<ReadRows<T>> {
  return listOf(z.unknown()).transform((list) => {
    const rows: T[] = [];
    const unread: UnreadRow[] = [];
    for (const each of list) {
      const parsed = row.safeParse(each);
      if (parsed.success) rows.push(parsed.data);
      else unread.push({ row: each, problem: problemOf(parsed.error) });
    }
    return { rows, unread };
  });
}

function problemOf({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? 'unreadable' : `${issue.path.join('.') || 'row'}: ${issue.message}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `17-Aug-2026 09:30:16`, Indian time; undefined when blank or of another shape. */
export function timeOfStamp(text: string): EpochMs | undefined {
  const found = /^(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2})$/.exec(text.trim());
  if (!found) return undefined;
  const [, day, month = '', year, hour, minute, second] = found;
  const monthNumber = MONTHS.findIndex((name) => name.toLowerCase() === month.toLowerCase()) + 1;
  const date = parseDay(`${year}-${String(monthNumber).padStart(2, '0')}-${day?.padStart(2, '0')}`);
  if (date === undefined) return undefined;
  return startOfDay(date) + Number(hour) * HOUR_MS + Number(minute) * MINUTE_MS + Number(second) * SECOND_MS;
}
