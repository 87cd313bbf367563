import { describeIssues, formatFound } from '../config/describe-issue.ts';
import { suggestion } from '../config/nearest.ts';
import { ConfigError } from '../core/errors.ts';
import type { KnownStrategy } from './known-strategies.ts';

export function findStrategy(option: string, name: string, known: ReadonlyMap<string, KnownStrategy>): KnownStrategy {
  const found = known.get(name);
  if (found !== undefined) return found;
  const names = [...known.keys()];
  throw new ConfigError(
    `${option}: expected one of ${names.join(', ')}, found ${formatFound(name)}${suggestion(name, names)}`,
  );
}

/** Texts of the command line, read as numbers and booleans where they are such, through the strategy's own schema. */
export function parseParams(option: string, strategy: KnownStrategy, pairs: Readonly<Record<string, string>>): unknown {
  const input = Object.fromEntries(Object.entries(pairs).map(([name, text]) => [name, readParamValue(text)]));
  const parsed = strategy.params.safeParse(input);
  if (parsed.success) return parsed.data;
  const lines = describeIssues(parsed.error, strategy.params, input);
  throw new ConfigError(lines.map((line) => `${option} ${line}`).join('\n'));
}

function readParamValue(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : text;
}
