/** How a link keeps itself alive, in real milliseconds: sockets know no other time. */
export interface LinkTimings {
  /** A text `ping` goes out this often. */
  readonly pingMs: number;
  /** A link on which nothing at all was heard for this long is dead, whatever TCP says. */
  readonly deadLinkMs: number;
  /** From the first packet to the upgrade's answer. */
  readonly connectMs: number;
  /** Waiting before another try doubles from the shortest to the longest, and is then cut by up to half at random. */
  readonly shortestBackOffMs: number;
  readonly longestBackOffMs: number;
  /** Between tries once a person has been told that the door is shut: each may cost a login. */
  readonly refusedBackOffMs: number;
  /** A link that held this long starts the back-off afresh. */
  readonly stableMs: number;
  /** How long the broker may take to say good-bye. */
  readonly closeMs: number;
}

export const LINK_TIMINGS: LinkTimings = {
  pingMs: 10_000,
  deadLinkMs: 25_000,
  connectMs: 10_000,
  shortestBackOffMs: 500,
  longestBackOffMs: 30_000,
  refusedBackOffMs: 60_000,
  stableMs: 15_000,
  closeMs: 1_000,
};

/** `failures` in a row, at least one; `random` is at least 0 and below 1. */
export function backOffMs(
  failures: number,
  { shortestBackOffMs, longestBackOffMs }: Pick<LinkTimings, 'shortestBackOffMs' | 'longestBackOffMs'>,
  random: () => number,
): number {
  const full = Math.min(longestBackOffMs, shortestBackOffMs * 2 ** Math.min(failures - 1, 30));
  return full * (1 - random() / 2);
}
