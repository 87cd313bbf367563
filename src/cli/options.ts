/**
 * Readers of option values. Each refuses a wrong value in one line that names the option, what was expected and what was found.
 */
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { suggestion } from '../config/nearest.ts';
import { ConfigError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { parseInstrumentId } from '../core/instrument.ts';
import { DAY_MS, type EpochMs, parseDay, parseTimeOfDay, startOfDay } from '../core/time.ts';

export type OptionReader<T> = (text: string) => T;

function refuse(option: string, expected: string, found: string): never {
  throw new ConfigError(`${option}: expected ${expected}, found "${found}"`);
}

export function readChoice<T extends string>(option: string, choices: readonly T[]): OptionReader<T> {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    throw new ConfigError(
      `${option}: expected one of ${choices.join(', ')}, found "${text}"${suggestion(text, choices)}`,
    );
  };
}

export function readNumber(
  option: string,
  limits: { readonly above?: number; readonly atLeast?: number },
): OptionReader<number> {
  const expected =
    limits.above === undefined ? `a number of at least ${limits.atLeast ?? 0}` : `a number above ${limits.above}`;
  return (text) => {
    const value = parseNumber(text);
    if (value === undefined) return refuse(option, expected, text);
    if (limits.above !== undefined && !(value > limits.above)) return refuse(option, expected, text);
    if (limits.atLeast !== undefined && !(value >= limits.atLeast)) return refuse(option, expected, text);
    return value;
  };
}

export function readWholeNumber(option: string, atLeast: number): OptionReader<number> {
  return (text) => {
    const value = parseNumber(text);
    if (value === undefined || !Number.isSafeInteger(value) || value < atLeast) {
      return refuse(option, `a whole number of at least ${atLeast}`, text);
    }
    return value;
  };
}

/** A path that must be there, absolute. */
export function readExistingPath(option: string, what: string): OptionReader<string> {
  return (text) => {
    const path = resolve(text);
    return text !== '' && existsSync(path) ? path : refuse(option, `${what} that exists`, text);
  };
}

/** A file to be written, absolute; its folder must be there. */
export function readNewFile(option: string): OptionReader<string> {
  return (text) => {
    const path = resolve(text);
    return text !== '' && existsSync(dirname(path)) ? path : refuse(option, 'a file in a folder that exists', text);
  };
}

export function readInstrumentId(option: string): OptionReader<InstrumentId> {
  return (text) => parseInstrumentId(text)?.id ?? refuse(option, 'an instrument such as "NSE:RELIANCE"', text);
}

/** Collects the ids of an option that may be given several times; one given twice counts once. */
export function collectInstrumentIds(
  option: string,
): (text: string, before: readonly InstrumentId[] | undefined) => readonly InstrumentId[] {
  const read = readInstrumentId(option);
  return (text, before = []) => [...new Set([...before, read(text)])];
}

/** A day or a moment in IST; with `endOfDay` a day means its last moment, as the first moment of the next. */
export function readTime(option: string, endOfDay = false): OptionReader<EpochMs> {
  return (text) => {
    const [dayText = '', clockText, ...rest] = text.split(/[T ]/);
    const day = parseDay(dayText);
    const clock = clockText === undefined ? (endOfDay ? DAY_MS : 0) : parseTimeOfDay(clockText);
    if (day === undefined || clock === undefined || rest.length > 0) {
      return refuse(option, 'a day "YYYY-MM-DD" or a time "YYYY-MM-DDTHH:MM" in IST', text);
    }
    return startOfDay(day) + clock;
  };
}

/** Collects `name=value` of an option that may be given several times. */
export function collectPairs(
  option: string,
): (text: string, before: Readonly<Record<string, string>>) => Record<string, string> {
  return (text, before) => {
    const at = text.indexOf('=');
    if (at < 1 || at === text.length - 1) return refuse(option, 'name=value', text);
    const name = text.slice(0, at).trim();
    if (Object.hasOwn(before, name))
      throw new ConfigError(`${option} ${name}: expected once, found "${before[name]}" and "${text.slice(at + 1)}"`);
    return { ...before, [name]: text.slice(at + 1).trim() };
  };
}

function parseNumber(text: string): number | undefined {
  const clean = text.trim().replace(/(?<=\d)[_,](?=\d)/g, '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(clean)) return undefined;
  const value = Number(clean);
  return Number.isFinite(value) ? value : undefined;
}
