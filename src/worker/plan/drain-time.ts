import type { CallWindow } from '../../ports/call-log.ts';

/** Calls that are wanted at once and may not break these rolling windows. */
export interface Batch {
  readonly calls: number;
  readonly windows: readonly CallWindow[];
}

/** How long the last call waits, in milliseconds, when one batch goes out after the other and each as early as it may. */
export function drainMs(...batches: readonly Batch[]): number {
  const times: number[] = [];
  let last = 0;
  for (const { calls, windows } of batches) {
    for (let call = 0; call < calls; call += 1) {
      for (const { limit, ms } of windows) {
        const before = times[times.length - limit];
        if (before !== undefined) last = Math.max(last, before + ms);
      }
      times.push(last);
    }
  }
  return last;
}
