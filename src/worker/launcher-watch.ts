import process from 'node:process';

const LOOK_EVERY_MS = 500;

/**
 * Calls back once when the process that started us is gone: `npm start` killed outright must not leave a worker behind
 * that nobody sees. A worker whose parent is the init process from the start has no launcher to lose.
 */
export function watchLauncher(onGone: () => void): () => void {
  const launcher = process.ppid;
  if (launcher === 1) return () => {};
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
