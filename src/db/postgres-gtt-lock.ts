/**
 * Who works on the rules of an account: a session-level advisory lock on a connection that is taken out of the pool for as
 * long as it is held. PostgreSQL lets go of it when the process dies, however it dies. Entry point: `PostgresGttLock`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from '../core/errors.ts';
import type { GttLock } from '../ports/gtt-ledger.ts';
import { advisoryKey } from './advisory-key.ts';
import type { OpenSql } from './open-sql.ts';

const ASK_EVERY_MS = 50;

export class PostgresGttLock implements GttLock {
  readonly #sql: OpenSql['sql'];
  readonly #key: string;

  /** The schema is the account's. */
  constructor({ sql, schema }: Pick<OpenSql, 'sql' | 'schema'>) {
    this.#sql = sql;
    this.#key = advisoryKey(`signalman gtt ${schema}`);
  }

  async hold<T>(work: (isHeld: () => Promise<boolean>) => Promise<T>, signal: AbortSignal): Promise<T> {
    const session = await this.#sql.reserve();
    try {
      for (;;) {
        if (signal.aborted)
          throw new UnavailableError('Stopped while another process works on the rules of the account');
        const [row] = await session`select pg_try_advisory_lock(${this.#key}::bigint) as is_held`;
        if (row?.is_held === true) break;
        await sleep(ASK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      }
      const [own] = await session`select pg_backend_pid() as pid`;
      // A reserved connection that broke is replaced silently: only the same session has the lock.
      const isHeld = async (): Promise<boolean> => {
        const rows = await session`select pg_backend_pid() as pid`.catch(() => []);
        return rows[0] !== undefined && rows[0].pid === own?.pid;
      };
      try {
        return await work(isHeld);
      } finally {
        await session`select pg_advisory_unlock(${this.#key}::bigint)`.catch(() => undefined);
      }
    } finally {
      session.release();
    }
  }
}
