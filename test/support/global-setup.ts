import type { TestProject } from 'vitest/node';
import { openEmbeddedPostgres } from '../../src/db/embedded-postgres.ts';
import { connectSql, errorCode } from '../../src/db/sql.ts';
import { processOfSchema, testStateFolder } from './test-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The embedded server that all test files share. */
    databaseUrl: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await openEmbeddedPostgres({ stateFolder: testStateFolder(), role: 'vitest', log: () => {} });
  await dropAbandonedSchemas(server.url);
  project.provide('databaseUrl', server.url);
  return () => server.release();
}

async function dropAbandonedSchemas(url: string): Promise<void> {
  const sql = connectSql(url, { connections: 1 });
  const schemas = await sql<{ name: string }[]>`select schema_name as name from information_schema.schemata`;
  for (const { name } of schemas) {
    const pid = processOfSchema(name);
    if (pid !== undefined && !isAlive(pid)) await sql`drop schema if exists ${sql(name)} cascade`;
  }
  await sql.end();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
