import { eq } from 'drizzle-orm';
import type { EpochMs } from '../core/time.ts';
import type { AlertBook, StoredAlert } from '../ports/alert-book.ts';
import type { Database } from './database.ts';
import { alerts } from './schema/messages.ts';

/** Alerts come into the table through the ledger, in the transaction of what they tell about. */
export class PostgresAlertBook implements AlertBook {
  readonly #database: Pick<Database, 'sql' | 'orm'>;

  constructor(database: Pick<Database, 'sql' | 'orm'>) {
    this.#database = database;
  }

  async alert(key: string): Promise<StoredAlert | undefined> {
    const rows = await this.#database.orm.select().from(alerts).where(eq(alerts.key, key));
    return rows[0];
  }

  async markSent(key: string, time: EpochMs): Promise<void> {
    await this.#database.sql`update alerts set sent_time = ${time} where key = ${key} and sent_time is null`;
  }
}
