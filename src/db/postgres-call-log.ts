/**
 * The calls that an account has made of late, in PostgreSQL, by the server's clock: all processes of the account share
 * its windows. Counting is one round trip; the row of account and class is locked meanwhile (`record_call` in the
 * migrations).
 */
import { InvariantError } from '../core/errors.ts';
import type { CallLog, CallVerdict, CallWindow } from '../ports/call-log.ts';
import type { Database } from './database.ts';

interface VerdictRow {
  readonly callId: number | null;
  readonly waitMs: number;
}

export class PostgresCallLog implements CallLog {
  readonly #sql: Database['sql'];
  readonly #account: string;

  /** `account` names broker and account. */
  constructor(database: Pick<Database, 'sql'>, account: string) {
    this.#sql = database.sql;
    this.#account = account;
  }

  async record(callClass: string, windows: readonly CallWindow[]): Promise<CallVerdict> {
    const limits = windows.map(({ limit }) => limit);
    const spans = windows.map(({ ms }) => ms);
    const [row] = await this.#sql<VerdictRow[]>`
      select call_id as "callId", wait_ms as "waitMs"
      from record_call(${this.#account}, ${callClass}, ${limits}::integer[], ${spans}::bigint[])`;
    if (row === undefined) throw new InvariantError(`Expected a verdict on a call of "${callClass}", found none`);
    return row.callId === null
      ? { isCounted: false, waitMs: row.waitMs }
      : { isCounted: true, callId: String(row.callId) };
  }

  async withdraw(callClass: string, callId: string): Promise<void> {
    await this.#sql`
      delete from call_log where id = ${callId} and account = ${this.#account} and call_class = ${callClass}`;
  }

  async rest(callClass: string, forMs: number): Promise<void> {
    await this.#sql`
      insert into call_gates (account, call_class, rest_until)
      values (${this.#account}, ${callClass}, floor(extract(epoch from clock_timestamp()) * 1000)::bigint + ${forMs}::bigint)
      on conflict (account, call_class) do update set rest_until = greatest(call_gates.rest_until, excluded.rest_until)`;
  }
}
