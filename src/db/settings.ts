import { eq } from 'drizzle-orm';
import type { EpochMs } from '../core/time.ts';
import type { Database } from './database.ts';
import { settings } from './schema/messages.ts';

/** A stored setting as it was written; undefined when it never was. The caller checks its shape. */
export async function readSetting(database: Pick<Database, 'orm'>, name: string): Promise<unknown> {
  const rows = await database.orm.select().from(settings).where(eq(settings.name, name));
  return rows[0]?.value;
}

export async function writeSetting(
  database: Pick<Database, 'orm'>,
  name: string,
  value: unknown,
  time: EpochMs,
): Promise<void> {
  const row = { name, value, updatedTime: time };
  await database.orm.insert(settings).values(row).onConflictDoUpdate({ target: settings.name, set: row });
}
