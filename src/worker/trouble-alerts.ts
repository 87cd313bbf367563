import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert } from '../core/alert.ts';
import { hashHex } from '../core/hash.ts';
import type { EpochMs } from '../core/time.ts';
import type { Database } from '../db/database.ts';
import { PostgresAlertBook } from '../db/postgres-alert-book.ts';
import { PostgresLedger } from '../db/postgres-ledger.ts';
import type { Logger } from '../logging/logger.ts';
import { sendLastWord, type TelegramSetup } from './open-telegram.ts';
import { SystemClock } from './system-clock.ts';

export function troubleAlert(text: string, time: EpochMs): Alert {
  return { key: `trouble/${hashHex(text)}/${time}`, kind: 'system', level: 'critical', text, time };
}

/** That trading could not begin stays in the books; the terminal has it as the error that ends the command. */
export async function noteFailedStart(
  database: Database,
  error: unknown,
  telegram: TelegramSetup | null,
  log: Logger,
): Promise<void> {
  const now = new SystemClock().now();
  const reason = error instanceof Error ? error.message : String(error);
  const alert = troubleAlert(`Trading could not begin: ${reason}`, now);
  await new PostgresLedger(database, 'paper', null, telegram?.chatNames).record([{ type: 'alertRaised', alert }]);
  await new PostgresAlertBook(database).markSent(alert.key, now);
  if (telegram) await sendLastWord(telegram, database, log);
}

/** What was decided is told before the run ends; with a dead alert channel the run ends all the same. */
export async function allAlertsSent({ sql }: Database, patienceMs: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline && !signal.aborted) {
    const [row] = await sql<{ waiting: number }[]>`
      select (select count(*) from alerts where sent_time is null)::int
        + (select count(*) from deliveries where sent_time is null and refusal is null)::int as waiting`;
    if (!row || row.waiting === 0) return;
    await sleep(20);
  }
}
