import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE_MS } from '../core/time.ts';
import type { Logger } from '../logging/logger.ts';

export interface HeartbeatOptions {
  /** Asked every minute while all is well; with `/fail` behind it and the reasons as its body while something is not. */
  readonly url: string;
  /** What is not well; none when all is. */
  readonly ills: () => readonly string[];
  readonly log: Pick<Logger, 'warn'>;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

const PATIENCE_MS = 10_000;

/**
 * Tells a watcher outside (healthchecks.io and its like) that the worker lives, by a way that needs neither database nor
 * Telegram: when it falls silent, or says that Telegram is dead, the watcher tells a person. Resolves when `signal` aborts.
 */
export async function keepHeartbeat({ url, ills, log, signal, everyMs = MINUTE_MS }: HeartbeatOptions): Promise<void> {
  let isHeard = true;
  while (!signal.aborted) {
    const found = ills();
    const failure = await beat(found.length === 0 ? url : `${url.replace(/\/$/, '')}/fail`, found, signal);
    // Whose URL it is must not get into a log: who knows it can speak for the worker.
    if (failure !== null && isHeard && !signal.aborted)
      log.warn({ failure }, 'The heartbeat does not get to its watcher');
    isHeard = failure === null;
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function beat(url: string, ills: readonly string[], stop: AbortSignal): Promise<string | null> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    const answer = await fetch(url, ills.length === 0 ? { signal } : { method: 'POST', body: ills.join('\n'), signal });
    await answer.body?.cancel();
    return answer.ok ? null : `it answers ${answer.status}`;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'it does not answer' : 'it can not be reached';
  }
}
