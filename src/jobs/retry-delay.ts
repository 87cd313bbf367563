const FIRST_MS = 250;
const LONGEST_MS = 15_000;

/**
 * Doubles with every attempt up to a ceiling; half of it is random, so that jobs which failed together do not come back
 * together. The ceiling is why BullMQ's own `exponential` is not used.
 */
export function retryDelayMs(attemptsMade: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attemptsMade - 1));
  return Math.round(full / 2 + (full / 2) * random());
}
