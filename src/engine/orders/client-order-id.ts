import { hash128 } from '../../core/hash.ts';
import type { ClientOrderId, SignalKey } from '../../core/ids.ts';

const SIX_DIGITS = 36 ** 6;
const FIVE_DIGITS = 36 ** 5;

/**
 * 16 lower-case base-36 characters hashed from signal key, leg and attempt group. It is the primary key, the queue's job
 * id and the broker's tag, so it is never all digits (queues take such an id for a sequence number) and has no `:`.
 */
export function clientOrderId(signalKey: SignalKey, leg: string, attempt = 0): ClientOrderId {
  for (let salt = 0; ; salt += 1) {
    const [a, b, c] = hash128(`${signalKey}/${leg}/${attempt}/${salt}`);
    const id = base36(a % SIX_DIGITS, 6) + base36(b % FIVE_DIGITS, 5) + base36(c % FIVE_DIGITS, 5);
    if (/[a-z]/.test(id)) return id as ClientOrderId;
  }
}

function base36(value: number, width: number): string {
  return value.toString(36).padStart(width, '0');
}
