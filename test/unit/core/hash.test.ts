import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash128, hashHex } from '../../../src/core/hash.ts';

/**
 * MurmurHash3_x86_128 straight from its description: bytes, 64-bit integers masked to 32 bits, block and tail apart.
 * It shares no code and no arithmetic with the one under test, and gives the hash's published verification value.
 */
function referenceHash(bytes: Uint8Array, seed = 0n): string {
  const MASK = 0xffffffffn;
  const multiply = (a: bigint, b: bigint) => (a * b) & MASK;
  const rotate = (value: bigint, bits: bigint) => ((value << bits) | (value >> (32n - bits))) & MASK;
  const constants = [0x239b961bn, 0xab0e9789n, 0x38b34ae5n, 0xa1e38b93n] as const;
  const first = [15n, 16n, 17n, 18n] as const;
  const second = [19n, 17n, 15n, 13n] as const;
  const added = [0x561ccd1bn, 0x0bcaa747n, 0x96cd1c35n, 0x32ac3b17n] as const;
  const h = [seed, seed, seed, seed];
  const at = (list: readonly bigint[], index: number) => list[index % 4] ?? 0n;
  const word = (offset: number) => {
    let value = 0n;
    for (let i = 3; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i] ?? 0);
    return value;
  };
  const scrambled = (value: bigint, lane: number) =>
    multiply(rotate(multiply(value, at(constants, lane)), at(first, lane)), at(constants, lane + 1));

  const blocks = Math.floor(bytes.length / 16);
  for (let block = 0; block < blocks; block++) {
    for (let lane = 0; lane < 4; lane++) {
      let mixed = at(h, lane) ^ scrambled(word(block * 16 + lane * 4), lane);
      mixed = (rotate(mixed, at(second, lane)) + at(h, lane + 1)) & MASK;
      h[lane] = (mixed * 5n + at(added, lane)) & MASK;
    }
  }
  for (let lane = 3; lane >= 0; lane--) {
    const offset = blocks * 16 + lane * 4;
    if (offset < bytes.length) h[lane] = at(h, lane) ^ scrambled(word(offset), lane);
  }
  const spread = () => {
    h[0] = (at(h, 0) + at(h, 1) + at(h, 2) + at(h, 3)) & MASK;
    for (let lane = 1; lane < 4; lane++) h[lane] = (at(h, lane) + at(h, 0)) & MASK;
  };
  for (let lane = 0; lane < 4; lane++) h[lane] = at(h, lane) ^ BigInt(bytes.length);
  spread();
  for (let lane = 0; lane < 4; lane++) {
    let value = at(h, lane);
    value = multiply(value ^ (value >> 16n), 0x85ebca6bn);
    value = multiply(value ^ (value >> 13n), 0xc2b2ae35n);
    h[lane] = value ^ (value >> 16n);
  }
  spread();
  return h.map((value) => value.toString(16).padStart(8, '0')).join('');
}

/** UTF-16 code units, low byte first. */
function utf16Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    bytes[i * 2] = text.charCodeAt(i) & 0xff;
    bytes[i * 2 + 1] = text.charCodeAt(i) >> 8;
  }
  return bytes;
}

/** Any sequence of code units, lone surrogates included. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 70 })
  .map((units) => String.fromCharCode(...units));

describe('the reference', () => {
  it('gives the verification value of the hash: 0xb3ece62a', () => {
    // SMHasher: hash the keys {}, {0}, {0, 1}, ... with seeds 256, 255, ... then the hashes together with seed 0.
    const hashes: number[] = [];
    for (let length = 0; length < 256; length++) {
      const key = Uint8Array.from({ length }, (_, index) => index);
      hashes.push(...littleEndian(referenceHash(key, BigInt(256 - length))));
    }
    const final = littleEndian(referenceHash(Uint8Array.from(hashes)));
    expect(final.slice(0, 4)).toEqual([0x2a, 0xe6, 0xec, 0xb3]);
  });

  function littleEndian(hex: string): number[] {
    return (hex.match(/.{8}/g) ?? []).flatMap((word) =>
      (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
    );
  }
});

describe('hash128', () => {
  it('is MurmurHash3_x86_128 of the UTF-16 bytes, for every length of the tail', () => {
    let text = '';
    for (let length = 0; length <= 40; length++) {
      expect(hashHex(text), `length ${length}`).toBe(referenceHash(utf16Bytes(text)));
      text += String.fromCharCode(0x3041 + length * 257);
    }
  });

  it('is MurmurHash3_x86_128 of the UTF-16 bytes of any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(hashHex(text)).toBe(referenceHash(utf16Bytes(text)));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the values that stored ids were made with', () => {
    expect(hashHex('')).toBe('00000000000000000000000000000000');
    expect(hashHex('ema-5m|NSE:RELIANCE|5m|1795405500000|ENTRY')).toBe('5eeabfc13b38ee7bb8500fa701f43136');
  });

  it('gives four unsigned 32-bit words', () => {
    for (const word of hash128('NSE:RELIANCE')) {
      expect(Number.isInteger(word)).toBe(true);
      expect(word).toBeGreaterThanOrEqual(0);
      expect(word).toBeLessThan(2 ** 32);
    }
  });

  it('gives no two of 200,000 similar keys the same value', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 200_000; i++)
      seen.add(hashHex(`ema-5m|NSE:RELIANCE|5m|${1_795_405_500_000 + i * 300_000}|ENTRY`));
    expect(seen.size).toBe(200_000);
  });

  it('spreads similar keys evenly over every word', () => {
    const keys = 64_000;
    const counts = Array.from({ length: 4 }, () => new Uint32Array(64));
    for (let i = 0; i < keys; i++) {
      hash128(`signal-${i}`).forEach((word, lane) => {
        const bucket = word >>> 26;
        const lanes = counts[lane];
        if (lanes !== undefined) lanes[bucket] = (lanes[bucket] ?? 0) + 1;
      });
    }
    const expected = keys / 64;
    for (const lane of counts) {
      const chiSquare = lane.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      expect(chiSquare, '63 degrees of freedom: 0.01% of fair hashes exceed 113').toBeLessThan(113);
    }
  });

  it('flips half of the bits when one character changes', () => {
    let flipped = 0;
    const pairs = 2000;
    for (let i = 0; i < pairs; i++) {
      const [one, other] = [hash128(`order-${i}-A`), hash128(`order-${i}-B`)];
      one.forEach((word, lane) => {
        flipped += bitsOf((word ^ (other[lane] ?? 0)) >>> 0);
      });
    }
    expect(flipped / (pairs * 128)).toBeCloseTo(0.5, 2);
  });
});

function bitsOf(word: number): number {
  return word.toString(2).replaceAll('0', '').length;
}
