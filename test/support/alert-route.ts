import { onTestFinished } from 'vitest';
import { chatName } from '../../src/alerts/telegram/chat-name.ts';
import { Messenger } from '../../src/alerts/telegram/messenger.ts';
import { TelegramApi, type TelegramChat } from '../../src/alerts/telegram/telegram-api.ts';
import { ALERT_KINDS, type Alert, type AlertKind } from '../../src/core/alert.ts';
import type { EpochMs } from '../../src/core/time.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import { PostgresMessageBook } from '../../src/db/postgres-message-book.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { OutboxJob } from '../../src/ports/ledger.ts';
import type { Outcome } from '../../src/ports/outcome.ts';
import { type FakeBotApi, startFakeBotApi } from './fake-bot-api.ts';
import { type TestDatabase, testDatabase } from './test-database.ts';

export interface Attempt {
  readonly chat: string;
  /** The chat's number, which topics of a group share. */
  readonly id: number;
  /** By the clock of the route, when it was begun. */
  readonly time: EpochMs;
  readonly outcome: Outcome<unknown>;
}

export interface AlertRoute {
  readonly server: FakeBotApi;
  readonly database: TestDatabase['database'];
  readonly ledger: PostgresLedger;
  readonly messenger: Messenger;
  readonly attempts: readonly Attempt[];
  /** As the engine does: in one transaction with everything that it leads to. */
  write(alerts: readonly Alert[]): Promise<readonly OutboxJob[]>;
  /** What the chat was told, in the order in which the server got it. */
  told(chat: TelegramChat): readonly string[];
}

export interface AlertRouteOptions {
  readonly chats: readonly TelegramChat[];
  readonly clock: Clock;
  /** Before a message is on its way. */
  readonly onSend?: (server: FakeBotApi, chat: TelegramChat) => void | Promise<void>;
}

/** The way of alerts to their chats: the books in PostgreSQL, the messenger, a Bot API server; by a clock of the test's. */
export async function openAlertRoute({ chats, clock, onSend }: AlertRouteOptions): Promise<AlertRoute> {
  const { database, close } = await testDatabase();
  onTestFinished(close);
  const server = await startFakeBotApi();
  onTestFinished(() => server.close());
  const api = new TelegramApi({ token: server.token, apiRoot: server.url });
  const ledger = new PostgresLedger(database, 'live', null, chats.map(chatName));
  const attempts: Attempt[] = [];
  const messenger = new Messenger({
    api: {
      show: (...picture) => api.show(...picture),
      async tell(chat, text, looks) {
        await onSend?.(server, chat);
        const time = clock.now();
        const outcome = await api.tell(chat, text, looks);
        attempts.push({ chat: chatName(chat), id: chat.id, time, outcome });
        return outcome;
      },
    },
    book: new PostgresMessageBook(database),
    ...{ chats, clock, onTrouble: () => undefined },
    settings: Object.fromEntries(ALERT_KINDS.map((kind) => [kind, 'on'])) as Record<AlertKind, 'on'>,
  });
  return {
    ...{ server, database, ledger, messenger, attempts },
    write: (alerts) => ledger.record(alerts.map((alert) => ({ type: 'alertRaised', alert }))),
    told: ({ id, topic }) =>
      server.messages.filter((each) => each.chat === id && each.topic === topic).map(({ text }) => text),
  };
}

const LEVELS = ['info', 'info', 'warning', 'critical'] as const;
/** Every so many of them is a report that does not fit into one message. */
const REPORT_EVERY = 300;
const REPORT_LINES = 150;

/** Alerts of all kinds and lengths; each line of them carries a mark of its own. */
export function alertsOfAllKinds(count: number, timeOf: (index: number) => EpochMs): readonly Alert[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = ALERT_KINDS[index % (ALERT_KINDS.length - 1)] ?? 'system';
    const text = `#${index}. Bought ${index} M&M at 1,402.35${' <entry>'.repeat(index % 9)}`;
    const alert: Alert = {
      key: `${kind}/${index}`,
      kind,
      // Denials of one reason would be told as one.
      topic: `${index}`,
      level: LEVELS[index % 4] ?? 'info',
      text,
      time: timeOf(index),
    };
    if (index % REPORT_EVERY !== REPORT_EVERY - 1) return alert;
    const lines = Array.from({ length: REPORT_LINES }, (_each, line) => `#${index}.${line} ${'trade '.repeat(8)}`);
    return { ...alert, kind: 'summary', text: lines.join('\n') };
  });
}

/** The marks of lines, in their order. */
export function marksOf(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.match(/#\d+\.\d*/g) ?? []);
}
