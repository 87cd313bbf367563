/** Indices by the names people and contracts use for them: `NIFTY` means `NSE:NIFTY 50` wherever it stands. */
import { InvariantError } from './errors.ts';
import type { InstrumentId } from './ids.ts';
import { type Exchange, parseInstrumentId } from './instrument.ts';

export interface NamedIndex {
  readonly id: InstrumentId;
  readonly exchange: Exchange;
  readonly symbol: string;
  /** The underlying's name in its futures and options; null when there are none. */
  readonly contractName: string | null;
  /** Other spellings, in upper case. */
  readonly aliases: readonly string[];
}

export const NAMED_INDICES: readonly NamedIndex[] = [
  named('NSE:NIFTY 50', 'NIFTY', 'NIFTY50'),
  named('NSE:NIFTY BANK', 'BANKNIFTY', 'BANK NIFTY'),
  named('NSE:NIFTY FIN SERVICE', 'FINNIFTY', 'NIFTY FINANCIAL SERVICES'),
  named('NSE:NIFTY MID SELECT', 'MIDCPNIFTY', 'NIFTY MIDCAP SELECT'),
  named('NSE:NIFTY NEXT 50', 'NIFTYNXT50'),
  named('NSE:INDIA VIX', null, 'INDIAVIX'),
  named('BSE:SENSEX', 'SENSEX'),
  named('BSE:BANKEX', 'BANKEX'),
];

const BY_NAME = new Map<string, NamedIndex>();
for (const index of NAMED_INDICES) {
  for (const name of [index.symbol, index.contractName, ...index.aliases]) if (name !== null) BY_NAME.set(name, index);
}

/** By symbol, contract name or another spelling, in any case. */
export function indexByName(name: string): NamedIndex | undefined {
  return BY_NAME.get(name.trim().replace(/\s+/g, ' ').toUpperCase());
}

/** What a plain name may mean, the likeliest first: an id, an index's common name, a share at NSE before BSE. */
export function idsNamed(name: string): readonly InstrumentId[] {
  const plain = name.trim().replace(/\s+/g, ' ').toUpperCase();
  const wanted = [parseInstrumentId(plain)?.id, indexByName(plain)?.id, `NSE:${plain}`, `BSE:${plain}`];
  return wanted.filter((id) => id !== undefined) as InstrumentId[];
}

function named(text: string, contractName: string | null, ...aliases: string[]): NamedIndex {
  const parsed = parseInstrumentId(text);
  if (parsed === undefined) throw new InvariantError(`Expected an index's id, found "${text}"`);
  return { id: parsed.id, exchange: parsed.exchange, symbol: parsed.symbol, contractName, aliases };
}
