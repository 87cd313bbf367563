import type { InstrumentId } from '../core/ids.ts';
import { parseInstrumentId } from '../core/instrument.ts';
import { formatInstrument } from './format-values.ts';

/** By its id, its symbol, or the words it is shown by, in any case. */
export function isNamed(id: InstrumentId, words: string): boolean {
  const wanted = words.toLowerCase();
  const parsed = parseInstrumentId(id);
  const symbol = parsed?.expiry === null ? parsed.symbol : null;
  return [id, formatInstrument(id), symbol].some((name) => name?.toLowerCase() === wanted);
}
