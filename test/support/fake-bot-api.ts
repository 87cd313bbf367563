/**
 * A Bot API server on loopback, as far as the worker uses one: long polling with offsets, messages kept in the order in which
 * they came, faults on demand. Entry point: `startFakeBotApi`.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { freePort } from '../../src/db/free-port.ts';

export interface SentMessage {
  readonly messageId: number;
  readonly chat: number;
  readonly topic: number | null;
  readonly text: string;
  readonly isSilent: boolean;
  readonly buttons: readonly { readonly text: string; readonly data: string }[];
  /** `performance.now()` when it came. */
  readonly time: number;
}

export interface BotCall {
  readonly method: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Of a call; `count` calls see it, all of them when it is left out. */
export type BotFault =
  | { readonly kind: 'throttled'; readonly retryAfter: number }
  | { readonly kind: 'error'; readonly code: number; readonly description: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'reset' }
  /** Carried out, but the answer is lost, or never comes. */
  | { readonly kind: 'lost-answer' }
  | { readonly kind: 'unanswered' };

export interface FakeBotApi {
  readonly url: string;
  readonly token: string;
  readonly calls: readonly BotCall[];
  readonly messages: readonly SentMessage[];
  readonly photos: readonly { readonly chat: number; readonly png: Buffer }[];
  /** Without `update_id`: it gets the next one. */
  push(update: Readonly<Record<string, unknown>>): number;
  /** Of calls of the method, or of all. */
  fault(fault: BotFault, on?: { readonly method?: string; readonly count?: number }): void;
  calm(): void;
  /** Nobody listens at the address, until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

interface Standing {
  readonly fault: BotFault;
  readonly method: string | undefined;
  left: number;
}

const TOKEN = '123456789:AAFakeTokenOfATestThatNobodyMaySee00';

export async function startFakeBotApi({ token = TOKEN }: { readonly token?: string } = {}): Promise<FakeBotApi> {
  const calls: BotCall[] = [];
  const messages: SentMessage[] = [];
  const photos: { readonly chat: number; readonly png: Buffer }[] = [];
  const updates: Record<string, unknown>[] = [];
  let standing: Standing[] = [];
  let nextUpdate = 1;
  let nextMessage = 1;
  const wake: (() => void)[] = [];
  const wakeAll = (): void => {
    for (const each of wake.splice(0)) each();
  };

  const methods: Readonly<Record<string, (payload: Record<string, unknown>) => unknown>> = {
    getMe: () => ({
      id: Number(token.split(':')[0]),
      is_bot: true,
      first_name: 'signalman',
      username: 'signalman_bot',
    }),
    setMyCommands: () => true,
    answerCallbackQuery: () => true,
    sendMessage: (payload) => {
      const markup = payload.reply_markup as
        | { inline_keyboard?: { text: string; callback_data: string }[][] }
        | undefined;
      const message = {
        messageId: nextMessage,
        chat: Number(payload.chat_id),
        topic: (payload.message_thread_id as number | undefined) ?? null,
        text: String(payload.text),
        isSilent: payload.disable_notification === true,
        buttons: (markup?.inline_keyboard ?? []).flat().map(({ text, callback_data: data }) => ({ text, data })),
        time: performance.now(),
      };
      if (message.text === '' || message.text.length > 4_096) return refusal('Bad Request: message is too long');
      nextMessage += 1;
      messages.push(message);
      return {
        message_id: message.messageId,
        date: 0,
        chat: { id: message.chat, type: 'private' },
        text: message.text,
      };
    },
    sendPhoto: ({ chat_id: chat, photo }) => {
      if (!Buffer.isBuffer(photo)) return refusal('Bad Request: there is no photo in the request');
      photos.push({ chat: Number(chat), png: photo });
      nextMessage += 1;
      return { message_id: nextMessage - 1, date: 0, chat: { id: Number(chat) } };
    },
    editMessageText: (payload) => ({ message_id: payload.message_id, date: 0, chat: { id: payload.chat_id } }),
  };

  async function answer(method: string, payload: Record<string, unknown>, response: ServerResponse): Promise<void> {
    calls.push({ method, payload });
    const struck = standing.find((each) => each.left > 0 && (each.method === undefined || each.method === method));
    if (struck !== undefined) {
      struck.left -= 1;
      if (strike(struck.fault, response)) return;
    }
    const result = method === 'getUpdates' ? await take(payload, response) : methods[method]?.(payload);
    if (struck?.fault.kind === 'unanswered') return;
    if (struck?.fault.kind === 'lost-answer') {
      response.destroy();
      return;
    }
    if (result instanceof Refusal)
      reply(response, 400, { ok: false, error_code: 400, description: result.description });
    else if (result === undefined) reply(response, 404, { ok: false, error_code: 404, description: 'Not Found' });
    else reply(response, 200, { ok: true, result });
  }

  async function take(payload: Record<string, unknown>, response: ServerResponse): Promise<unknown> {
    const offset = Number(payload.offset ?? 0);
    while (updates.length > 0 && Number(updates[0]?.update_id) < offset) updates.shift();
    if (updates.length === 0 && Number(payload.timeout ?? 0) > 0) {
      await new Promise<void>((resolve) => {
        wake.push(resolve);
        response.once('close', () => resolve());
        setTimeout(resolve, Number(payload.timeout) * 1_000).unref();
      });
    }
    return updates.slice(0, Number(payload.limit ?? 100));
  }

  const server = createServer((request, response) => {
    void readBody(request).then(async (payload) => {
      const [, given, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
      if (given === token) await answer(method, payload, response);
      else reply(response, 401, { ok: false, error_code: 401, description: 'Unauthorized' });
    });
  });
  // Nobody else gets it while the server is down.
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const down = async (): Promise<void> => {
    if (!server.listening) return;
    wakeAll();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return {
    ...{ url: `http://127.0.0.1:${port}`, token, calls, messages, photos, down, close: down },
    push(update) {
      const id = nextUpdate;
      nextUpdate += 1;
      updates.push({ update_id: id, ...update });
      wakeAll();
      return id;
    },
    fault(fault, { method, count = Number.POSITIVE_INFINITY } = {}) {
      standing.push({ fault, method, left: count });
    },
    calm() {
      standing = [];
    },
    async up() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}

class Refusal {
  readonly description: string;

  constructor(description: string) {
    this.description = description;
  }
}

function refusal(description: string): Refusal {
  return new Refusal(description);
}

/** True when nothing else is to be done. */
function strike(fault: BotFault, response: ServerResponse): boolean {
  switch (fault.kind) {
    case 'throttled':
      reply(response, 429, {
        ...{ ok: false, error_code: 429, description: `Too Many Requests: retry after ${fault.retryAfter}` },
        parameters: { retry_after: fault.retryAfter },
      });
      return true;
    case 'error':
      reply(response, fault.code, { ok: false, error_code: fault.code, description: fault.description });
      return true;
    case 'reset':
      response.destroy();
      return true;
    case 'silent':
      return true;
    case 'lost-answer':
    case 'unanswered':
      return false;
  }
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const boundary = /boundary="?([^";]+)/.exec(request.headers['content-type'] ?? '')?.[1];
  if (boundary !== undefined) return readParts(body, boundary);
  return body.length === 0 ? {} : JSON.parse(body.toString());
}

/** Of multipart/form-data, by name: files as they are, all else as text. */
function readParts(body: Buffer, boundary: string): Record<string, unknown> {
  const parts: Record<string, unknown> = {};
  const mark = Buffer.from(`--${boundary}`);
  for (let begin = body.indexOf(mark); begin !== -1; ) {
    const end = body.indexOf(mark, begin + mark.length);
    if (end === -1) break;
    const part = body.subarray(begin + mark.length + 2, end - 2);
    const head = part.indexOf('\r\n\r\n');
    const headers = part.subarray(0, head).toString();
    const name = /name="([^"]+)"/.exec(headers)?.[1];
    const content = part.subarray(head + 4);
    if (name !== undefined) parts[name] = /filename=/.test(headers) ? content : content.toString();
    begin = end;
  }
  return parts;
}

function reply(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
