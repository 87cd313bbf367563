import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/db/database.ts';
import { testSchemaName, testStateFolder } from './test-server.ts';

export interface TestDatabase {
  readonly database: Database;
  readonly schema: string;
  /** Drops the schema and ends the connections. */
  close(): Promise<void>;
}

/** A migrated database of its own for one test file: a schema on the server that all test files share. */
export async function testDatabase(role = 'test'): Promise<TestDatabase> {
  const schema = testSchemaName(randomBytes(4).toString('hex'));
  const url = inject('databaseUrl');
  const database = await openDatabase({ url, stateFolder: testStateFolder(), schema, role });
  return {
    database,
    schema,
    async close() {
      await database.sql`drop schema if exists ${database.sql(schema)} cascade`;
      await database.close();
    },
  };
}
