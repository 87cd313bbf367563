import postgres from 'postgres';

/** 64-bit integers and decimals come back as numbers: paise, times and prices all stay far below 2^53. Days are texts. */
const TYPES = {
  int8: { to: 20, from: [20], serialize: String, parse: Number },
  numeric: { to: 1700, from: [1700], serialize: String, parse: Number },
  date: { to: 1082, from: [1082], serialize: String, parse: String },
};

/** The driver as all of `db` uses it. */
export type Sql = postgres.Sql<{ int8: number; numeric: number; date: string }>;
/** One connection of it, kept until it is let go. */
export type Session = postgres.ReservedSql<{ int8: number; numeric: number; date: string }>;
/** A transaction on it. */
export type Transaction = postgres.TransactionSql<{ int8: number; numeric: number; date: string }>;

export interface SqlOptions {
  readonly connections: number;
  readonly onClose?: () => void;
  /** Between tries to connect; left out: longer each time, up to many seconds. */
  readonly retrySeconds?: number;
}

export function connectSql(url: string, options: SqlOptions): Sql {
  return postgres(url, {
    types: TYPES,
    max: options.connections,
    connect_timeout: 10,
    // The default ends connections at random after half an hour, a session's locks with them.
    max_lifetime: null,
    onnotice: () => {},
    ...(options.onClose ? { onclose: options.onClose } : {}),
    ...(options.retrySeconds === undefined ? {} : { backoff: () => options.retrySeconds ?? 0 }),
  });
}

/** PostgreSQL's error code or the socket's; undefined for an error of another kind. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The value itself was refused (a constraint, a number out of range): sending it again can not help. */
export function isRefusedData(error: unknown): boolean {
  return /^2[23]/.test(errorCode(error) ?? '');
}

/** Of the driver, of sockets, and of a server that stops, starts or is full; anything else would come again. */
const AWAY =
  /^(?:CONNECTION_|CONNECT_TIMEOUT$|E(?:CONN|PIPE|TIMEDOUT|HOST|NET|NOTFOUND|AI_AGAIN)|08|57P0[1235]$|53300$)/;

/** The database could not be reached or broke off: the same may work later. What was asked may have been done. */
export function isAway(error: unknown): boolean {
  return AWAY.test(errorCode(error) ?? '');
}
