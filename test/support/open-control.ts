import type { BotCommand, ControlDesk } from '../../src/alerts/telegram/control/bot-command.ts';
import { Control } from '../../src/alerts/telegram/control/control.ts';
import type { ControlAction } from '../../src/alerts/telegram/control/control-action.ts';
import { Guard } from '../../src/alerts/telegram/control/guard.ts';
import { type AlertWishes, NO_WISHES } from '../../src/ports/message-book.ts';
import { buildDesk } from './build-desk.ts';
import { MemoryConfirmations } from './memory-confirmations.ts';

export const [VIEWER, OPERATOR, OWNER, GROUP] = [11, 22, 33, -500];
const USERS = [
  { id: VIEWER, role: 'viewer' },
  { id: OPERATOR, role: 'operator' },
  { id: OWNER, role: 'owner' },
] as const;
export const START = Date.parse('2026-11-20T10:00:00+05:30');
const STANDING = { openPositions: 2, workingEntries: 3, workingExits: 4 };

/** Commands as people write them, and all that is said and done for it; without Telegram, a broker and a database. */
export function openControl(commands: readonly BotCommand[], changes: Partial<Omit<ControlDesk, 'views'>> = {}) {
  const world = { now: START, nonces: 0 };
  const wished: { now: AlertWishes } = { now: NO_WISHES };
  /** Of the desk, what throws from now on. */
  const failing = new Set<'standing' | 'carryOut'>();
  const failAt = (what: 'standing' | 'carryOut'): void => {
    if (failing.has(what)) throw new Error('the database is away');
  };
  const done: (ControlAction & { askedBy: string })[] = [];
  const said: { chat: number; text: string }[] = [];
  const edited: { chat: number; text: string }[] = [];
  const [notes, strangers, intruders]: [string[], string[], string[]] = [[], [], []];
  const pictures: number[] = [];
  const confirmations = new MemoryConfirmations();
  const now = (): number => world.now;
  const desk = buildDesk({
    facts: () => ({ account: 'a', mode: 'paper', version: '1', startedTime: START }),
    draw: async () => new Uint8Array([1, 2, 3]),
    carryOut: async (action, askedBy) => {
      failAt('carryOut');
      done.push({ ...action, askedBy });
      return 'done';
    },
    ...{ now, day: now, ...changes },
    views: {
      standing: async () => {
        failAt('standing');
        return STANDING;
      },
      candles: async () => [{ openTime: 1_000, open: 1, high: 1, low: 1, close: 1, volume: 1 }],
    },
  });
  const alerts: ControlDesk['alerts'] = {
    ...desk.alerts,
    wishes: async () => wished.now,
    setWishes: async (wishes) => {
      wished.now = wishes;
    },
  };
  Object.assign(desk, { alerts });
  const control = new Control({
    ...{ confirmations, commands, desk, botName: () => 'signalman_bot' },
    clock: {
      now,
      sleepUntil: async (time) => {
        world.now = Math.max(world.now, time);
      },
    },
    makeNonce: () => {
      world.nonces += 1;
      return `nonce-${String(world.nonces).padStart(20, '0')}`;
    },
    guard: new Guard({
      ...{ users: USERS, chats: [GROUP] },
      onStranger: (words) => strangers.push(words),
      onIntruder: (words) => intruders.push(words),
    }),
    api: {
      tell: async ({ id }, text) => {
        said.push({ chat: id, text });
        return { kind: 'done', value: null };
      },
      show: async ({ id }) => {
        pictures.push(id);
        return { kind: 'done', value: null };
      },
      call: async (method, payload) => {
        const { chat_id: chat = 0, text = '' } = payload as { chat_id?: number; text?: string };
        if (method === 'editMessageText') edited.push({ chat, text });
        if (method === 'answerCallbackQuery') notes.push(text);
        return { kind: 'done', value: null as never };
      },
    },
  });
  return {
    ...{ control, world, desk, wished, failing, confirmations },
    ...{ done, said, edited, notes, pictures, strangers, intruders },
    /** The newest question's. */
    nonce: (): string => [...confirmations.asked.keys()].at(-1) ?? '',
    /** A message by `user`, nobody's when null. */
    written(
      text: string,
      user: number | null,
      { chat = user ?? 0, ageMs = 0, ...more }: Record<string, unknown> & { chat?: number; ageMs?: number } = {},
    ) {
      const from = user === null ? {} : { from: { id: user } };
      return { message: { text, chat: { id: chat }, date: Math.floor((world.now - ageMs) / 1_000), ...from, ...more } };
    },
    /** A button by `user`. */
    pressed(data: string, user: number, chat = user) {
      return { callback_query: { id: 'p', data, from: { id: user }, message: { message_id: 1, chat: { id: chat } } } };
    },
  };
}
