/**
 * Calls to the Bot API with their outcomes as values (https://core.telegram.org/bots/api#making-requests), through a proxy
 * where there is one. Neither the token nor the proxy's password gets into a reason.
 *
 * Entry point: `TelegramApi`. `refused`: the API understood and said no, its `error_code` is the code; `throttled`: too many
 * messages, with its own `retry_after`; `session`: the token is not (or no longer) one of a bot; `transient`: it did not
 * answer, and a message may have been sent all the same.
 */
import { Telegram, TelegramError } from 'telegraf';
import { z } from 'zod';
import type { Outcome } from '../../ports/outcome.ts';
import { PROXY_FAILED, proxyAgent } from './proxy-agent.ts';

export interface TelegramAccess {
  readonly token: string;
  /** The Bot API's own server, or one's own in its place. */
  readonly apiRoot: string;
  /** Where all calls go through, as a URL that may hold a password; null: straight there. */
  readonly proxy?: string | null;
}

/** What it takes to be sent a message; a topic of a group is a thread of its own. */
export interface TelegramChat {
  readonly id: number;
  readonly topic: number | null;
}

const PATIENCE_MS = 20_000;
/** Without a word of how long: as long as the API asks for most often. */
const THROTTLE_MS = 5_000;

/** What the HTTP client puts before the reason of a request that failed. */
const REASON = 'reason: ';

const sentSchema = z.object({ message_id: z.int() });

export class TelegramApi {
  readonly #telegram: Telegram;
  readonly #token: string;

  constructor({ token, apiRoot, proxy = null }: TelegramAccess) {
    this.#telegram = new Telegram(token, { apiRoot });
    // Not as an option of the constructor, which drops it where the root is one of http.
    if (proxy !== null) this.#telegram.options.agent = proxyAgent(proxy);
    this.#token = token;
  }

  async call<T>(
    method: Parameters<Telegram['callApi']>[0],
    payload: object,
    schema: z.ZodType<T>,
    patience: { readonly ms?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Outcome<T>> {
    const { ms = PATIENCE_MS, signal } = patience;
    const late = AbortSignal.timeout(ms);
    try {
      // The payload of a method is checked by the API itself, which says what it expected.
      const answer = await this.#telegram.callApi(method, payload as never, {
        signal: (signal === undefined ? late : AbortSignal.any([late, signal])) as never,
      });
      const parsed = schema.safeParse(answer);
      return parsed.success
        ? { kind: 'done', value: parsed.data }
        : { kind: 'transient', reason: `Telegram answered "${method}" in another shape than expected` };
    } catch (error) {
      return this.#outcomeOf(error, method);
    }
  }

  /** A message of at most 4,096 characters; plain text unless `parse_mode` says otherwise. */
  tell({ id, topic }: TelegramChat, text: string, looks: object = {}): Promise<Outcome<unknown>> {
    const where = topic === null ? {} : { message_thread_id: topic };
    return this.call('sendMessage', { chat_id: id, text, ...where, ...looks }, sentSchema);
  }

  /** A picture (PNG). */
  show({ id, topic }: TelegramChat, png: Uint8Array, looks: object = {}): Promise<Outcome<unknown>> {
    const where = topic === null ? {} : { message_thread_id: topic };
    const photo = { source: Buffer.from(png) };
    return this.call('sendPhoto', { chat_id: id, photo, ...where, ...looks }, sentSchema);
  }

  #outcomeOf(error: unknown, method: string): Exclude<Outcome<never>, { kind: 'done' }> {
    const message = error instanceof Error ? error.message : String(error);
    const reason = message.replaceAll(this.#token, '[token]');
    if (error instanceof Error && 'code' in error && error.code === PROXY_FAILED) {
      return { kind: 'transient', reason: reason.slice(reason.indexOf(REASON) + REASON.length) };
    }
    if (!(error instanceof TelegramError)) {
      return { kind: 'transient', reason: `Telegram did not answer "${method}": ${reason}` };
    }
    const { code, description } = error;
    if (code === 429) {
      const seconds = error.parameters?.retry_after;
      return { kind: 'throttled', retryAfterMs: seconds === undefined ? THROTTLE_MS : seconds * 1_000 };
    }
    if (code >= 500) return { kind: 'transient', reason: `Telegram is in trouble: ${description}` };
    // For a token that it does not know it has no such address.
    if (code === 401 || code === 404)
      return { kind: 'session', reason: `Telegram does not take the token: ${description}` };
    return { kind: 'refused', code: String(code), reason: description };
  }
}
