import { afterEach, beforeEach, expect, it } from 'vitest';
import { Messenger } from '../../../../src/alerts/telegram/messenger.ts';
import { TelegramApi, type TelegramChat } from '../../../../src/alerts/telegram/telegram-api.ts';
import { ALERT_KINDS, type Alert, type AlertKind } from '../../../../src/core/alert.ts';
import { type AlertWishes, NO_WISHES } from '../../../../src/ports/message-book.ts';
import { type FakeBotApi, startFakeBotApi } from '../../../support/fake-bot-api.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const TIME = Date.parse('2026-11-18T09:20:01+05:30');
const ASHA: TelegramChat = { id: 7, topic: null };
const GROUP: TelegramChat = { id: -100, topic: 3 };
let server: FakeBotApi;

beforeEach(async () => {
  server = await startFakeBotApi();
});
afterEach(() => server.close());

function alert(key: string, changes: Partial<Alert> = {}): Alert {
  return { key, kind: 'fill', level: 'info', text: `text of ${key}`, time: TIME, ...changes };
}

interface OpenOptions {
  readonly chats?: readonly TelegramChat[];
  readonly off?: readonly AlertKind[];
  readonly silent?: readonly AlertKind[];
  readonly pictureOf?: (alert: Alert) => Promise<Uint8Array | null>;
}

function open(alerts: readonly Alert[], { chats = [ASHA], off = [], silent = [], pictureOf }: OpenOptions = {}) {
  const clock = new ManualClock(TIME);
  const waiting = new Map<string, Alert[]>();
  const troubles: string[] = [];
  let wishes = NO_WISHES;
  const add = (each: readonly Alert[]): void => {
    for (const { id, topic } of chats) {
      const name = topic === null ? `${id}` : `${id}/${topic}`;
      waiting.set(name, [...(waiting.get(name) ?? []), ...each]);
    }
  };
  add(alerts);
  const end = async (chat: string, keys: readonly string[]): Promise<void> => {
    waiting.set(
      chat,
      (waiting.get(chat) ?? []).filter(({ key }) => !keys.includes(key)),
    );
  };
  const settings = Object.fromEntries(
    ALERT_KINDS.map((kind) => [kind, off.includes(kind) ? 'off' : silent.includes(kind) ? 'silent' : 'on']),
  ) as Record<AlertKind, 'on' | 'silent' | 'off'>;
  const messenger = new Messenger({
    api: new TelegramApi({ token: server.token, apiRoot: server.url }),
    book: {
      ...{ wishes: async () => wishes, setWishes: async () => undefined },
      pending: async (chat, most) => (waiting.get(chat) ?? []).slice(0, most),
      markSent: end,
      markRefused: end,
    },
    ...{ clock, chats, settings, pictureOf, onTrouble: (text) => troubles.push(text) },
  });
  const wish = (wanted: AlertWishes): void => {
    wishes = wanted;
  };
  return { messenger, clock, add, waiting, troubles, wish };
}

const texts = (): string[] => server.messages.map(({ text }) => text);

it('tells what has gathered in one message, in its order', async () => {
  const { messenger, waiting } = open([alert('a'), alert('b', { level: 'critical', text: 'M&M <lost>' })]);
  expect(await messenger.deliver()).toEqual({ kind: 'done' });
  expect(texts()).toEqual(['09:20:01 text of a\n<b>09:20:01 🔴 M&amp;M &lt;lost&gt;</b>']);
  expect(waiting.get('7')).toEqual([]);
});

it('sends a chat a message a second, and one in a group every three', async () => {
  const { messenger, clock, add } = open([alert('a')], { chats: [ASHA, GROUP] });
  await messenger.deliver();
  add([alert('b')]);
  expect(await messenger.deliver()).toEqual({ kind: 'later', afterMs: 1_000 });
  await clock.reach(TIME + 1_000);
  expect(await messenger.deliver()).toEqual({ kind: 'later', afterMs: 2_000 });
  await clock.reach(TIME + 3_000);
  expect(await messenger.deliver()).toEqual({ kind: 'done' });
  expect(server.messages.map(({ chat, topic }) => `${chat} ${topic}`)).toEqual([
    '7 null',
    '-100 3',
    '7 null',
    '-100 3',
  ]);
});

it('fills messages one after the other when much has gathered', async () => {
  const many = Array.from({ length: 150 }, (_, index) => alert(`a${index}`, { text: `${index} ${'x'.repeat(150)}` }));
  const { messenger, clock } = open(many);
  for (let turn = 1; (await messenger.deliver()).kind === 'later'; turn += 1) await clock.reach(TIME + turn * 1_000);
  const told = texts().flatMap((text) => text.split('\n'));
  expect(told.map((line) => Number(line.split(' ')[1]))).toEqual(many.map((_, index) => index));
  expect(server.messages.length).toBeLessThan(20);
});

it('tells an alert that is longer than a message in several, one at a time and each once', async () => {
  const { messenger, clock, add } = open([
    alert('long', { kind: 'summary', text: Array(100).fill('y'.repeat(99)).join('\n') }),
  ]);
  expect(await messenger.deliver()).toEqual({ kind: 'later', afterMs: 1_000 });
  add([alert('after')]);
  await clock.reach(TIME + 1_000);
  // The rest has to wait, and what is there already is not told again.
  server.fault({ kind: 'throttled', retryAfter: 5 }, { count: 1 });
  expect(await messenger.deliver()).toEqual({ kind: 'later', afterMs: 5_000 });
  for (let turn = 6; (await messenger.deliver()).kind === 'later'; turn += 1) await clock.reach(TIME + turn * 1_000);
  expect(texts().join('\n').match(/y{99}/g)).toHaveLength(100);
  expect(texts()).toHaveLength(4);
  expect(texts().at(-1)).toBe('09:20:01 text of after');
});

it('waits as long as Telegram asks for, and loses nothing', async () => {
  const { messenger, clock } = open([alert('a')]);
  server.fault({ kind: 'throttled', retryAfter: 30 }, { count: 1 });
  expect(await messenger.deliver()).toEqual({ kind: 'later', afterMs: 30_000 });
  await clock.reach(TIME + 29_999);
  expect(await messenger.deliver()).toEqual({ kind: 'later', afterMs: 1 });
  await clock.reach(TIME + 30_000);
  expect(await messenger.deliver()).toEqual({ kind: 'done' });
  expect(texts()).toHaveLength(1);
});

it('asks a Telegram that is away less and less often, and tells everything when it is back', async () => {
  const { messenger, add, troubles } = open([alert('a')]);
  server.fault({ kind: 'error', code: 502, description: 'Bad Gateway' });
  const waits: unknown[] = [];
  for (let turn = 0; turn < 8; turn += 1) {
    const delivery = await messenger.deliver();
    waits.push(delivery.kind === 'later' ? delivery.afterMs : delivery);
    add([alert(`b${turn}`)]);
  }
  expect(waits).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  expect(troubles, 'said once').toEqual(['Telegram is in trouble: Bad Gateway. Alerts wait until it is back.']);
  server.calm();
  expect(await messenger.deliver()).toEqual({ kind: 'done' });
  expect(texts()).toHaveLength(1);
  expect(texts()[0]?.split('\n')).toHaveLength(9);
});

it('leaves what a chat does not take, says so, and goes on with the others', async () => {
  const { messenger, troubles, waiting } = open([alert('a')], { chats: [ASHA, GROUP] });
  server.fault({ kind: 'error', code: 403, description: 'Forbidden: bot was blocked by the user' }, { count: 1 });
  expect(await messenger.deliver()).toEqual({ kind: 'done' });
  expect(troubles).toEqual(['Chat 7 of Telegram does not take alerts: Forbidden: bot was blocked by the user']);
  expect(server.messages.map(({ chat }) => chat)).toEqual([-100]);
  expect(waiting.get('7')).toEqual([]);
});

it('keeps quiet about what is switched off, but never about what went wrong', async () => {
  const alerts = [alert('a', { kind: 'order' }), alert('b', { kind: 'order', level: 'critical' }), alert('c')];
  const { messenger, waiting } = open(alerts, { off: ['order', 'fill'] });
  await messenger.deliver();
  expect(texts()).toEqual(['<b>09:20:01 🔴 text of b</b>']);
  expect(server.messages[0]?.isSilent).toBe(true);
  expect(waiting.get('7')).toEqual([]);
});

it('makes a sound unless everything in the message is silent', async () => {
  const { messenger, clock, add } = open([alert('a', { kind: 'signal' })], { silent: ['signal'] });
  await messenger.deliver();
  add([alert('b', { kind: 'signal' }), alert('c')]);
  await clock.reach(TIME + 1_000);
  await messenger.deliver();
  expect(server.messages.map(({ isSilent }) => isSilent)).toEqual([true, false]);
});

it('goes by what a person has set before what is configured, and is quiet in quiet hours but for what is critical', async () => {
  const { messenger, clock, add, wish } = open([alert('a')], { silent: ['fill'] });
  wish({ kinds: { system: 'silent', fill: 'on', trade: 'off' }, quiet: null });
  await messenger.deliver();
  const tell = async (...each: readonly Alert[]): Promise<void> => {
    add(each);
    await clock.reach(clock.now() + 1_000);
    await messenger.deliver();
  };
  await tell(alert('b', { kind: 'fill' }));
  await tell(alert('c', { kind: 'trade' }));
  await tell(alert('d', { kind: 'trade', level: 'critical' }));
  expect(server.messages.map(({ text, isSilent }) => [text.slice(-1), isSilent])).toEqual([
    ['a', false],
    ['b', false],
    ['>', true],
  ]);
  // From nine to ten in the morning: it is 09:20.
  wish({ kinds: {}, quiet: { from: 9 * 3_600_000, to: 10 * 3_600_000 } });
  await tell(alert('e', { kind: 'system' }));
  await tell(alert('f', { kind: 'system', level: 'critical' }));
  wish({ kinds: {}, quiet: { from: 22 * 3_600_000, to: 9 * 3_600_000 } });
  await tell(alert('g', { kind: 'system' }));
  expect(server.messages.slice(-3).map(({ isSilent }) => isSilent)).toEqual([true, false, false]);
});

it('tells denials of one reason together, and may have a picture to show', async () => {
  const denial = (key: string) => alert(key, { kind: 'denial', topic: 'TRADING_PAUSED', text: 'Denied: buy TCS' });
  const report = alert('r', { kind: 'summary', topic: 'report', text: 'Report\norders: 3' });
  const { messenger, waiting } = open([denial('a'), denial('b'), report], {
    pictureOf: async ({ topic }) => (topic === 'report' ? new Uint8Array([1, 2, 3]) : null),
  });
  await messenger.deliver();
  expect(texts()).toEqual([
    '09:20:01 Denied: buy TCS (and 1 more for this reason since 09:20:01)\n09:20:01 Report\norders: 3',
  ]);
  expect(server.photos.map(({ chat, png }) => [chat, [...png]])).toEqual([[7, [1, 2, 3]]]);
  expect(waiting.get('7')).toEqual([]);
});

it('has told everything though a picture does not get there', async () => {
  const { messenger, waiting, troubles } = open([alert('r', { kind: 'summary', topic: 'report' })], {
    pictureOf: async () => new Uint8Array([1]),
  });
  server.fault({ kind: 'error', code: 400, description: 'Bad Request' }, { method: 'sendPhoto' });
  expect(await messenger.deliver()).toEqual({ kind: 'done' });
  expect(waiting.get('7')).toEqual([]);
  expect(troubles).toEqual(['A picture did not get to chat 7: refused']);
});
