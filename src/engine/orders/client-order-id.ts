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

function base36(words: readonly number[]): string {
  let id = '';
  for (let at = 0; at < LENGTH; at += 1) {
    const word = words[Math.floor(at / DIGITS_A_WORD)] ?? 0;
    id += DIGITS[Math.floor(word / 36 ** (at % DIGITS_A_WORD)) % 36] ?? '';
  }
  return id;
}
