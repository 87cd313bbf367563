import { hash128 } from '../../core/hash.ts';
import type { ClientOrderId, SignalKey } from '../../core/ids.ts';

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

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

/** Every two digits, the lower one first. */
const PAIRS = Array.from({ length: 36 * 36 }, (_, pair) => `${DIGITS[pair % 36]}${DIGITS[Math.floor(pair / 36)]}`);

/** Sixteen digits, lowest first: six of each of the first two words, four of the third. */
function base36([a, b, c]: readonly [number, number, number, number]): string {
  return pairs(a) + pairs(b) + twoPairs(c);
}

function pairs(word: number): string {
  const rest = Math.floor(word / 1_679_616);
  return twoPairs(word) + (PAIRS[rest % 1_296] ?? '');
}

function twoPairs(word: number): string {
  const low = Math.floor(word / 1_296);
  return (PAIRS[word - low * 1_296] ?? '') + (PAIRS[low % 1_296] ?? '');
}
