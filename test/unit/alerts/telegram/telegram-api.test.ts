import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { TelegramApi } from '../../../../src/alerts/telegram/telegram-api.ts';
import { type FakeBotApi, startFakeBotApi } from '../../../support/fake-bot-api.ts';

const message = z.object({ message_id: z.int() });
let server: FakeBotApi;
let api: TelegramApi;

beforeEach(async () => {
  server = await startFakeBotApi();
  api = new TelegramApi({ token: server.token, apiRoot: server.url });
});
afterEach(() => server.close());

const send = (ms?: number) =>
  api.call('sendMessage', { chat_id: 7, text: 'hello' }, message, ms === undefined ? {} : { ms });

it('sends and reads the answer', async () => {
  expect(await send()).toEqual({ kind: 'done', value: { message_id: 1 } });
  expect(server.messages[0]).toMatchObject({ chat: 7, text: 'hello' });
});

it('waits as long as it is told to', async () => {
  server.fault({ kind: 'throttled', retryAfter: 7 });
  expect(await send()).toEqual({ kind: 'throttled', retryAfterMs: 7_000 });
});

it.each([
  [{ kind: 'error', code: 502, description: 'Bad Gateway' }, 'transient'],
  [{ kind: 'error', code: 401, description: 'Unauthorized' }, 'session'],
  [{ kind: 'error', code: 403, description: 'Forbidden: bot was blocked by the user' }, 'refused'],
  [{ kind: 'error', code: 409, description: 'Conflict: terminated by other getUpdates request' }, 'refused'],
  [{ kind: 'reset' }, 'transient'],
  [{ kind: 'silent' }, 'transient'],
] as const)('tells %j as %s', async (fault, kind) => {
  server.fault(fault);
  expect((await send(300)).kind).toBe(kind);
});

it('says the code of a refusal', async () => {
  server.fault({ kind: 'error', code: 403, description: 'Forbidden: bot was blocked by the user' });
  expect(await send()).toEqual({ kind: 'refused', code: '403', reason: 'Forbidden: bot was blocked by the user' });
});

it('takes an answer of another shape for none', async () => {
  const outcome = await api.call('getMe', {}, message);
  expect(outcome).toMatchObject({ kind: 'transient', reason: expect.stringContaining('getMe') });
});

it('keeps the token out of every reason', async () => {
  const reasons: unknown[] = [];
  for (const fault of [
    { kind: 'reset' },
    { kind: 'silent' },
    { kind: 'error', code: 500, description: 'x' },
  ] as const) {
    server.calm();
    server.fault(fault);
    reasons.push(await send(200));
  }
  await server.close();
  reasons.push(await send(200));
  server = await startFakeBotApi();
  reasons.push(
    await new TelegramApi({ token: 'wrong:token-that-nobody-may-see', apiRoot: server.url }).call('getMe', {}, message),
  );
  expect(reasons).toHaveLength(5);
  expect(JSON.stringify(reasons)).not.toMatch(/AAFakeToken|nobody-may-see/);
});
