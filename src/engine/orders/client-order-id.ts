import { hash128 } from '../../core/hash.ts';
import type { ClientOrderId, SignalKey } from '../../core/ids.ts';

/**
 * 16 lower-case base-36 characters hashed from signal key, leg and attempt group. It is the primary key, the queue's job
 * id and the broker's tag, so it is never all digits (queues take such an id for a sequence number) and has no `:`.
 */
export function clientOrderId(signalKey: SignalKey, leg: string, attempt = 0): ClientOrderId {
  for (let salt = 0; ; salt += 1) {
    const [a, b, c] = hash128(`${signalKey}/${leg}/${attempt}/${salt}`);
    const id = base36(a, b, c);
    if (hasLetter(id)) return id as ClientOrderId;
  }
}

function hasLetter(id: string): boolean {
  for (let i = 0; i < id.length; i += 1) if (id.charCodeAt(i) > 0x39) return true;
  return false;
}

/** Sixteen digits, lowest first: six of each of the first two words, four of the third. One call makes one flat string. */
function base36(a: number, b: number, c: number): string {
  const a2 = quotient(a, 1_296);
  const a4 = quotient(a2, 1_296);
  const b2 = quotient(b, 1_296);
  const b4 = quotient(b2, 1_296);
  const c2 = quotient(c, 1_296);
  return String.fromCharCode(
    digit(a),
    digit(quotient(a, 36)),
    digit(a2),
    digit(quotient(a2, 36)),
    digit(a4),
    digit(quotient(a4, 36)),
    digit(b),
    digit(quotient(b, 36)),
    digit(b2),
    digit(quotient(b2, 36)),
    digit(b4),
    digit(quotient(b4, 36)),
    digit(c),
    digit(quotient(c, 36)),
    digit(c2),
    digit(quotient(c2, 36)),
  );
}

/** Of whole numbers below 2^32: the shift keeps the compiler to integers. */
function quotient(word: number, by: number): number {
  return ((word >>> 0) / by) >>> 0;
}

/** The lowest digit's character: 0-9, then a-z. */
function digit(word: number): number {
  const value = (word >>> 0) % 36;
  return value + (value < 10 ? 0x30 : 0x57);
}
