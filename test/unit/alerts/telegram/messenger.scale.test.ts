/** Thousands of alerts by a clock that stands still between calls: an outage, a storm of refusals, many chats. */
import { expect, it } from 'vitest';
import { chatName } from '../../../../src/alerts/telegram/chat-name.ts';
import type { TelegramChat } from '../../../../src/alerts/telegram/telegram-api.ts';
import type { Alert } from '../../../../src/core/alert.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../../src/core/time.ts';
import { createRandom } from '../../../../src/simulation/random.ts';
import {
  type AlertRoute,
  type Attempt,
  alertsOfAllKinds,
  marksOf,
  openAlertRoute,
} from '../../../support/alert-route.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const START = Date.parse('2026-11-18T09:20:00+05:30');
const ASHA: TelegramChat = { id: 7, topic: null };
const GROUP: TelegramChat = { id: -100, topic: 3 };
const OTHER_TOPIC: TelegramChat = { id: -100, topic: 8 };

/** Each alert is written when its time has come, and the messenger is asked as often as its answers say. */
async function carry(route: AlertRoute, clock: ManualClock, alerts: readonly Alert[], onTurn?: () => void) {
  let written = 0;
  for (;;) {
    onTurn?.();
    const due = alerts.findLastIndex(({ time }) => time <= clock.now()) + 1;
    if (due > written) await route.write(alerts.slice(written, due));
    written = Math.max(written, due);
    const delivery = await route.messenger.deliver();
    const nextMs = (alerts[written]?.time ?? Number.POSITIVE_INFINITY) - clock.now();
    const waitMs = delivery.kind === 'later' ? delivery.afterMs : nextMs;
    if (waitMs === Number.POSITIVE_INFINITY) return;
    await clock.reach(clock.now() + waitMs);
  }
}

/** The most that were begun in any window of that length. */
function mostWithin(attempts: readonly Attempt[], windowMs: number): number {
  const times = attempts.map(({ time }) => time);
  return Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + windowMs).length));
}

it('tells everything once and in order after an hour without Telegram, in few full messages', {
  timeout: 60_000,
}, async () => {
  const clock = new ManualClock(START);
  const route = await openAlertRoute({ chats: [ASHA, GROUP], clock });
  const alerts = alertsOfAllKinds(4_000, (index) => START + Math.floor((index * HOUR_MS) / 4_000));
  const back = START + HOUR_MS;
  route.server.fault({ kind: 'error', code: 502, description: 'Bad Gateway' });
  await carry(route, clock, alerts, () => {
    if (clock.now() >= back) route.server.calm();
  });

  const marks = marksOf(alerts.map(({ text }) => text));
  const heard = route.attempts.filter(({ outcome }) => outcome.kind === 'done');
  expect(route.attempts.length - heard.length, 'tries while it was away').toBeLessThan(80);
  // 4,000 alerts, 13 of them reports of three messages each, are some 160 messages: a group has them after eight minutes.
  for (const [chat, paceMs, mostAMinute, minutes] of [
    [ASHA, 1_000, 60, 4],
    [GROUP, 3_000, 20, 9],
  ] as const) {
    const texts = route.told(chat);
    expect(marksOf(texts), chatName(chat)).toEqual(marks);
    const sent = heard.filter(({ id }) => id === chat.id);
    expect(mostWithin(sent, paceMs)).toBe(1);
    expect(mostWithin(sent, MINUTE_MS)).toBeLessThanOrEqual(mostAMinute);
    const characters = texts.reduce((sum, text) => sum + text.length, 0);
    expect(characters / texts.length, 'of the 4,096 that a message holds').toBeGreaterThan(3_200);
    const drainedMs = (sent.at(-1)?.time ?? Number.NaN) - back;
    expect(drainedMs, 'the longest wait, then one after the other').toBeLessThan(minutes * MINUTE_MS);
  }
});

it.each([1, 2, 3])(
  'outlasts a storm of refusals that ask for patience (seed %i)',
  { timeout: 60_000 },
  async (seed) => {
    const clock = new ManualClock(START);
    const random = createRandom(`storm ${seed}`);
    const calmTime = START + 20 * MINUTE_MS;
    const heldUntil = new Map<number, number>();
    const early: string[] = [];
    const route = await openAlertRoute({
      ...{ chats: [ASHA, GROUP, OTHER_TOPIC], clock },
      onSend: (server, chat) => {
        if (clock.now() < (heldUntil.get(chat.id) ?? 0)) early.push(`${chatName(chat)} at ${clock.now()}`);
        if (clock.now() >= calmTime || random.uniform() < 0.2) return;
        const retryAfter = 1 + random.below(60);
        server.fault({ kind: 'throttled', retryAfter }, { method: 'sendMessage', count: 1 });
        heldUntil.set(chat.id, clock.now() + retryAfter * SECOND_MS);
      },
    });
    const alerts = alertsOfAllKinds(1_200, (index) => START + index * SECOND_MS);
    await carry(route, clock, alerts);
    expect(early, 'calls before a chat would take them').toEqual([]);
    const marks = marksOf(alerts.map(({ text }) => text));
    for (const chat of [ASHA, GROUP, OTHER_TOPIC]) expect(marksOf(route.told(chat)), chatName(chat)).toEqual(marks);
    const refused = route.attempts.filter(({ outcome }) => outcome.kind === 'throttled');
    expect(refused.length).toBeGreaterThan(50);
    const toGroup = route.attempts.filter(({ id, outcome }) => id === GROUP.id && outcome.kind === 'done');
    expect(mostWithin(toGroup, MINUTE_MS)).toBeLessThanOrEqual(20);
  },
);

it('sends thirty messages a second to all chats together, and every chat gets its turn', {
  timeout: 60_000,
}, async () => {
  const chats = Array.from({ length: 60 }, (_, index): TelegramChat => ({ id: 1_000 + index, topic: null }));
  const clock = new ManualClock(START);
  const route = await openAlertRoute({
    ...{ chats, clock },
    // A call takes its time.
    onSend: () => clock.reach(clock.now() + 2),
  });
  const line = 'x'.repeat(950);
  const alerts = Array.from({ length: 20 }, (_, index): Alert => {
    return { key: `${index}`, kind: 'fill', level: 'info', text: `#${index}. ${line}`, time: START };
  });
  await carry(route, clock, alerts);
  const marks = marksOf(alerts.map(({ text }) => text));
  for (const chat of chats) expect(marksOf(route.told(chat)), chatName(chat)).toEqual(marks);
  expect(route.attempts).toHaveLength(60 * 5);
  expect(mostWithin(route.attempts, SECOND_MS)).toBe(30);
  const drainedMs = (route.attempts.at(-1)?.time ?? Number.NaN) - START;
  expect(drainedMs).toBeLessThan(11 * SECOND_MS);
  for (const [round, most] of [60, 120, 180, 240, 300].entries()) {
    const told = new Map<string, number>();
    for (const { chat } of route.attempts.slice(0, most)) told.set(chat, (told.get(chat) ?? 0) + 1);
    expect([...new Set(told.values())], 'nobody is a message ahead').toEqual([round + 1]);
  }
});

it('counts what goes to the topics of a group together', async () => {
  const clock = new ManualClock(START);
  const route = await openAlertRoute({ chats: [GROUP, OTHER_TOPIC], clock });
  await carry(
    route,
    clock,
    alertsOfAllKinds(1_000, () => START),
  );
  expect(route.attempts.length).toBeGreaterThan(30);
  expect(mostWithin(route.attempts, MINUTE_MS)).toBe(20);
  const [first, second] = [GROUP, OTHER_TOPIC].map((chat) => route.told(chat).length);
  expect(first).toBe(second);
  const names = route.attempts.map(({ chat }) => chat);
  expect(
    names.filter((name, index) => name === names[index + 1]),
    'they take turns',
  ).toEqual([]);
});
