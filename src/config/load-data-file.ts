/**
 * Reads a data file that ships with the program or that a user refreshed: JSON, parsed once by zod, unknown keys
 * refused. Whatever is wrong becomes one `ConfigError` of one line that names file, key, what was expected and found.
 * The row schemas that the dated files share stand here too.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConfigError } from '../core/errors.ts';
import { parseDay, parseTimeOfDay } from '../core/time.ts';
import { describeIssues } from './describe-issue.ts';

export interface DataFile<T> {
  /** In words, for errors: `market calendar`. */
  readonly what: string;
  readonly schema: z.ZodType<T>;
  readonly shipped: URL;
  /** A file to read instead of the shipped one. */
  readonly path: string | undefined;
}

export function loadDataFile<T>(file: DataFile<T>): T {
  const path = file.path ?? fileURLToPath(file.shipped);
  const written = readJson(path, file.what);
  const parsed = file.schema.safeParse(written);
  if (parsed.success) return parsed.data;
  const [first, ...others] = describeIssues(parsed.error, file.schema, written);
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new ConfigError(`${path}: ${first ?? `expected a ${file.what}`}${more}`, { cause: parsed.error });
}

function readJson(path: string, what: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`${path}: expected a ${what}, found no readable file: ${reasonOf(cause)}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`${path}: expected a ${what} as JSON, found an error: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.replace(/\s+/g, ' ');
}

/** `YYYY-MM-DD` to a day number. */
export const daySchema = z.string().transform((text, context) => {
  const day = parseDay(text);
  if (day !== undefined) return day;
  context.addIssue('a date as YYYY-MM-DD');
  return z.NEVER;
});

/** `HH:MM` IST to milliseconds after midnight. */
export const timeOfDaySchema = z.string().transform((text, context) => {
  const time = parseTimeOfDay(text);
  if (time !== undefined) return time;
  context.addIssue('a time of day as HH:MM');
  return z.NEVER;
});

/** What every dated row says about itself. */
export const sourcedShape = { source: z.string().min(1), confirmed: z.boolean() };
