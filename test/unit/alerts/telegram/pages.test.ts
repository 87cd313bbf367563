import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { BotCommand, ControlDesk } from '../../../../src/alerts/telegram/control/bot-command.ts';
import { Control } from '../../../../src/alerts/telegram/control/control.ts';
import { Guard } from '../../../../src/alerts/telegram/control/guard.ts';
import { pageOf, readPagePress } from '../../../../src/alerts/telegram/control/pages.ts';
import { TelegramApi } from '../../../../src/alerts/telegram/telegram-api.ts';
import { bold, plain, writeMessages } from '../../../../src/alerts/telegram/write-messages.ts';
import { startFakeBotApi } from '../../../support/fake-bot-api.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const rows = (count: number) => [bold('Orders'), ...Array.from({ length: count }, (_, index) => plain(`row ${index}`))];
const [VIEWER, STRANGER] = [11, 99];

test('what fits on one page has no buttons', () => {
  expect(pageOf(rows(25), 0, 'orders', [])).toEqual({ lines: rows(25), buttons: [] });
  expect(pageOf([], 0, 'orders', [])).toEqual({ lines: [], buttons: [] });
});

test('pages hold every line once, in order, each in one message, and their buttons lead to one another', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 400 }), { maxLength: 120 }), (texts) => {
      const lines = [bold('Orders'), ...texts.map(plain)];
      const seen: string[] = [];
      for (let number = 0, isLast = false; !isLast; number += 1) {
        const page = pageOf(lines, number, 'orders', ['today']);
        if (page === null) throw new Error('The button can carry so little');
        expect(writeMessages(page.lines)).toHaveLength(1);
        seen.push(...page.lines.slice(1).map(({ text }) => text));
        const more = page.buttons.find(({ text }) => text.startsWith('more'));
        const next = more && readPagePress(more.callback_data);
        if (next) expect(next).toEqual({ number: number + 1, asked: { name: 'orders', bot: null, args: ['today'] } });
        isLast = more === undefined;
      }
      expect(seen).toEqual(texts);
    }),
  );
});

test('a page that is not there any more is the last one; what no button can carry is not paged', () => {
  const last = pageOf(rows(30), 9, 'orders', []);
  expect(last?.lines.map(({ text }) => text).slice(0, 2)).toEqual(['Orders (page 2 of 2)', 'row 25']);
  expect(pageOf(rows(30), 0, 'quote', ['ß'.repeat(30)])).toBeNull();
});

test.each(['y:abc', 'p:', 'p:1:', 'p:x:/orders', 'p:1:orders', 'p:99999:/orders', ''])('"%s" is no page', (data) => {
  expect(readPagePress(data)).toBeUndefined();
});

async function open() {
  const server = await startFakeBotApi();
  onTestFinished(() => server.close());
  let count = 60;
  let settings = 0;
  const command = (name: string, changes: Partial<BotCommand>): BotCommand => ({
    ...{ name, role: 'viewer', usage: '', summary: name, isSafety: false },
    run: async () => ({ kind: 'lines', lines: rows(count), facts: null }),
    ...changes,
  });
  const control = new Control({
    api: new TelegramApi({ token: server.token, apiRoot: server.url }),
    guard: new Guard({
      ...{ users: [{ id: VIEWER, role: 'viewer' }], chats: [-5], onStranger: () => undefined },
      onIntruder: () => undefined,
    }),
    commands: [
      command('orders', { isPaged: true }),
      command('logs', { isPaged: true, role: 'owner' }),
      command('settings', {
        run: async () => {
          settings += 1;
          return { kind: 'lines', lines: rows(1), facts: null };
        },
      }),
    ],
    botName: () => null,
    desk: {} as ControlDesk,
    confirmations: { ask: async () => undefined, take: async () => ({ kind: 'unknown' }) },
    makeNonce: () => 'nonce',
    clock: new ManualClock(0),
  });
  const write = (text: string) =>
    control.take({ message: { chat: { id: VIEWER }, from: { id: VIEWER }, date: 0, text } });
  const press = (data: string, user = VIEWER) =>
    control.take({
      callback_query: { id: '1', data, from: { id: user }, message: { message_id: 5, chat: { id: user } } },
    });
  const edits = () => server.calls.filter(({ method }) => method === 'editMessageText').map(({ payload }) => payload);
  return {
    ...{ server, control, write, press, edits, setCount: (to: number) => (count = to), settings: () => settings },
  };
}

test('a long answer is leafed through in its place, made anew each time', async () => {
  const { server, write, press, edits, setCount } = await open();
  await write('/orders today');
  const [first] = server.messages;
  expect(first?.text.split('\n').at(0)).toBe('<b>Orders (page 1 of 3)</b>');
  expect(first?.buttons).toEqual([{ text: 'more »', data: 'p:1:/orders today' }]);
  setCount(40);
  await press('p:1:/orders today');
  expect(edits()).toMatchObject([
    { message_id: 5, text: expect.stringMatching(/^<b>Orders \(page 2 of 2\)<\/b>\nrow 25\n/) },
  ]);
});

test('pages are for those who may see them, of commands that only look', async () => {
  const { server, press, edits, settings } = await open();
  await press('p:1:/orders', STRANGER);
  expect(server.calls).toEqual([]);
  await press('p:1:/logs');
  await press('p:1:/settings trade off');
  await press('p:1:/nothing');
  expect(edits()).toEqual([]);
  expect(settings()).toBe(0);
  const notes = server.calls.filter(({ method }) => method === 'answerCallbackQuery');
  expect(notes.map(({ payload }) => payload.text)).toEqual(Array(3).fill('Nothing is known of this button'));
});

test('each user has a menu of what they may, alone with the bot and in groups', async () => {
  const { server, control } = await open();
  await control.publishMenus([{ id: VIEWER, role: 'viewer' }], [-5]);
  const menus = server.calls.filter(({ method }) => method === 'setMyCommands').map(({ payload }) => payload);
  expect(menus.map(({ scope }) => scope)).toEqual([
    { type: 'chat', chat_id: VIEWER },
    { type: 'chat_member', chat_id: -5, user_id: VIEWER },
  ]);
  for (const { commands } of menus) expect(commands).toMatchObject([{ command: 'orders' }, { command: 'settings' }]);
});
