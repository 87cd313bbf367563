import { hashHex } from '../core/hash.ts';
import type { SessionRecord } from '../ports/ledger.ts';

/** 32 hexadecimal digits over every field of every signal, order and fill, in the order of the record. */
export function hashOfSession(record: SessionRecord): string {
  return hashHex([...record.signals, ...record.orders, ...record.fills].map(canonical).join('\n'));
}

/** JSON with keys in order of name, so that equal values have equal bytes whatever built them. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
