/**
 * Who works on the rules of an account: a session-level advisory lock on a connection of its own, which PostgreSQL lets go
 * when the process dies, however it dies. Entry point: `PostgresGttLock`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../core/errors.ts';
import type { GttLock } from '../ports/gtt-ledger.ts';
import { advisoryKey } from './advisory-key.ts';
import type { OpenSql } from './open-sql.ts';
import { connectSql } from './sql.ts';

const ASK_EVERY_MS = 50;
const END_WAIT_SECONDS = 1;

export class PostgresGttLock implements GttLock {
  readonly #url: string;
  readonly #key: string;

  /** The schema is the account's. */
  constructor({ url, schema }: Pick<OpenSql, 'url' | 'schema'>) {
    this.#url = url;
    this.#key = advisoryKey(`signalman gtt ${schema}`);
  }

  async hold<T>(work: (isHeld: () => Promise<boolean>) => Promise<T>, signal: AbortSignal): Promise<T> {
    let isLost = false;
    const onClose = (): void => {
      isLost = true;
    };
    const sql = connectSql(this.#url, { connections: 1, onClose });
    try {
      for (;;) {
        if (signal.aborted)
          throw new UnavailableError('Stopped while another process works on the rules of the account');
        const [row] = await sql`select pg_try_advisory_lock(${this.#key}::bigint) as is_held`;
        if (row?.is_held === true && !isLost) break;
        isLost = false;
        await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
      // A question that is answered without a close before it was answered by the session that has the lock.
      const isHeld = async (): Promise<boolean> => {
        const isAnswered = await sql`select 1`.then(
          () => true,
          () => false,
        );
        return isAnswered && !isLost;
      };
      return await work(isHeld);
    } finally {
      await sql.end({ timeout: END_WAIT_SECONDS });
    }
  }
}
