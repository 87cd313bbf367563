import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openEmbeddedPostgres } from '../../src/db/embedded-postgres.ts';
import { connectSql, errorCode } from '../../src/db/sql.ts';
import { newStateFolder, processOfSchema, testStateFolder } from './test-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The embedded server that all test files share. */
    databaseUrl: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await openEmbeddedPostgres({ stateFolder: testStateFolder(), role: 'vitest', log: () => {} });
  await dropAbandonedSchemas(server.url);
  await makeNewState();
  project.provide('databaseUrl', server.url);
  return () => server.release();
}

async function makeNewState(): Promise<void> {
  const whole = newStateFolder();
  if (existsSync(whole)) return;
  const partial = `${whole}.${process.pid}`;
  mkdirSync(partial);
  // The database's own user enters it.
  chmodSync(partial, 0o755);
  const server = await openEmbeddedPostgres({ stateFolder: join(partial, 'postgres'), role: 'vitest', log: () => {} });
  await server.release();
  // Another run may have been faster.
  if (existsSync(whole)) rmSync(partial, { recursive: true });
  else renameSync(partial, whole);
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
