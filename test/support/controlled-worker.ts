import { onTestFinished } from 'vitest';
import { BotPerson, GROUP, USERS } from './bot-person.ts';
import { type FakeBotApi, startFakeBotApi } from './fake-bot-api.ts';
import { openRuleWorker, type RuleWorker, type RuleWorkerOptions } from './rule-worker.ts';

export interface ControlledWorker extends RuleWorker {
  readonly server: FakeBotApi;
  /** What took the place of questions, and what was noted at buttons. */
  edits(): readonly unknown[];
  notes(): readonly unknown[];
  person(user: number, chat?: number): BotPerson;
}

/** A worker in live mode against the simulator, which takes commands from a viewer, an operator and an owner. */
export async function openControlledWorker({
  bot = {},
  env = {},
  ...options
}: RuleWorkerOptions = {}): Promise<ControlledWorker> {
  const server = await startFakeBotApi();
  onTestFinished(() => server.close());
  const telegram = { chats: [{ id: GROUP }], users: USERS };
  const worker = await openRuleWorker({
    ...options,
    bot: { telegram, ...bot },
    env: { TELEGRAM_BOT_TOKEN: server.token, TELEGRAM_API_ROOT: server.url, ...env },
  });
  const payloadsOf = (method: string): readonly unknown[] =>
    server.calls.filter((call) => call.method === method).map(({ payload }) => payload.text);
  return {
    ...{ ...worker, server, person: (user, chat) => new BotPerson(server, user, chat) },
    edits: () => payloadsOf('editMessageText'),
    notes: () => payloadsOf('answerCallbackQuery'),
  };
}
