import type { SessionRecord } from '../ports/ledger.ts';
import { canonical, hashOfSession } from './session-hash.ts';

export interface SessionComparison {
  readonly isEqual: boolean;
  readonly counts: Readonly<Record<keyof SessionRecord, readonly [left: number, right: number]>>;
  readonly hashes: readonly [left: string, right: string];
  /** The first row that differs, in the order signals, orders, fills; null when all are equal. */
  readonly difference: {
    readonly in: keyof SessionRecord;
    readonly row: number;
    readonly left: unknown;
    readonly right: unknown;
  } | null;
}

const PARTS = ['signals', 'orders', 'fills'] as const;

/** Two records of the same session, row by row and byte by byte. */
export function compareSessions(left: SessionRecord, right: SessionRecord): SessionComparison {
  const hashes = [hashOfSession(left), hashOfSession(right)] as const;
  const difference = firstDifference(left, right);
  return {
    isEqual: difference === null && hashes[0] === hashes[1],
    counts: {
      signals: [left.signals.length, right.signals.length],
      orders: [left.orders.length, right.orders.length],
      fills: [left.fills.length, right.fills.length],
    },
    hashes,
    difference,
  };
}

function firstDifference(left: SessionRecord, right: SessionRecord): SessionComparison['difference'] {
  for (const part of PARTS) {
    const rows = Math.max(left[part].length, right[part].length);
    for (let row = 0; row < rows; row += 1) {
      if (canonical(left[part][row] ?? null) === canonical(right[part][row] ?? null)) continue;
      return { in: part, row, left: left[part][row] ?? null, right: right[part][row] ?? null };
    }
  }
  return null;
}
