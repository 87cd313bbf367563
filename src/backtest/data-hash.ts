import type { CandleColumns } from '../core/candle-columns.ts';

const COLUMNS = ['openTime', 'open', 'high', 'low', 'close', 'volume'] as const;

/** 16 hexadecimal digits over every number of the candles: two runs of FNV-1a (Fowler, Noll, Vo; public domain) by words. */
export function hashOfCandles(sources: readonly CandleColumns[]): string {
  let first = 0x811c9dc5;
  let second = 0x1b873593;
  for (const source of sources) {
    for (const name of COLUMNS) {
      const { buffer, byteOffset } = source[name];
      const words = new Uint32Array(buffer, byteOffset, source.count * 2);
      for (let at = 0; at < words.length; at += 2) {
        first = Math.imul(first ^ (words[at] ?? 0), 0x01000193);
        // The upper word of a double changes little; turned, its bits reach all others.
        second = Math.imul((second << 13) ^ (second >>> 19) ^ (words[at + 1] ?? 0), 0x01000193);
      }
      first ^= second >>> 7;
    }
  }
  return [first, second].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}
