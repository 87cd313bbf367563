import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../core/errors.ts';
import { EXCHANGES, type Instrument, parseInstrumentId } from '../core/instrument.ts';

const instrumentId = z.string().transform((text, context) => {
  const parsed = parseInstrumentId(text);
  if (parsed) return parsed.id;
  context.addIssue({ code: 'custom', message: `expected an instrument id such as "NSE:RELIANCE", found "${text}"` });
  return z.NEVER;
});

const instrumentSchema = z.strictObject({
  id: instrumentId,
  exchange: z.enum(EXCHANGES),
  symbol: z.string().min(1),
  name: z.string().min(1),
  kind: z.enum(['EQUITY', 'INDEX', 'FUTURE', 'OPTION']),
  tickSize: z.number().positive(),
  lotSize: z.int().positive(),
  freezeQuantity: z.int().positive().nullable(),
  expiry: z.iso.date().nullable(),
  strike: z.number().positive().nullable(),
  optionType: z.enum(['CE', 'PE']).nullable(),
  underlying: instrumentId.nullable(),
  hasDerivatives: z.boolean(),
});
const listSchema = z.array(instrumentSchema).min(1);

/** A list of instruments as `backtest-data/instruments.json` holds it. */
export function loadInstruments(path: string): readonly Instrument[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ConfigError(
      `${path}: expected a JSON list of instruments, found ${cause instanceof SyntaxError ? 'no JSON' : 'no such file'}`,
      { cause },
    );
  }
  const parsed = listSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigError(`${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a list of instruments'}`);
}
