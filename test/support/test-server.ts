import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashHex } from '../../src/core/hash.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * State folder of the one server that all test runs of this checkout and user share. It is kept: the next run starts in a
 * fraction of the time, and finds and stops a server that a killed run left behind.
 */
export function testStateFolder(): string {
  const user = process.getuid?.() ?? 'user';
  const folder = join(tmpdir(), `signalman-test-${user}-${hashHex(PROJECT).slice(0, 8)}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A state folder whose server is set up and was never used, to be copied: setting one up takes longer than most tests. */
export function newStateFolder(): string {
  return `${testStateFolder()}-new`;
}

/** The schema of one test file; it names the process, so that what a killed one left can be told from what is in use. */
export function testSchemaName(unique: string): string {
  return `test_${process.pid}_${unique}`;
}

/** The process that made a test schema; undefined for any other schema. */
export function processOfSchema(schema: string): number | undefined {
  const match = /^test_(\d+)_/.exec(schema);
  return match ? Number(match[1]) : undefined;
}
