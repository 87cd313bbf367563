import { hash128 } from '../core/hash.ts';

/** The 64-bit key of a named advisory lock, as decimal text. */
export function advisoryKey(name: string): string {
  const [high, low] = hash128(name);
  return BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low)).toString();
}
