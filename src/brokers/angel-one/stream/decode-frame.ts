/**
 * SmartStream's binary packets as ticks. Entry point: `FrameDecoder.decode`.
 *
 * Invariants: it never throws and never reads beyond the packet; a tick it returns has a finite price above zero, a volume
 * of zero or more and a time between 2000 and 2100; what it turns away is counted by reason. Nothing but the tick is
 * allocated: 64-bit integers are read as two halves, and one that a double can not hold exactly is refused.
 */
import type { InstrumentId } from '../../../core/ids.ts';
import type { Tick } from '../../../core/tick.ts';
import type { TokenBook } from '../token-book.ts';
import {
  DEPTH_AT,
  DEPTH_LEVELS,
  FEED_TIME_AT,
  FIRST_SELL_LEVEL,
  LAST_PRICE_AT,
  LEVEL_BYTES,
  LEVEL_FLAG_AT,
  LEVEL_PRICE_AT,
  LTP_BYTES,
  OPEN_INTEREST_AT,
  QUOTE_BYTES,
  SEGMENT_AT,
  SEQUENCE_AT,
  SNAP_QUOTE_BYTES,
  STREAM_MODES,
  VOLUME_AT,
  WITHDRAWN_DEPTH_MODE,
} from './frame-layout.ts';
import { TokenTable } from './token-table.ts';

export const FRAME_REFUSALS = [
  'too-short',
  'unknown-mode',
  'withdrawn-depth',
  'unknown-segment',
  'bad-token',
  'unknown-token',
  'bad-price',
  'bad-time',
  'bad-volume',
] as const;
export type FrameRefusal = (typeof FRAME_REFUSALS)[number];

/** Fields without which a tick is still good: told as null, and counted. */
export const DROPPED_FIELDS = ['sequence', 'open-interest', 'depth', 'crossed-depth'] as const;
export type DroppedField = (typeof DROPPED_FIELDS)[number];

const BUY_FLAG = 1;
const SELL_FLAG = 0;
const YEAR_2000 = Date.UTC(2000, 0, 1);
const YEAR_2100 = Date.UTC(2100, 0, 1);
/** The database keeps ten digits before the point; nothing that trades comes near. */
const MOST_RUPEES = 1e9;
const TWO_TO_32 = 4_294_967_296;
/** High halves within it belong to integers that a double holds exactly. */
const SAFE_HIGH = 0x1f_ffff;

export class FrameDecoder {
  readonly #table: TokenTable;
  readonly #refusals: Record<FrameRefusal, number> = {
    'too-short': 0,
    'unknown-mode': 0,
    'withdrawn-depth': 0,
    'unknown-segment': 0,
    'bad-token': 0,
    'unknown-token': 0,
    'bad-price': 0,
    'bad-time': 0,
    'bad-volume': 0,
  };
  readonly #dropped: Record<DroppedField, number> = {
    sequence: 0,
    'open-interest': 0,
    depth: 0,
    'crossed-depth': 0,
  };
  #decoded = 0;

  constructor(book: TokenBook) {
    this.#table = new TokenTable(book);
  }

  get decoded(): number {
    return this.#decoded;
  }

  get refusals(): Readonly<Record<FrameRefusal, number>> {
    return this.#refusals;
  }

  get droppedFields(): Readonly<Record<DroppedField, number>> {
    return this.#dropped;
  }

  /** Undefined: no tick; `refusals` has counted why. */
  decode(frame: Uint8Array): Tick | undefined {
    if (frame.length < LTP_BYTES) return this.#refuse('too-short');
    const mode = frame[0];
    if (mode === STREAM_MODES.snapQuote) {
      if (frame.length < SNAP_QUOTE_BYTES) return this.#refuse('too-short');
    } else if (mode === STREAM_MODES.quote) {
      if (frame.length < QUOTE_BYTES) return this.#refuse('too-short');
    } else if (mode !== STREAM_MODES.ltp) {
      return this.#refuse(mode === WITHDRAWN_DEPTH_MODE ? 'withdrawn-depth' : 'unknown-mode');
    }

    const exchangeType = frame[SEGMENT_AT] ?? 0;
    if (!TokenTable.knowsType(exchangeType)) return this.#refuse('unknown-segment');
    const entry = this.#table.find(frame, exchangeType);
    if (entry == null) return this.#refuse(entry === null ? 'bad-token' : 'unknown-token');

    const time = readLong(frame, FEED_TIME_AT);
    if (!(time >= YEAR_2000 && time < YEAR_2100)) return this.#refuse('bad-time');
    const { scale } = entry;
    const lastPrice = readLong(frame, LAST_PRICE_AT) / scale;
    if (!(lastPrice > 0 && lastPrice <= MOST_RUPEES)) return this.#refuse('bad-price');

    const { instrumentId } = entry;
    if (entry.isIndex) {
      // An index has no trades of its own: whatever stands in those fields means nothing.
      this.#decoded += 1;
      return makeTick(instrumentId, time, lastPrice, 0, null, null, null, null);
    }
    let volume = 0;
    if (mode !== STREAM_MODES.ltp) {
      volume = readLong(frame, VOLUME_AT);
      if (!(volume >= 0)) return this.#refuse('bad-volume');
    }
    const sequence = this.#sequence(frame);
    this.#decoded += 1;
    if (mode !== STREAM_MODES.snapQuote) {
      return makeTick(instrumentId, time, lastPrice, volume, null, null, null, sequence);
    }
    const openInterest = entry.hasOpenInterest ? this.#openInterest(frame) : null;
    const bid = this.#best(frame, BUY_FLAG, 0, scale);
    const ask = this.#best(frame, SELL_FLAG, FIRST_SELL_LEVEL, scale);
    if (bid !== null && ask !== null && bid > ask) {
      this.#dropped['crossed-depth'] += 1;
      return makeTick(instrumentId, time, lastPrice, volume, openInterest, null, null, sequence);
    }
    return makeTick(instrumentId, time, lastPrice, volume, openInterest, bid, ask, sequence);
  }

  #refuse(reason: FrameRefusal): undefined {
    this.#refusals[reason] += 1;
    return undefined;
  }

  /** Zero is what a source without a sequence sends; as a number it would make every later tick a repetition. */
  #sequence(frame: Uint8Array): number | null {
    const sequence = readLong(frame, SEQUENCE_AT);
    if (sequence > 0) return sequence;
    if (sequence !== 0) this.#dropped.sequence += 1;
    return null;
  }

  #openInterest(frame: Uint8Array): number | null {
    const openInterest = readLong(frame, OPEN_INTEREST_AT);
    if (openInterest >= 0) return openInterest;
    this.#dropped['open-interest'] += 1;
    return null;
  }

  /** The first priced level with this flag; it nearly always stands where its side begins. */
  #best(frame: Uint8Array, flag: number, firstLevel: number, scale: number): number | null {
    for (let i = 0; i < DEPTH_LEVELS; i++) {
      const level = firstLevel + i < DEPTH_LEVELS ? firstLevel + i : firstLevel + i - DEPTH_LEVELS;
      const at = DEPTH_AT + level * LEVEL_BYTES;
      if (frame[at + LEVEL_FLAG_AT] !== flag || frame[at + LEVEL_FLAG_AT + 1] !== 0) continue;
      const price = readLong(frame, at + LEVEL_PRICE_AT);
      if (price === 0) continue;
      const rupees = price / scale;
      if (rupees > 0 && rupees <= MOST_RUPEES) return rupees;
      this.#dropped.depth += 1;
      return null;
    }
    return null;
  }
}

/** A signed 64-bit integer; NaN when a double can not hold it exactly. */
function readLong(frame: Uint8Array, at: number): number {
  const low =
    byteAt(frame, at) | (byteAt(frame, at + 1) << 8) | (byteAt(frame, at + 2) << 16) | (byteAt(frame, at + 3) << 24);
  const high =
    byteAt(frame, at + 4) |
    (byteAt(frame, at + 5) << 8) |
    (byteAt(frame, at + 6) << 16) |
    (byteAt(frame, at + 7) << 24);
  if (high > SAFE_HIGH || high < -SAFE_HIGH) return Number.NaN;
  return high * TWO_TO_32 + (low >>> 0);
}

/** The length has been checked; the zero is for the compiler. */
function byteAt(frame: Uint8Array, at: number): number {
  return frame[at] ?? 0;
}

/** One literal, so that every tick has the same hidden class. */
function makeTick(
  instrumentId: InstrumentId,
  time: number,
  lastPrice: number,
  volume: number,
  openInterest: number | null,
  bid: number | null,
  ask: number | null,
  sequence: number | null,
): Tick {
  return { instrumentId, time, lastPrice, volume, openInterest, bid, ask, sequence };
}
