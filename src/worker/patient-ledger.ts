import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../core/errors.ts';
import { isAway } from '../db/sql.ts';
import type { Ledger } from '../ports/ledger.ts';

const AGAIN_MS = 250;

/**
 * Decisions wait for a database that is away, and with them whoever decides: prices queue up behind them, and nothing is
 * sent to the broker that is not in the books. Rejects when `signal` aborts, or when the database refuses what it is given.
 */
export function patientLedger(ledger: Pick<Ledger, 'record'>, signal: AbortSignal): Pick<Ledger, 'record'> {
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(new UnavailableError('The worker stopped before the database was back'));
    signal.addEventListener('abort', stop, { once: true });
  });
  aborted.catch(() => undefined);
  return {
    async record(effects) {
      for (;;) {
        try {
          // A server that hangs neither answers nor fails.
          return await Promise.race([ledger.record(effects), aborted]);
        } catch (error) {
          if (signal.aborted || !isAway(error)) throw error;
        }
        await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}
