/**
 * Carries alerts to the chats of Telegram, each chat's in their order, as many in a message as have gathered.
 *
 * Entry point: `Messenger.deliver`. Invariants:
 * - an alert counts as sent when Telegram has said so, and only then: a crash in between sends that one message again;
 * - not more than one message a second to a chat, and twenty a minute to a group (https://core.telegram.org/bots/faq#broadcasting-to-users);
 * - while Telegram is away nothing is given up: it is asked again, less and less often, and what has gathered goes together.
 */
import type { Alert, AlertKind, AlertSetting } from '../../core/alert.ts';
import { assertNever } from '../../core/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { type AlertWishes, type MessageBook, NO_WISHES } from '../../ports/message-book.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { alertLines } from './alert-lines.ts';
import { chatName } from './chat-name.ts';
import { isWithin } from './quiet-hours.ts';
import type { TelegramApi, TelegramChat } from './telegram-api.ts';
import { writeMessages } from './write-messages.ts';

export interface MessengerOptions {
  readonly api: Pick<TelegramApi, 'tell'>;
  readonly book: MessageBook;
  readonly clock: Clock;
  readonly chats: readonly TelegramChat[];
  /** As configured; what a person has set since comes first. */
  readonly settings: Readonly<Record<AlertKind, AlertSetting>>;
  /** Told when Telegram is away (once until it is back), and of messages that a chat does not take, whatever it is asked. */
  readonly onTrouble: (text: string) => void;
}

export type Delivery =
  | { readonly kind: 'done' }
  /** Not to be asked again before. */
  | { readonly kind: 'later'; readonly afterMs: number };

interface Gathered {
  /** One, unless a single alert is longer than a message; none when nothing is to be said. */
  readonly texts: readonly string[];
  readonly alerts: readonly Alert[];
  readonly isSilent: boolean;
}

const CHAT_PACE_MS = 1_000;
const GROUP_PACE_MS = 3_000;
const MOST_TOGETHER = 60;
const SHORTEST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

export class Messenger {
  readonly #options: MessengerOptions;
  /** Not before then, by chat. */
  readonly #free = new Map<string, number>();
  #failures = 0;
  #wishes: AlertWishes = NO_WISHES;

  constructor(options: MessengerOptions) {
    this.#options = options;
  }

  /** Sends what waits, as far as the pace allows. */
  async deliver(): Promise<Delivery> {
    let afterMs = 0;
    this.#wishes = await this.#options.book.wishes();
    for (const chat of this.#options.chats) {
      const waitMs = await this.#deliverTo(chat);
      if (waitMs === 'away') return { kind: 'later', afterMs: this.#backOff() };
      if (waitMs > 0) afterMs = afterMs === 0 ? waitMs : Math.min(afterMs, waitMs);
    }
    return afterMs > 0 ? { kind: 'later', afterMs } : { kind: 'done' };
  }

  /** How long until its next message may go; 0 when nothing waits. */
  async #deliverTo(chat: TelegramChat): Promise<number | 'away'> {
    const { book, clock } = this.#options;
    const name = chatName(chat);
    for (;;) {
      const pending = await book.pending(name, MOST_TOGETHER);
      if (pending.length === 0) return 0;
      const waitMs = (this.#free.get(name) ?? 0) - clock.now();
      if (waitMs > 0) return waitMs;
      const { texts, alerts, isSilent } = this.#gathered(pending);
      const keys = alerts.map(({ key }) => key);
      const outcome = await this.#send(chat, texts, isSilent);
      switch (outcome.kind) {
        case 'done':
          this.#failures = 0;
          this.#free.set(name, clock.now() + texts.length * (chat.id < 0 ? GROUP_PACE_MS : CHAT_PACE_MS));
          await book.markSent(name, keys, clock.now());
          break;
        case 'throttled':
          this.#free.set(name, clock.now() + outcome.retryAfterMs);
          break;
        case 'refused':
          await book.markRefused(name, keys, outcome.reason);
          this.#options.onTrouble(`Chat ${name} of Telegram does not take alerts: ${outcome.reason}`);
          break;
        case 'session':
        case 'transient':
        case 'unknown':
          if (this.#failures === 0) this.#options.onTrouble(`${outcome.reason}. Alerts wait until it is back.`);
          return 'away';
        default:
          assertNever(outcome, 'outcome');
      }
    }
  }

  /** As many of the oldest as fit into one message; what is switched off goes with them unsaid. */
  #gathered(pending: readonly Alert[]): Gathered {
    for (let count = pending.length; ; count = Math.ceil(count / 2)) {
      const alerts = pending.slice(0, count);
      const told = alerts.filter((alert) => this.#settingOf(alert) !== 'off');
      const texts = writeMessages(told.flatMap(alertLines));
      if (texts.length > 1 && count > 1) continue;
      return { texts, alerts, isSilent: told.every((alert) => this.#isSilent(alert)) };
    }
  }

  /** Quiet hours are for sleep: what is critical wakes all the same. */
  #isSilent(alert: Alert): boolean {
    const { quiet } = this.#wishes;
    if (this.#settingOf(alert) === 'silent') return true;
    return quiet !== null && alert.level !== 'critical' && isWithin(this.#options.clock.now(), quiet);
  }

  #settingOf({ kind, level }: Alert): AlertSetting {
    const setting = this.#wishes.kinds[kind] ?? this.#options.settings[kind];
    return setting === 'off' && level !== 'info' ? 'silent' : setting;
  }

  async #send(chat: TelegramChat, texts: readonly string[], isSilent: boolean): Promise<Outcome<unknown>> {
    const looks = { parse_mode: 'HTML', disable_notification: isSilent, link_preview_options: { is_disabled: true } };
    for (const text of texts) {
      const outcome = await this.#options.api.tell(chat, text, looks);
      if (outcome.kind !== 'done') return outcome;
    }
    return { kind: 'done', value: null };
  }

  #backOff(): number {
    this.#failures += 1;
    return Math.min(SHORTEST_WAIT_MS * 2 ** (this.#failures - 1), LONGEST_WAIT_MS);
  }
}
