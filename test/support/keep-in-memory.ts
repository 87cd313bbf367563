import { statfsSync } from 'node:fs';

const MEMORY = '/dev/shm';
const ENOUGH_BYTES = 4 * 1024 ** 3;

/**
 * Folders of tests lie in memory where there is room for them: what dozens of databases wait for is the disk, and what is
 * killed here are processes, never the machine. A TMPDIR of the caller's own is kept.
 */
export function keepInMemory(): void {
  if (process.env.TMPDIR !== undefined) return;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize >= ENOUGH_BYTES) process.env.TMPDIR = MEMORY;
  } catch {
    // No such thing on this system.
  }
}
