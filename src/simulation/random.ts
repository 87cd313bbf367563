/**
 * Seeded randomness: the same seed gives the same numbers on every machine. sfc32 (Chris Doty-Humphrey, PractRand,
 * public domain), seeded with a 128-bit hash of a text, so that every part of a simulation can have a stream of its own.
 */
import { hash128 } from '../core/hash.ts';

export interface Random {
  /** At least 0, below 1. */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  /** A whole number, at least 0, below `limit`. */
  below(limit: number): number;
}

export function createRandom(seed: string): Random {
  let [a, b, c, counter] = hash128(seed);
  let spare = Number.NaN;

  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  // The first numbers still resemble the seed.
  for (let round = 0; round < 15; round++) next();

  const uniform = (): number => next() / 4_294_967_296;
  return {
    uniform,
    below: (limit) => Math.floor(uniform() * limit),
    // Marsaglia's polar method gives two at a time.
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = Number.NaN;
        return value;
      }
      for (;;) {
        const x = uniform() * 2 - 1;
        const y = uniform() * 2 - 1;
        const square = x * x + y * y;
        if (square >= 1 || square === 0) continue;
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        spare = y * scale;
        return x * scale;
      }
    },
  };
}
