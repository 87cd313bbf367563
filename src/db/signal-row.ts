import type { Signal } from '../core/signal.ts';
import type { TradingMode } from './schema/closed-lists.ts';
import type { signals } from './schema/decisions.ts';

type SignalRow = typeof signals.$inferSelect;

/** The verdict lies flat in the row; the mode is the ledger's, not the signal's. */
export function signalToRow(signal: Signal, mode: TradingMode): SignalRow {
  const { verdict, tags, ...fields } = signal;
  const denial = verdict.kind === 'DENIED' ? verdict.reason : null;
  return { ...fields, tags: [...tags], denialCode: denial?.code ?? null, denial, mode };
}

export function signalFromRow(row: SignalRow): Signal {
  const { denialCode: _code, denial, mode: _mode, ...fields } = row;
  return { ...fields, verdict: denial === null ? { kind: 'ALLOWED' } : { kind: 'DENIED', reason: denial } };
}
