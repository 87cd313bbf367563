/**
 * What is known of leases, in a schema of its own: an account's schema may be made anew while its lease is held. A row is
 * written by whoever has just taken the account's advisory lock, in the same statement, so its epoch only ever grows.
 */
import { advisoryKey } from './advisory-key.ts';
import { processOf } from './application-name.ts';
import type { Sql } from './sql.ts';

export interface LeaseHolder {
  /** Undefined for a connection that has no name of ours. */
  readonly processId: number | undefined;
  /** When it last said that it lives, by the server's clock; null for one that never says so. */
  readonly heartbeatTime: number | null;
  /** How long ago that was. */
  readonly silentMs: number | null;
  /** When it took the lease; null for one that has no row. */
  readonly takenTime: number | null;
}

/** Makes the table where it is missing. */
export async function ensureLeaseTable(sql: Sql): Promise<void> {
  const [table] = await sql<{ exists: boolean }[]>`select to_regclass('signalman_leases.leases') is not null as exists`;
  if (table?.exists) return;
  await sql.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(${advisoryKey('signalman lease table')}::bigint)`;
    await transaction`create schema if not exists signalman_leases`;
    await transaction`
      create table if not exists signalman_leases.leases (
        account text primary key,
        epoch bigint not null check (epoch > 0),
        backend_pid integer not null,
        holder text not null,
        taken_time bigint not null,
        heartbeat_time bigint not null)`;
  });
}

/**
 * Takes the lock and the next epoch in one step; undefined when somebody else has the lock. `holder` is nobody else's, on
 * no machine.
 */
export async function takeLease(sql: Sql, account: string, holder: string): Promise<number | undefined> {
  const [taken] = await sql<{ epoch: number | null }[]>`
    with attempt as materialized (select pg_try_advisory_lock(${keyOf(account)}::bigint) as is_held),
    taken as (
      insert into signalman_leases.leases as lease (account, epoch, backend_pid, holder, taken_time, heartbeat_time)
      select ${account}, 1, pg_backend_pid(), ${holder}, ${nowMs(sql)}, ${nowMs(sql)} from attempt where is_held
      on conflict (account) do update set
        epoch = lease.epoch + 1, backend_pid = excluded.backend_pid, holder = excluded.holder,
        taken_time = excluded.taken_time, heartbeat_time = excluded.heartbeat_time
      returning epoch)
    select epoch from attempt left join taken on true`;
  return taken?.epoch ?? undefined;
}

/**
 * Takes the lock and the next epoch for the holder of the one before, on a new connection. `'taken'`: somebody else has had
 * the lease since. `'later'`: its old session still has the lock, because the server has not noticed its end.
 */
export async function takeBack(sql: Sql, account: string, holder: string): Promise<number | 'taken' | 'later'> {
  const [row] = await sql<{ epoch: number | null; isHeld: boolean; isLast: boolean }[]>`
    with attempt as materialized (select pg_try_advisory_lock(${keyOf(account)}::bigint) as is_held),
    taken as (
      update signalman_leases.leases set
        epoch = epoch + 1, backend_pid = pg_backend_pid(), taken_time = ${nowMs(sql)}, heartbeat_time = ${nowMs(sql)}
      where account = ${account} and holder = ${holder} and (select is_held from attempt)
      returning epoch)
    select taken.epoch, is_held as "isHeld",
      exists (select from signalman_leases.leases where account = ${account} and holder = ${holder}) as "isLast"
    from attempt left join taken on true`;
  if (row?.epoch) return row.epoch;
  return row?.isHeld === false && row.isLast ? 'later' : 'taken';
}

/** Ends the session that has the lock if it is this holder's, who asks on a new connection. */
export async function endOwnSession(sql: Sql, account: string, holder: string): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_locks lock
    where ${isLockOf(sql, account)} and pid <> pg_backend_pid()
      and pid = (select backend_pid from signalman_leases.leases where account = ${account} and holder = ${holder})`;
}

/** Says that the holder lives; false when another has it. */
export async function beat(sql: Sql, account: string, epoch: number): Promise<boolean> {
  const { count } = await sql`
    update signalman_leases.leases set heartbeat_time = ${nowMs(sql)}
    where account = ${account} and epoch = ${epoch} and backend_pid = pg_backend_pid()`;
  return count === 1;
}

/**
 * True when the session that asks is the one that took this epoch, and no later one was taken. A session's lock ends with
 * the session, so that it can ask proves that it holds the lock.
 */
export async function isNewest(sql: Sql, account: string, epoch: number): Promise<boolean> {
  const rows = await sql`
    select from signalman_leases.leases
    where account = ${account} and epoch = ${epoch} and backend_pid = pg_backend_pid()`;
  return rows.count === 1;
}

/** Whoever has the lock; undefined when nobody does. */
export async function findHolder(sql: Sql, account: string): Promise<LeaseHolder | undefined> {
  const [row] = await sql<(Omit<LeaseHolder, 'processId'> & { name: string | null })[]>`
    select application_name as name, heartbeat_time as "heartbeatTime", ${nowMs(sql)} - heartbeat_time as "silentMs",
      taken_time as "takenTime"
    from pg_locks lock left join pg_stat_activity using (pid)
      left join signalman_leases.leases lease on lease.account = ${account} and lease.backend_pid = lock.pid
    where ${isLockOf(sql, account)}`;
  if (row === undefined) return undefined;
  const { name, ...rest } = row;
  return { processId: processOf(name ?? ''), ...rest };
}

/** Accounts whose lock somebody has. */
export async function heldAccounts(sql: Sql): Promise<readonly string[]> {
  const locks = await sql<{ key: string }[]>`
    select ((classid::bigint << 32) | objid::bigint)::text as key from pg_locks lock where ${isLeaseLock(sql)}`;
  const keys = new Set(locks.map(({ key }) => key));
  const rows = await sql<{ account: string }[]>`select account from signalman_leases.leases order by account`;
  return rows.map(({ account }) => account).filter((account) => keys.has(keyOf(account)));
}

/**
 * Ends the session that has the lock if its last heartbeat is still this one, and with it sessions of the same process
 * that were left in the middle of a transaction: what they have locked nobody else could write.
 */
export async function evict(sql: Sql, account: string, heartbeatTime: number): Promise<void> {
  await sql`
    with holder as (
      select lock.pid, application_name, client_addr
      from pg_locks lock join pg_stat_activity using (pid)
        join signalman_leases.leases lease on lease.backend_pid = lock.pid
      where account = ${account} and heartbeat_time = ${heartbeatTime} and ${isLockOf(sql, account)})
    select pg_terminate_backend(session.pid)
    from holder join pg_stat_activity session on session.pid = holder.pid
      or session.datname = current_database() and session.application_name = holder.application_name
        and session.client_addr is not distinct from holder.client_addr
        and session.state like 'idle in transaction%'
        and session.state_change < clock_timestamp() - interval '8 seconds'`;
}

function keyOf(account: string): string {
  return advisoryKey(`signalman lease ${account}`);
}

function isLockOf(sql: Sql, account: string) {
  return sql`${isLeaseLock(sql)} and ((classid::bigint << 32) | objid::bigint) = ${keyOf(account)}::bigint`;
}

function isLeaseLock(sql: Sql) {
  return sql`locktype = 'advisory' and granted and objsubid = 1
    and lock.database = (select oid from pg_database where datname = current_database())`;
}

function nowMs(sql: Sql) {
  return sql`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`;
}
