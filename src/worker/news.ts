/** What the worker itself has to say, beside the engine's decisions. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Alert, AlertKind, AlertLevel } from '../core/alert.ts';
import { hashHex } from '../core/hash.ts';
import type { EpochMs } from '../core/time.ts';
import type { Database } from '../db/database.ts';
import { PostgresAlertBook } from '../db/postgres-alert-book.ts';
import { PostgresLedger } from '../db/postgres-ledger.ts';
import type { Logger } from '../logging/logger.ts';
import { sendLastWord, type TelegramSetup } from './open-telegram.ts';
import { SystemClock } from './system-clock.ts';

/** Without it: that something is wrong, and a person should look. */
export interface About {
  readonly kind?: AlertKind;
  readonly topic?: string;
  readonly level?: AlertLevel;
}

export type Tell = (text: string, about?: About) => void;

export function newsAlert(
  text: string,
  time: EpochMs,
  { kind = 'system', topic, level = 'critical' }: About = {},
): Alert {
  return { key: `news/${hashHex(text)}/${time}`, kind, topic, level, text, time };
}

const LOG_LEVELS = { info: 'info', warning: 'warn', critical: 'error' } as const;

export function logged(alert: Alert, log: Logger): Alert {
  log[LOG_LEVELS[alert.level]](alert.text);
  return alert;
}

/** That trading could not begin stays in the books; the terminal has it as the error that ends the command. */
export async function noteFailedStart(
  database: Database,
  error: unknown,
  telegram: TelegramSetup | null,
  log: Logger,
): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  await noteAtTheEnd(database, telegram, log, `Trading could not begin: ${reason}`, { topic: 'run' });
}

/** Written down when nothing runs any more that would send it; the terminal has it already. */
export async function noteAtTheEnd(
  database: Database,
  telegram: TelegramSetup | null,
  log: Logger,
  text: string,
  about: About,
): Promise<void> {
  const now = new SystemClock().now();
  const alert = newsAlert(text, now, about);
  await new PostgresLedger(database, 'paper', null, telegram?.chatNames).record([{ type: 'alertRaised', alert }]);
  await new PostgresAlertBook(database).markSent(alert.key, now);
  if (telegram) await sendLastWord(telegram, database, log);
}

/**
 * What was decided is told before the run ends; with a dead alert channel the run ends all the same. Denials that wait to
 * be told together are not waited for.
 */
export async function allAlertsSent({ sql }: Database, patienceMs: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline && !signal.aborted) {
    const [row] = await sql<{ waiting: number }[]>`
      select (select count(*) from alerts where sent_time is null)::int
        + (select count(*) from deliveries join alerts on alerts.key = deliveries.alert_key
            where deliveries.sent_time is null and refusal is null and kind <> 'denial')::int as waiting`;
    if (!row || row.waiting === 0) return;
    await sleep(20);
  }
}
