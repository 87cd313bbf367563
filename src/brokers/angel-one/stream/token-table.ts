/**
 * From the token's bytes in a packet to the instrument, without a string per packet.
 *
 * Tokens are short decimal numbers: they are read as such and looked up in an open-addressing table. A token that is not
 * the plain form of a number below 10^9 (leading zero, letters, more digits) takes the slow way, by its text.
 */
import type { InstrumentId } from '../../../core/ids.ts';
import { EXCHANGE_TYPES, type ListedInstrument, type TokenBook } from '../token-book.ts';
import { TOKEN_AT, TOKEN_BYTES } from './frame-layout.ts';

/** What the decoder needs of an instrument, in one flat object. */
export interface TokenEntry {
  readonly instrumentId: InstrumentId;
  readonly isIndex: boolean;
  readonly hasOpenInterest: boolean;
  /** The wire's units per rupee. */
  readonly scale: number;
}

const PAISE_PER_RUPEE = 100;
const CURRENCY_UNITS_PER_RUPEE = 10_000_000;
const MOST_FAST_DIGITS = 9;
const ZERO = 0x30;
/** A power of two above every exchange type. */
const EXCHANGE_TYPE_COUNT = 16;

/** By exchange type, whether it is one of ours. */
const KNOWN_TYPES = new Uint8Array(256);
for (const type of Object.values(EXCHANGE_TYPES)) KNOWN_TYPES[type] = 1;

export class TokenTable {
  /** Token + 1, so that zero means empty. */
  readonly #tokens: Int32Array;
  readonly #types: Uint8Array;
  readonly #entries: (TokenEntry | undefined)[];
  readonly #mask: number;
  readonly #byText = new Map<string, TokenEntry>();

  constructor(book: TokenBook) {
    const listed = [...book.all()];
    let capacity = 64;
    // At most a quarter full: a look-up nearly always ends at its first cell.
    while (capacity < listed.length * 4) capacity *= 2;
    this.#mask = capacity - 1;
    this.#tokens = new Int32Array(capacity);
    this.#types = new Uint8Array(capacity);
    this.#entries = new Array<TokenEntry | undefined>(capacity).fill(undefined);
    for (const each of listed) this.#add(each);
  }

  static knowsType(exchangeType: number): boolean {
    return KNOWN_TYPES[exchangeType] === 1;
  }

  /** The frame is long enough to hold a token. Undefined: not in the book; null: no token at all. */
  find(frame: Uint8Array, exchangeType: number): TokenEntry | undefined | null {
    let token = 0;
    let digits = 0;
    for (; digits <= MOST_FAST_DIGITS; digits++) {
      const digit = (frame[TOKEN_AT + digits] ?? 0) - ZERO;
      if (digit >>> 0 > 9) break;
      token = token * 10 + digit;
    }
    const isPlain =
      digits > 0 &&
      digits <= MOST_FAST_DIGITS &&
      frame[TOKEN_AT + digits] === 0 &&
      (frame[TOKEN_AT] !== ZERO || digits === 1);
    if (!isPlain) return this.#findByText(frame, exchangeType);
    const stored = token + 1;
    for (let cell = cellOf(token, exchangeType) & this.#mask; ; cell = (cell + 1) & this.#mask) {
      const found = this.#tokens[cell];
      if (found === stored && this.#types[cell] === exchangeType) return this.#entries[cell];
      if (found === 0) return undefined;
    }
  }

  #findByText(frame: Uint8Array, exchangeType: number): TokenEntry | undefined | null {
    let text = '';
    for (let at = TOKEN_AT; at < TOKEN_AT + TOKEN_BYTES; at++) {
      const byte = frame[at] ?? 0;
      if (byte === 0) break;
      if (byte <= 0x20 || byte > 0x7e) return null;
      text += String.fromCharCode(byte);
    }
    return text === '' ? null : this.#byText.get(`${exchangeType}|${text}`);
  }

  #add({ instrument, segment, token }: ListedInstrument): void {
    const exchangeType = EXCHANGE_TYPES[segment];
    const entry: TokenEntry = {
      instrumentId: instrument.id,
      isIndex: instrument.kind === 'INDEX',
      hasOpenInterest: instrument.kind === 'FUTURE' || instrument.kind === 'OPTION',
      scale: segment === 'CDS' ? CURRENCY_UNITS_PER_RUPEE : PAISE_PER_RUPEE,
    };
    if (!/^(0|[1-9][0-9]{0,8})$/.test(token)) {
      this.#byText.set(`${exchangeType}|${token}`, entry);
      return;
    }
    const number = Number(token);
    let cell = cellOf(number, exchangeType) & this.#mask;
    while (this.#tokens[cell] !== 0 && !(this.#tokens[cell] === number + 1 && this.#types[cell] === exchangeType)) {
      cell = (cell + 1) & this.#mask;
    }
    this.#tokens[cell] = number + 1;
    this.#types[cell] = exchangeType;
    this.#entries[cell] = entry;
  }
}

function cellOf(token: number, exchangeType: number): number {
  const mixed = Math.imul(token * EXCHANGE_TYPE_COUNT + exchangeType, 0x9e37_79b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
