import { formatClock } from '../core/time.ts';
import { redactText } from './redact.ts';

/** As many as anybody is shown at once. */
const MOST_LINES = 100;
const LONGEST_LINE = 300;
/** Of every line; the rest is what was noted with it. */
const HEAD_FIELDS = new Set(['time', 'level', 'msg']);
/** The first is the log's own; what is noted may have a time of the market, under the same name. */
const WRITTEN = /"time":"([^"]+)"/;

/**
 * The latest lines of the process log, short: `09:20:01 warn The call budget failed error=…`. Takes what goes to the log, when
 * all secrets are out of it, and keeps the last hundred.
 */
export class RecentLines {
  readonly #lines: string[] = [];

  /** One line as the log writes it, a JSON object. */
  take(line: string): void {
    // Once more as it is read: what its JSON has escaped looks otherwise.
    this.#lines.push(clipped(redactText(shortened(line))));
    if (this.#lines.length > MOST_LINES) this.#lines.shift();
  }

  /** The newest last. */
  last(most: number): readonly string[] {
    return most > 0 ? this.#lines.slice(-most) : [];
  }
}

function shortened(line: string): string {
  const record = fieldsOf(line);
  if (record === undefined) return line.trim();
  const time = Date.parse(WRITTEN.exec(line)?.[1] ?? '');
  const fields = Object.entries(record).filter(([key, value]) => !HEAD_FIELDS.has(key) && textOf(value) !== '');
  const words = [
    Number.isNaN(time) ? '' : formatClock(time),
    textOf(record.level),
    textOf(record.msg),
    ...fields.map(([key, value]) => `${key}=${textOf(value)}`),
  ];
  return words.filter((word) => word !== '').join(' ');
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined;
  } catch {
    // A message that breaks its JSON is kept as it is.
    return undefined;
  }
}

/** Of an error its message: the stack is in the log. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return String(value);
  return 'message' in value && 'stack' in value ? String(value.message) : JSON.stringify(value);
}

function clipped(text: string): string {
  return text.length <= LONGEST_LINE ? text : `${text.slice(0, LONGEST_LINE - 1)}…`;
}
