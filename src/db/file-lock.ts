/**
 * A lock between processes. The kernel lets go of it when its holder dies, however it dies, which no file with a
 * process id in it can promise. SQLite comes with Node and is used here for its portable file locking alone.
 */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

const SQLITE_BUSY = 5;
const RETRY_MS = 20;

export interface FileLock {
  release(): void;
}

/** Undefined when another process still holds the lock after `waitMs`. */
export async function lockFile(path: string, waitMs: number): Promise<FileLock | undefined> {
  const deadline = performance.now() + waitMs;
  const file = new DatabaseSync(path, { timeout: 0 });
  while (!tryLock(file)) {
    if (performance.now() >= deadline) {
      file.close();
      return undefined;
    }
    await sleep(RETRY_MS);
  }
  return { release: () => file.close() };
}

function tryLock(file: DatabaseSync): boolean {
  try {
    file.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    file.close();
    throw error;
  }
}
