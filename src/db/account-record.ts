/**
 * What an account's earlier runs have left, for the next one to go on from. Entry points: `readAccountRecord`,
 * `requeueUnsettled`, `unservedJobs`, `resetButSwitches`, `writeEquityMarks`.
 */
import { z } from 'zod';
import type { EquityMarks } from '../core/equity-marks.ts';
import type { ClientOrderId, StrategyId } from '../core/ids.ts';
import type { Switches } from '../ports/engine-event.ts';
import type { AccountRecord, OutboxJob } from '../ports/ledger.ts';
import { type Database, resetSchema } from './database.ts';
import { pendingCommands, sendCommand } from './postgres-commands.ts';
import { PostgresLedger } from './postgres-ledger.ts';
import { ALERT_WISHES } from './postgres-message-book.ts';
import { PostgresSchedule } from './postgres-schedule.ts';
import { PostgresSettings } from './postgres-settings.ts';

const switchesSchema = z.strictObject({
  isKilled: z.boolean(),
  isPaused: z.boolean(),
  // Rows of earlier versions know nothing of single strategies.
  pausedStrategies: z.array(z.string().transform((id) => id as StrategyId)).default([]),
});
const EQUITY_MARKS = 'equity-marks';
const marksSchema = z.strictObject({ peakEquityPaise: z.int(), day: z.int(), dayStartEquityPaise: z.int() });
/** Before all others. */
const FIRST_DAY = '2000-01-01';
const OFF: Switches = { isKilled: false, isPaused: false, pausedStrategies: [] };
/** What can not be read stops entries: it may have said so. */
const DOUBTFUL: Switches = { ...OFF, isPaused: true };

export async function readAccountRecord(database: Pick<Database, 'sql' | 'orm'>): Promise<AccountRecord> {
  const [record, rows, read, marks] = await Promise.all([
    new PostgresLedger(database, 'live').session(),
    database.sql<{ id: ClientOrderId }[]>`
      select distinct client_order_id as id from orders join job_outbox on subject = client_order_id
      where name = 'cancel' and status not in ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED')`,
    readSwitches(database),
    new PostgresSettings(database).read(EQUITY_MARKS),
  ]);
  const withdrawn = rows.map(({ id }) => id);
  return { ...record, withdrawn, switches: read ?? DOUBTFUL, marks: marksSchema.safeParse(marks).data };
}

/** Null when they can not be read. */
export async function readSwitches(database: Pick<Database, 'sql'>): Promise<Switches | null> {
  const switches = await new PostgresSettings(database).read('switches');
  return switches === undefined ? OFF : (switchesSchema.safeParse(switches).data ?? null);
}

/** What a later run measures the account's losses against. */
export async function writeEquityMarks(database: Pick<Database, 'sql'>, marks: EquityMarks): Promise<void> {
  await new PostgresSettings(database).write(EQUITY_MARKS, marks);
}

/** Everything goes but what a person has switched or asked for while nobody was there to hear it, and what ran when. */
export async function resetButSwitches(database: Pick<Database, 'sql'>, schema: string): Promise<void> {
  const settings = new PostgresSettings(database);
  const schedule = new PostgresSchedule(database);
  const [switches, wishes, pending, runs] = await Promise.all([
    settings.read('switches'),
    settings.read(ALERT_WISHES),
    pendingCommands(database),
    schedule.since(FIRST_DAY),
  ]);
  await resetSchema(database.sql, schema);
  if (switches !== undefined) await settings.write('switches', switches);
  if (wishes !== undefined) await settings.write(ALERT_WISHES, wishes);
  for (const command of pending) await sendCommand(database, command);
  for (const run of runs) await schedule.note(run);
}

/**
 * What a job is for is not there yet: an order to be sent or withdrawn, a rule to be settled, an alert to be told. Rules that
 * rest at the broker as they should are looked at by the sweep.
 */
const IS_UNSERVED = `
  name = 'place' and subject in
      (select client_order_id from orders where status in ('INITIALIZED', 'SUBMITTING', 'UNKNOWN'))
    or name = 'modify' and served_time is null and subject in
      (select client_order_id from orders where status not in ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'))
    or name = 'cancel' and subject in
      (select client_order_id from orders where status not in ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'))
    or name = 'send' and subject in (select key from alerts where sent_time is null)
    or name = 'deliver' and subject in (select alert_key from deliveries where sent_time is null and refusal is null)
    or name = 'settle' and subject in (
      select client_gtt_id from gtt_legs join gtt_rules using (client_gtt_id) left join orders using (client_order_id)
      where gtt_legs.status in ('INITIALIZED', 'SUBMITTING', 'MODIFYING', 'CANCELLING', 'UNKNOWN')
        or gtt_rules.is_withdrawn and gtt_legs.status = 'ACTIVE'
        or gtt_legs.status = 'TRIGGERED' and orders.status not in ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'))`;

/**
 * Every job whose purpose is not served counts as not queued, so that the sweeper adds it again: the queue has been
 * emptied, and jobs that run once more find nothing to do. Returns how many.
 */
export async function requeueUnsettled({ sql }: Pick<Database, 'sql'>, chats: readonly string[] = []): Promise<number> {
  // Nobody would ever serve them.
  await sql`
    update deliveries set refusal = 'The chat is not told any more'
    where sent_time is null and refusal is null and not chat = any(${[...chats]})`;
  const requeued = await sql.unsafe(`update job_outbox set queued_time = null where ${IS_UNSERVED}`);
  return requeued.count;
}

/** Of a queue. What comes later is looked at when its turn is nearer: a broker takes some thousand orders in an hour. */
const MOST_UNSERVED = 500;

/**
 * Jobs that a queue has taken at least `ageMs` ago and whose purpose is not served: it may have lost them. Those that come
 * first in each queue, in its order; for Telegram one, since whichever runs delivers all that waits.
 */
export async function unservedJobs({ sql }: Pick<Database, 'sql'>, ageMs: number): Promise<readonly OutboxJob[]> {
  return sql.unsafe<OutboxJob[]>(
    `select id, queue, name, subject, priority, "notBefore" from (
       select id, queue, name, subject, priority, not_before as "notBefore",
         row_number() over (partition by queue order by priority, position) as place
       from job_outbox
       where queued_time <= extract(epoch from clock_timestamp()) * 1000 - $1::bigint and (${IS_UNSERVED})) as unserved
     where place <= case queue when 'telegram' then 1 else $2 end order by priority, place`,
    [ageMs, MOST_UNSERVED],
  );
}
