/**
 * Market packets of SmartStream: little-endian, fixed offsets, exactly 51 (LTP), 123 (Quote) or 379 (SnapQuote) bytes.
 * Entry point: `encodeFrame`. Invariants: prices are integer paise (currency derivatives: rupees x 10,000,000); an index has
 * neither quantities nor depth nor a sequence; the open interest of a cash share is a large number without meaning, as on
 * the wire. Depth is made up around the tick's bid and ask, one price step a level; a side without a price stays zero.
 */
import { InvariantError } from '../../../core/errors.ts';
import type { Rupees } from '../../../core/money.ts';
import { SECOND_MS } from '../../../core/time.ts';
import type { SimulatedListing, SimulatedQuote } from '../parts.ts';
import { exchangeTypeOf } from './exchange-types.ts';

/** 1 LTP, 2 Quote, 3 SnapQuote. */
export type FrameMode = 1 | 2 | 3;

const FRAME_BYTES: Readonly<Record<FrameMode, number>> = { 1: 51, 2: 123, 3: 379 };

const TOKEN_BYTES = 25;
const TWO_TO_32 = 4_294_967_296;
const PAISE_PER_RUPEE = 100;
const CURRENCY_UNITS_PER_RUPEE = 10_000_000;
const MEANINGLESS_OPEN_INTEREST = 1_327_104_000_512;
const DEPTH_LEVELS = 5;
const LEVEL_BYTES = 20;
const BUYS_AT = 147;
const SELLS_AT = 247;

/** What every packet of a listing begins with. */
interface ListingHead {
  readonly exchangeType: number;
  readonly token: Uint8Array;
  readonly scale: number;
}

const heads = new WeakMap<SimulatedListing, ListingHead>();
/** Written field by field, then copied: a view per packet would cost more than the packet. */
const scratch = new Uint8Array(FRAME_BYTES[3]);
const view = new DataView(scratch.buffer);

/** With `into`, which must be long enough, the packet is written there and the part that holds it is returned. */
export function encodeFrame(mode: FrameMode, quote: SimulatedQuote, into?: Buffer): Buffer {
  const { listing, tick } = quote;
  const head = headOf(listing);
  const isIndex = listing.instrument.kind === 'INDEX';
  scratch[0] = mode;
  scratch[1] = head.exchangeType;
  scratch.set(head.token, 2);
  writeLong(27, isIndex ? 0 : quote.sequence);
  writeLong(35, tick.time);
  writeLong(43, Math.round(tick.lastPrice * head.scale));
  if (mode > 1) writeDay(quote, head.scale, isIndex);
  if (mode > 2) writeSnap(quote, head.scale, isIndex);
  const length = FRAME_BYTES[mode];
  if (into !== undefined && into.length < length) {
    throw new InvariantError(`Expected room for ${length} bytes, found ${into.length}`);
  }
  const frame = into === undefined ? Buffer.allocUnsafe(length) : into.subarray(0, length);
  frame.set(length === scratch.length ? scratch : scratch.subarray(0, length));
  return frame;
}

function writeDay(quote: SimulatedQuote, scale: number, isIndex: boolean): void {
  writeLong(51, isIndex ? 0 : quote.lastQuantity);
  writeLong(59, isIndex ? 0 : Math.round(quote.averagePrice * scale));
  writeLong(67, isIndex ? 0 : quote.tick.volume);
  view.setFloat64(75, isIndex ? 0 : quote.totalBuyQuantity, true);
  view.setFloat64(83, isIndex ? 0 : quote.totalSellQuantity, true);
  writeLong(91, Math.round(quote.open * scale));
  writeLong(99, Math.round(quote.high * scale));
  writeLong(107, Math.round(quote.low * scale));
  writeLong(115, Math.round(quote.previousClose * scale));
}

function writeSnap(quote: SimulatedQuote, scale: number, isIndex: boolean): void {
  const { listing, tick } = quote;
  // Milliseconds everywhere else; this one field is in seconds on the wire.
  writeLong(123, Math.floor(quote.lastTradeTime / SECOND_MS));
  writeLong(131, openInterestOf(quote));
  view.setFloat64(139, 0, true);
  const { tickSize, lotSize } = listing.instrument;
  writeSide(BUYS_AT, 1, isIndex ? null : tick.bid, -tickSize, lotSize, 1, scale);
  writeSide(SELLS_AT, 0, isIndex ? null : tick.ask, tickSize, 2 * lotSize, 2, scale);
  writeLong(347, Math.round(quote.upperCircuit * scale));
  writeLong(355, Math.round(quote.lowerCircuit * scale));
  writeLong(363, Math.round((quote.yearHigh ?? quote.high) * scale));
  writeLong(371, Math.round((quote.yearLow ?? quote.low) * scale));
}

function openInterestOf({ listing, tick }: SimulatedQuote): number {
  if (listing.instrument.kind === 'INDEX') return 0;
  return tick.openInterest ?? (listing.instrument.kind === 'EQUITY' ? MEANINGLESS_OPEN_INTEREST : 0);
}

function writeSide(
  start: number,
  flag: 0 | 1,
  best: Rupees | null,
  step: Rupees,
  quantity: number,
  orders: number,
  scale: number,
): void {
  for (let level = 0; level < DEPTH_LEVELS; level++) {
    const at = start + level * LEVEL_BYTES;
    const price = best === null ? 0 : Math.round((best + level * step) * scale);
    const isEmpty = price <= 0;
    view.setInt16(at, flag, true);
    writeLong(at + 2, isEmpty ? 0 : quantity * (level + 1));
    writeLong(at + 10, isEmpty ? 0 : price);
    view.setInt16(at + 18, isEmpty ? 0 : orders + level, true);
  }
}

/** A signed 64-bit integer without a BigInt: every value on this wire is a whole number below 2^53. */
function writeLong(at: number, value: number): void {
  const high = Math.floor(value / TWO_TO_32);
  view.setUint32(at, value - high * TWO_TO_32, true);
  view.setInt32(at + 4, high, true);
}

function headOf(listing: SimulatedListing): ListingHead {
  const known = heads.get(listing);
  if (known !== undefined) return known;
  const exchangeType = exchangeTypeOf(listing.segment);
  if (exchangeType === undefined) {
    throw new InvariantError(`Expected a segment of the stream, found "${listing.segment}"`);
  }
  const token = new Uint8Array(TOKEN_BYTES);
  // One byte stays NUL: the reader stops at it.
  token.set(Buffer.from(listing.token, 'utf8').subarray(0, TOKEN_BYTES - 1));
  const head = { exchangeType, token, scale: listing.segment === 'CDS' ? CURRENCY_UNITS_PER_RUPEE : PAISE_PER_RUPEE };
  heads.set(listing, head);
  return head;
}
