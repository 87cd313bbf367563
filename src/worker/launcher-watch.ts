import { readFileSync } from 'node:fs';
import process from 'node:process';

const LOOK_EVERY_MS = 250;

/**
 * Calls back once when the npm that started us is gone: `npm start` killed outright must not leave a worker behind that
 * nobody sees. npm starts us through a shell, so its loss shows one generation up. Only for a worker that npm started:
 * one that was put into the background by hand outlives its shell on purpose.
 */
export function watchLauncher(onGone: () => void): () => void {
  const launchers = launcherPids();
  const timer = setInterval(() => {
    if (launcherPids() === launchers) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Parent and grandparent; an orphan's parent is another process than the one that started it. */
function launcherPids(): string {
  const parent = process.ppid;
  return `${parent} ${parentOf(parent) ?? ''}`;
}

/** Undefined where there is no `/proc`. */
function parentOf(pid: number): string | undefined {
  try {
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
