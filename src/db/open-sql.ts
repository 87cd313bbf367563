/**
 * The way to PostgreSQL without anything above the driver: what reads or writes much and starts often does with it, since
 * loading the mapper costs half a second and 200 MB.
 *
 * Entry point: `openSql`. Invariants: an open database is reachable and migrated; no message holds a password.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, UnavailableError } from '../core/errors.ts';
import { addressOf, connectionUrl, parseDatabaseUrl } from './connection-url.ts';
import { openEmbeddedPostgres } from './embedded-postgres.ts';
import { migrate } from './migrate.ts';
import { connectSql, errorCode, type Sql } from './sql.ts';

/** Where `history` keeps candles, and what is of no account. */
export const HISTORY_SCHEMA = 'signalman';
export const CONNECTIONS = 10;
const START_WAIT_MS = 10_000;
const END_WAIT_SECONDS = 0.6;
/** The server is there but still starting, or just restarting. */
const SOON = new Set(['57P03', '57P01', 'CONNECTION_CLOSED']);

export interface DatabaseOptions {
  /** DATABASE_URL; the embedded server when undefined. */
  readonly url?: string | undefined;
  /** The project's state folder; the embedded server lives in `postgres` under it. */
  readonly stateFolder: string;
  /** A name, or how to find it by what there is on the server. */
  readonly schema?: string | ((sql: Sql) => Promise<string>) | undefined;
  /** What this process is to the database, e.g. `worker`; part of the connections' name. */
  readonly role: string;
  readonly log?: ((line: string) => void) | undefined;
}

export interface OpenSql {
  /** Everything a driver needs: server, user, password, database, schema and application name. */
  readonly url: string;
  readonly schema: string;
  readonly sql: Sql;
  /** Starts the embedded server again when it is gone. Of a server of somebody else's it changes nothing. */
  revive(): Promise<void>;
  /** Ends the connections and, when nobody else uses it, the embedded server. */
  close(): Promise<void>;
}

export async function openSql(options: DatabaseOptions): Promise<OpenSql> {
  const { url: given, stateFolder, schema: wanted = HISTORY_SCHEMA, role, log = () => {} } = options;
  if (typeof wanted === 'string') checkSchemaName(wanted);
  const embedded =
    given === undefined
      ? await openEmbeddedPostgres({ stateFolder: join(stateFolder, 'postgres'), role, log })
      : undefined;
  const server = parseDatabaseUrl(embedded?.url ?? given ?? '');
  let sql: Sql | undefined;
  const close = async (): Promise<void> => {
    await sql?.end({ timeout: END_WAIT_SECONDS });
    await embedded?.release();
  };
  try {
    const schema = typeof wanted === 'string' ? wanted : await lookForSchema(server, role, wanted);
    const url = connectionUrl(server, role, schema);
    sql = connectSql(url, { connections: CONNECTIONS });
    await reach(sql);
    const applied = await migrate(sql, schema);
    if (applied.length > 0) log(`applied to schema "${schema}": ${applied.join(', ')}`);
    return { url, schema, sql, revive: async () => embedded?.revive(), close };
  } catch (error) {
    await close();
    throw explain(error, server);
  }
}

async function lookForSchema(server: URL, role: string, find: (sql: Sql) => Promise<string>): Promise<string> {
  const sql = connectSql(connectionUrl(server, role, HISTORY_SCHEMA), { connections: 1 });
  try {
    await reach(sql);
    const schema = await find(sql);
    checkSchemaName(schema);
    return schema;
  } finally {
    await sql.end({ timeout: END_WAIT_SECONDS });
  }
}

export function checkSchemaName(schema: string): void {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema) && !schema.startsWith('pg_')) return;
  throw new ConfigError(`Expected a schema name of lower-case letters, digits and "_", found "${schema}".`);
}

async function reach(sql: Sql): Promise<void> {
  const deadline = performance.now() + START_WAIT_MS;
  for (;;) {
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      if (!SOON.has(errorCode(error) ?? '') || performance.now() > deadline) throw error;
      await sleep(200);
    }
  }
}

/** One clear line, with host and port and never the password. */
function explain(cause: unknown, server: URL): unknown {
  const { host, port, user, database } = addressOf(server);
  const at = `${host}:${port}`;
  const why = cause instanceof Error ? cause.message || String(errorCode(cause)) : String(cause);
  switch (errorCode(cause)) {
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case 'CONNECT_TIMEOUT':
    case 'ECONNRESET':
    case 'CONNECTION_CLOSED':
    case '57P03':
    case '53300':
      return new UnavailableError(
        `No database at ${at}: ${why}. Start it, or unset DATABASE_URL to use the embedded one.`,
        { cause },
      );
    case '28P01':
    case '28000':
      return new ConfigError(`The database at ${at} refused user "${user}": check user and password in DATABASE_URL.`, {
        cause,
      });
    case '3D000':
      return new ConfigError(`The server at ${at} has no database "${database}": create it or correct DATABASE_URL.`, {
        cause,
      });
    case '42501':
      return new ConfigError(`User "${user}" may not do this in database "${database}" at ${at}: ${why}.`, { cause });
    default:
      return cause;
  }
}
