import type { EpochMs } from '../core/time.ts';
import type { Confirmation, ConfirmationBook, Taken } from '../ports/confirmation-book.ts';
import type { Database } from './database.ts';

/** Days after which nobody asks any more. */
const KEPT_MS = 7 * 86_400_000;

interface Row {
  readonly userId: number;
  readonly chat: string;
  readonly createdTime: EpochMs;
  readonly usedTime: EpochMs | null;
}

export class PostgresConfirmations implements ConfirmationBook {
  readonly #sql: Database['sql'];

  constructor({ sql }: Pick<Database, 'sql'>) {
    this.#sql = sql;
  }

  async ask({ nonce, user, chat, action, createdTime }: Confirmation): Promise<void> {
    await this.#sql`delete from confirmations where created_time < ${createdTime - KEPT_MS}`;
    await this.#sql`
      insert into confirmations (nonce, user_id, chat, action, created_time)
      values (${nonce}, ${user}, ${chat}, ${JSON.stringify(action)}::text::jsonb, ${createdTime})`;
  }

  async take(nonce: string, user: number, chat: string, now: EpochMs, mostMs: number): Promise<Taken> {
    const [taken] = await this.#sql<{ action: unknown }[]>`
      update confirmations set used_time = ${now}
      where nonce = ${nonce} and user_id = ${user} and chat = ${chat} and used_time is null
        and ${now}::bigint - created_time <= ${mostMs}::bigint
      returning action`;
    if (taken !== undefined) return { kind: 'taken', action: taken.action };
    const [row] = await this.#sql<Row[]>`
      select user_id as "userId", chat, created_time as "createdTime", used_time as "usedTime"
      from confirmations where nonce = ${nonce}`;
    if (row === undefined) return { kind: 'unknown' };
    if (row.userId !== user || row.chat !== chat) return { kind: 'foreign' };
    return { kind: row.usedTime === null ? 'late' : 'used' };
  }
}
