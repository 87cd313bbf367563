/**
 * The broker's instrument file, made up: exact rows for the instruments that the simulator trades, and as much of the
 * rest of the market as a test or a measurement wants. Entry points: `listingsOf`, `masterText`.
 *
 * Invariants: pure and seeded; a filler row never takes a name, a token or an underlying of the listings; tokens of
 * contracts are used again when a contract has expired, as the exchange does.
 */
import { hash128 } from '../../../core/hash.ts';
import type { InstrumentId } from '../../../core/ids.ts';
import type { Instrument } from '../../../core/instrument.ts';
import { type DayNumber, formatDay } from '../../../core/time.ts';
import type { SimulatedListing } from '../parts.ts';
import { fillerRows } from './filler-rows.ts';
import { INDEX_ROWS, indexOf, legacyIndexRow, type MasterRow, rowOf, tradingSymbolOf } from './master-rows.ts';

export interface MasterPlan {
  /** Rows besides those of the listings. */
  readonly fillerRows?: number;
  readonly seed?: string;
  /** The trading day of the file; filler contracts expire on it or later. */
  readonly day: DayNumber;
}

/** Tokens of the listings; filler tokens begin above. */
const CASH_TOKENS = { first: 1, count: 18_999 };
const CONTRACT_TOKENS = { first: 35_000, count: 65_000 };
const FUTURE_TOKENS = { first: 30_000 };
const FUTURE_LOT = 500;
const DAYS_TO_EXPIRY = 7;
const CHUNK_CHARACTERS = 64 * 1024;

/** Our instruments under the broker's names; the same list gives the same tokens, and a longer one moves few of them. */
export function listingsOf(instruments: readonly Instrument[]): SimulatedListing[] {
  const taken = new Set<string>();
  return instruments.map((instrument) => ({
    instrument,
    segment: instrument.exchange,
    token: tokenOf(instrument, taken),
    tradingSymbol: tradingSymbolOf(instrument),
  }));
}

/** The file in pieces, so that it can be served without being held. */
export function* masterText(listings: readonly SimulatedListing[], plan: MasterPlan): Generator<string, void, void> {
  let chunk = '[';
  let isFirst = true;
  for (const row of masterRows(listings, plan)) {
    chunk += isFirst ? JSON.stringify(row) : `,${JSON.stringify(row)}`;
    isFirst = false;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  yield `${chunk}]`;
}

function* masterRows(listings: readonly SimulatedListing[], plan: MasterPlan): Generator<unknown, void, void> {
  for (const listing of listings) {
    yield rowOf(listing);
    const legacy = legacyRowOf(listing.instrument);
    if (legacy) yield legacy;
  }
  yield* futureRows(listings, plan.day);
  yield* fillerRows(listings, { rows: plan.fillerRows ?? 0, seed: plan.seed ?? 'master', day: plan.day });
}

/** Only its contracts in the file say that a share has derivatives: one stands for those that are not listed. */
function* futureRows(listings: readonly SimulatedListing[], day: DayNumber): Generator<MasterRow, void, void> {
  const expiry = formatDay(day + DAYS_TO_EXPIRY);
  let token = FUTURE_TOKENS.first;
  for (const { instrument: share } of listings) {
    if (share.exchange !== 'NSE' || share.kind !== 'EQUITY' || !share.hasDerivatives) continue;
    const id = `NFO:${share.symbol}:${expiry}:FUT` as InstrumentId;
    if (listings.some(({ instrument }) => instrument.id === id)) continue;
    const contract = {
      id,
      exchange: 'NFO',
      kind: 'FUTURE',
      expiry,
      lotSize: FUTURE_LOT,
      underlying: share.id,
    } as const;
    const instrument: Instrument = { ...share, ...contract, hasDerivatives: false };
    const listing = { instrument, segment: 'NFO', token: String(token), tradingSymbol: tradingSymbolOf(instrument) };
    yield rowOf(listing);
    token += 1;
  }
}

function legacyRowOf(instrument: Instrument): MasterRow | null {
  const index = indexOf(instrument);
  return index ? legacyIndexRow(index) : null;
}

function tokenOf(instrument: Instrument, taken: Set<string>): string {
  const known = indexOf(instrument)?.token;
  const isTaken = (token: string): boolean => taken.has(`${instrument.exchange}|${token}`);
  const range = instrument.expiry === null ? CASH_TOKENS : CONTRACT_TOKENS;
  let offset = hash128(instrument.id)[0] % range.count;
  let token = known ?? String(range.first + offset);
  while (isTaken(token) || (known === undefined && isIndexToken(token))) {
    offset = (offset + 1) % range.count;
    token = String(range.first + offset);
  }
  taken.add(`${instrument.exchange}|${token}`);
  return token;
}

function isIndexToken(token: string): boolean {
  return INDEX_ROWS.some((index) => index.token === token || index.legacyToken === token);
}
