/**
 * DuckDB as a reader and writer of files: an in-memory database that lives for one call, with bounded memory and
 * threads, no extension from the network, and India Standard Time for times without an offset.
 */
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBMaterializedResult,
  type DuckDBVector,
} from '@duckdb/node-api';
import { DataError } from '../core/errors.ts';

const OPTIONS = {
  threads: '2',
  memory_limit: '1GB',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};

export async function withDuckDb<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const instance = await DuckDBInstance.create(':memory:', OPTIONS);
  try {
    const connection = await instance.connect();
    try {
      await connection.run("SET TimeZone = 'Asia/Kolkata'");
      return await work(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

/** A text as an SQL literal. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A path as an SQL literal; DuckDB would take `*`, `?` and `[` in it for a pattern. */
export function sqlPath(path: string): string {
  return sqlText(path.replaceAll(/[*?[]/g, '[$&]'));
}

export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Runs a statement that reads `path`; what DuckDB says against the file becomes one line about the file. */
export async function readSql(
  connection: DuckDBConnection,
  path: string,
  sql: string,
): Promise<DuckDBMaterializedResult> {
  try {
    return await connection.run(sql);
  } catch (error) {
    throw new DataError(describeFault(path, error instanceof Error ? error.message : String(error)), { cause: error });
  }
}

/** Copies columns of doubles out of a result, once; a null becomes NaN. */
export async function readDoubles(result: DuckDBMaterializedResult): Promise<Float64Array[]> {
  const columns = Array.from({ length: result.columnCount }, () => new Float64Array(result.rowCount));
  let row = 0;
  // The next chunk is fetched off the main thread while this one is copied.
  let next = result.fetchChunk();
  for (;;) {
    const chunk = await next;
    // Each look at `rowCount` is a native call.
    const rows = chunk?.rowCount ?? 0;
    if (chunk === null || rows === 0) return columns;
    next = result.fetchChunk();
    for (const [column, values] of columns.entries()) copyDoubles(chunk.getColumnVector(column), values, row, rows);
    row += rows;
  }
}

function copyDoubles(vector: DuckDBVector, values: Float64Array, start: number, rows: number): void {
  for (let item = 0; item < rows; item++) {
    const value = vector.getItem(item);
    values[start + item] = typeof value === 'number' ? value : Number.NaN;
  }
}

/** The only row of the only column, as text. */
export async function readText(connection: DuckDBConnection, path: string, sql: string): Promise<string> {
  const rows = (await readSql(connection, path, sql)).getChunk(0).getRows();
  return String(rows[0]?.[0] ?? '');
}

function describeFault(path: string, message: string): string {
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const columns = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (line !== undefined && columns) {
    return `${path}: line ${line}: expected ${columns[1]} columns, found ${columns[2]}`;
  }
  const [first = ''] = message.split('\n');
  if (line !== undefined) {
    const why = message
      .split('\n')
      .find((text) => text !== first && text.trim() !== '' && !text.startsWith('Original Line'));
    return `${path}: line ${line}: expected comma-separated text${why === undefined ? '' : `, found: ${why.trim()}`}`;
  }
  if (path.endsWith('.parquet'))
    return `${path}: expected a whole Parquet file, found a damaged or other one: "${first}"`;
  return `${path}: expected a readable file, found: "${first}"`;
}
