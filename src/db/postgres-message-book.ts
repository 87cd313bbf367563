import type { Alert } from '../core/alert.ts';
import type { EpochMs } from '../core/time.ts';
import type { MessageBook } from '../ports/message-book.ts';
import type { Database } from './database.ts';

/** Deliveries come into their table through the ledger, in the transaction of their alert. */
export class PostgresMessageBook implements MessageBook {
  readonly #sql: Database['sql'];

  constructor({ sql }: Pick<Database, 'sql'>) {
    this.#sql = sql;
  }

  async pending(chat: string, most: number): Promise<readonly Alert[]> {
    return this.#sql<Alert[]>`
      select alerts.key, alerts.kind, alerts.level, alerts.text, alerts.time
      from deliveries join alerts on alerts.key = deliveries.alert_key
      where chat = ${chat} and deliveries.sent_time is null and refusal is null
      order by position limit ${most}`;
  }

  async markSent(chat: string, alertKeys: readonly string[], time: EpochMs): Promise<void> {
    await this.#sql`
      update deliveries set sent_time = ${time}
      where chat = ${chat} and alert_key = any(${[...alertKeys]}) and sent_time is null and refusal is null`;
  }

  async markRefused(chat: string, alertKeys: readonly string[], reason: string): Promise<void> {
    await this.#sql`
      update deliveries set refusal = ${reason}
      where chat = ${chat} and alert_key = any(${[...alertKeys]}) and sent_time is null and refusal is null`;
  }
}
