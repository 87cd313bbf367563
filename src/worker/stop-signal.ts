import process from 'node:process';
import { isStartedByNpm } from '../config/env.ts';
import { watchLauncher } from './launcher-watch.ts';

export interface StopSignal {
  readonly signal: AbortSignal;
  /** Hands the signals back to their defaults. */
  dispose(): void;
}

/** Aborts on SIGINT, SIGTERM or the loss of the launcher; a second signal ends the process at once. */
export function listenForStop(say: (line: string) => void): StopSignal {
  const controller = new AbortController();
  const stop = (why: string): void => {
    if (controller.signal.aborted) process.exit(1);
    say(`${why}: stopping (again to stop at once)`);
    controller.abort(why);
  };
  const onInterrupt = (): void => stop('Interrupted');
  const onTerminate = (): void => stop('Asked to stop');
  const unwatch = isStartedByNpm()
    ? watchLauncher(() => {
        if (!controller.signal.aborted) stop('The npm that started this worker is gone');
      })
    : () => {};
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  process.on('SIGHUP', onTerminate);
  return {
    signal: controller.signal,
    dispose() {
      unwatch();
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      process.off('SIGHUP', onTerminate);
    },
  };
}
