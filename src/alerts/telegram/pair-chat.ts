import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../../ports/outcome.ts';
import { readText, updatesSchema, type WrittenText } from './read-update.ts';
import type { TelegramApi } from './telegram-api.ts';

export interface PairOptions {
  readonly api: Pick<TelegramApi, 'call' | 'tell'>;
  /** What somebody has to write who sees the terminal. */
  readonly code: string;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

const POLL_SECONDS = 20;
const POLL_PATIENCE_MS = 30_000;
const AGAIN_MS = 2_000;

/**
 * Waits for the code in any chat and answers there; whatever else is written is passed over without a word. Undefined when the
 * signal ended it.
 */
export async function pairChat({ api, code, signal }: PairOptions): Promise<Outcome<WrittenText | undefined>> {
  let offset = 0;
  while (!signal.aborted) {
    const updates = await api.call(
      'getUpdates',
      { offset, timeout: POLL_SECONDS, allowed_updates: ['message'] },
      updatesSchema,
      { ms: POLL_PATIENCE_MS, signal },
    );
    if (signal.aborted) break;
    if (updates.kind === 'refused' || updates.kind === 'session') return updates;
    if (updates.kind !== 'done') {
      const waitMs = updates.kind === 'throttled' ? updates.retryAfterMs : AGAIN_MS;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      continue;
    }
    for (const update of updates.value) {
      offset = update.update_id + 1;
      const written = readText(update);
      if (written?.text.replaceAll(/\s/g, '') !== code) continue;
      // So that it is not read again by whoever asks next.
      await api.call('getUpdates', { offset, limit: 1, timeout: 0 }, updatesSchema, { signal });
      const { chat: id, topic } = written;
      await api.tell({ id, topic }, `This chat is number ${id}${topic === null ? '' : `, topic ${topic}`}.`);
      return { kind: 'done', value: written };
    }
  }
  return { kind: 'done', value: undefined };
}
