/**
 * Columns to a Parquet file (zstd), all or nothing: the file appears under its name when it is whole.
 * The same columns give the same bytes.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BIGINT, DOUBLE, DuckDBDataChunk, type DuckDBType, VARCHAR } from '@duckdb/node-api';
import { DataError } from '../core/errors.ts';
import { sqlName, sqlText, withDuckDb } from './duck-db.ts';

/** A column and how to get its value in a row; whole numbers are stored as 64-bit integers. NaN and null become NULL. */
export type ParquetColumn =
  | { readonly name: string; readonly type: 'double' | 'integer'; readonly at: (row: number) => number | null }
  | { readonly name: string; readonly type: 'text'; readonly at: (row: number) => string };

/** DuckDB's vectors hold so many rows. */
const CHUNK_ROWS = 2_048;
const TYPES: Readonly<Record<ParquetColumn['type'], DuckDBType>> = { double: DOUBLE, integer: BIGINT, text: VARCHAR };

export async function writeParquet(path: string, count: number, columns: readonly ParquetColumn[]): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await withDuckDb(async (connection) => {
      const fields = columns.map((column) => `${sqlName(column.name)} ${TYPES[column.type].toString()}`);
      await connection.run(`CREATE TABLE rows (${fields.join(', ')})`);
      const appender = await connection.createAppender('rows');
      const types = columns.map((column) => TYPES[column.type]);
      for (let start = 0; start < count; start += CHUNK_ROWS) {
        appender.appendDataChunk(chunkOf(columns, types, start, Math.min(CHUNK_ROWS, count - start)));
      }
      appender.closeSync();
      await connection.run('SET threads = 1');
      await connection.run(
        `COPY rows TO ${sqlText(unfinished)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 9, ROW_GROUP_SIZE 131072)`,
      );
    });
    await rename(unfinished, path);
  } catch (error) {
    const [found = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new DataError(`${path}: expected a place where a file can be written, found: ${found}`, { cause: error });
  } finally {
    // Where not even the folder could be made there is nothing to remove.
    await rm(unfinished, { force: true }).catch(() => undefined);
  }
}

function chunkOf(
  columns: readonly ParquetColumn[],
  types: readonly DuckDBType[],
  start: number,
  rows: number,
): DuckDBDataChunk {
  const chunk = DuckDBDataChunk.create(types, rows);
  for (const [index, column] of columns.entries()) {
    const vector = chunk.getColumnVector(index);
    for (let row = 0; row < rows; row++) {
      const value = column.at(start + row);
      if (value === null || Number.isNaN(value)) vector.setItem(row, null);
      else vector.setItem(row, column.type === 'integer' && typeof value === 'number' ? BigInt(value) : value);
    }
    vector.flush();
  }
  return chunk;
}
