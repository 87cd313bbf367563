import { z } from 'zod';
import { ALERT_SETTINGS, ALERT_SUBJECTS, type Alert } from '../core/alert.ts';
import type { EpochMs } from '../core/time.ts';
import { type AlertWishes, type MessageBook, NO_WISHES } from '../ports/message-book.ts';
import type { Database } from './database.ts';
import { PostgresSettings } from './postgres-settings.ts';

/** The name they are kept under. */
export const ALERT_WISHES = 'alert-wishes';
const wishesSchema = z.strictObject({
  kinds: z.partialRecord(z.enum(ALERT_SUBJECTS), z.enum(ALERT_SETTINGS)),
  quiet: z.strictObject({ from: z.number(), to: z.number() }).nullable(),
});

/** Deliveries come into their table through the ledger, in the transaction of their alert. */
export class PostgresMessageBook implements MessageBook {
  readonly #sql: Database['sql'];
  readonly #settings: PostgresSettings;

  constructor({ sql }: Pick<Database, 'sql'>) {
    this.#sql = sql;
    this.#settings = new PostgresSettings({ sql });
  }

  async wishes(): Promise<AlertWishes> {
    // What can not be read is as if it had never been set.
    return wishesSchema.safeParse(await this.#settings.read(ALERT_WISHES)).data ?? NO_WISHES;
  }

  async setWishes(wishes: AlertWishes): Promise<void> {
    await this.#settings.write(ALERT_WISHES, wishes);
  }

  async pending(chat: string, most: number): Promise<readonly Alert[]> {
    return this.#sql<Alert[]>`
      select alerts.key, alerts.kind, alerts.topic, alerts.level, alerts.text, alerts.time
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
