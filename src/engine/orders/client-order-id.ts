import { hash128 } from '../../core/hash.ts';
import type { ClientOrderId, SignalKey } from '../../core/ids.ts';

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';
const LENGTH = 16;
/** Digits that 32 bits give evenly enough. */
const DIGITS_A_WORD = 6;

/**
 * 16 lower-case base-36 characters hashed from signal key, leg and attempt group. It is the primary key, the queue's job
 * id and the broker's tag, so it is never all digits (queues take such an id for a sequence number) and has no `:`.
 */
export function clientOrderId(signalKey: SignalKey, leg: string, attempt = 0): ClientOrderId {
  for (let salt = 0; ; salt += 1) {
    const id = base36(hash128(`${signalKey}/${leg}/${attempt}/${salt}`));
    if (/[a-z]/.test(id)) return id as ClientOrderId;
  }
}

/** One scratch for all: ids are made by the thousand. */
const CODES = new Array<number>(LENGTH).fill(0);

function base36(words: readonly number[]): string {
  let word = 0;
  for (let at = 0; at < LENGTH; at += 1) {
    if (at % DIGITS_A_WORD === 0) word = words[at / DIGITS_A_WORD] ?? 0;
    CODES[at] = DIGITS.charCodeAt(word % 36);
    word = Math.floor(word / 36);
  }
  return String.fromCharCode(...CODES);
}
