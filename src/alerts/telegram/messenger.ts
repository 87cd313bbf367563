/**
 * Carries alerts to the chats of Telegram, each chat's in their order, as many in a message as have gathered.
 *
 * Entry point: `Messenger.deliver`. Invariants:
 * - an alert counts as sent when Telegram has said so, and only then: a crash in between sends that one message again (all of
 *   them, of an alert that is longer than a message);
 * - not more than one message a second to a chat, twenty a minute to a group with all its topics, and thirty a second to all of
 *   them (https://core.telegram.org/bots/faq#broadcasting-to-users); where they have to wait, chats take turns;
 * - while Telegram is away nothing is given up: it is asked again, less and less often, and what has gathered goes together.
 */
import type { Alert, AlertSetting, AlertSettings } from '../../core/alert.ts';
import { assertNever } from '../../core/errors.ts';
import { type EpochMs, SECOND_MS } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { type AlertWishes, type MessageBook, NO_WISHES } from '../../ports/message-book.ts';
import type { Outcome } from '../../ports/outcome.ts';
import { settingOf } from '../setting-of.ts';
import { alertLines } from './alert-lines.ts';
import { chatName } from './chat-name.ts';
import { digest } from './digest.ts';
import { isWithin } from './quiet-hours.ts';
import { SendLimit } from './send-limit.ts';
import type { TelegramApi, TelegramChat } from './telegram-api.ts';
import { writeMessages } from './write-messages.ts';

export interface MessengerOptions {
  readonly api: Pick<TelegramApi, 'tell' | 'show'>;
  readonly book: MessageBook;
  readonly clock: Clock;
  readonly chats: readonly TelegramChat[];
  /** As configured; what a person has set since comes first. */
  readonly settings: AlertSettings;
  /** A PNG that belongs to an alert, for those few that have one. */
  readonly pictureOf?: ((alert: Alert) => Promise<Uint8Array | null>) | undefined;
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
const MOST_A_SECOND = 30;
const MOST_TOGETHER = 200;
const SHORTEST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
const UNSAID: Outcome<unknown> = { kind: 'done', value: null };

export class Messenger {
  readonly #options: MessengerOptions;
  /** Not before then, by the chat's number: topics of a group share its pace. */
  readonly #free = new Map<number, EpochMs>();
  readonly #limit = new SendLimit(MOST_A_SECOND, SECOND_MS);
  /** Of an alert that is longer than a message, by chat: how many of its messages are there already. */
  readonly #begun = new Map<string, { readonly key: string | undefined; readonly parts: number }>();
  /** Who has waited longest comes first. */
  #turns: readonly TelegramChat[];
  #failures = 0;
  #muteSince: EpochMs | null = null;
  #wishes: AlertWishes = NO_WISHES;

  constructor(options: MessengerOptions) {
    this.#options = options;
    this.#turns = options.chats;
  }

  /** When a message did not get there and none has since; null while they do. */
  get muteSince(): EpochMs | null {
    return this.#muteSince;
  }

  /** Sends what waits, as far as the pace allows. */
  async deliver(): Promise<Delivery> {
    let afterMs = 0;
    this.#wishes = await this.#options.book.wishes();
    for (const chat of this.#turns) {
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
      const now = clock.now();
      const waitMs = Math.max((this.#free.get(chat.id) ?? 0) - now, this.#limit.waitMs(now));
      if (waitMs > 0) return waitMs;
      const { texts, alerts, isSilent } = this.#gathered(pending);
      const keys = alerts.map(({ key }) => key);
      const part = this.#partsThere(name, texts, keys);
      const text = texts[part];
      const outcome = text === undefined ? UNSAID : await this.#send(chat, text, isSilent);
      switch (outcome.kind) {
        case 'done':
          if (part + 1 < texts.length) this.#begun.set(name, { key: keys[0], parts: part + 1 });
          else {
            await book.markSent(name, keys, clock.now());
            await this.#show(chat, alerts, isSilent);
          }
          break;
        case 'throttled':
          this.#free.set(chat.id, clock.now() + outcome.retryAfterMs);
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
    for (let count = pending.length; ; count = Math.floor(count * 0.9)) {
      const alerts = pending.slice(0, count);
      const told = alerts.filter((alert) => this.#settingOf(alert) !== 'off');
      const texts = writeMessages(digest(told).flatMap(alertLines));
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

  #settingOf(alert: Alert): AlertSetting {
    return settingOf(alert, this.#options.settings, this.#wishes.kinds);
  }

  /** Nothing is lost with a picture that does not get there: all that is to be known stands in the text. */
  async #show(chat: TelegramChat, alerts: readonly Alert[], isSilent: boolean): Promise<void> {
    const { api, clock, pictureOf, onTrouble } = this.#options;
    if (pictureOf === undefined) return;
    for (const alert of alerts.filter((each) => this.#settingOf(each) !== 'off')) {
      const png = await pictureOf(alert);
      if (png === null) continue;
      const outcome = await api.show(chat, png, { disable_notification: isSilent });
      if (outcome.kind !== 'done') onTrouble(`A picture did not get to chat ${chatName(chat)}: ${outcome.kind}`);
      this.#limit.note(clock.now());
      // Right behind its text, as a burst of two; what comes next waits for both.
      this.#free.set(chat.id, (this.#free.get(chat.id) ?? clock.now()) + paceOf(chat));
    }
  }

  #partsThere(name: string, texts: readonly string[], [key]: readonly string[]): number {
    const begun = this.#begun.get(name);
    return texts.length > 1 && begun !== undefined && begun.key === key ? begun.parts : 0;
  }

  async #send(chat: TelegramChat, text: string, isSilent: boolean): Promise<Outcome<unknown>> {
    // Also when it fails: what one chat can not be sent must not keep the others waiting.
    this.#turns = [...this.#turns.filter((each) => each !== chat), chat];
    const looks = { parse_mode: 'HTML', disable_notification: isSilent, link_preview_options: { is_disabled: true } };
    const outcome = await this.#options.api.tell(chat, text, looks);
    const now = this.#options.clock.now();
    this.#limit.note(now);
    if (outcome.kind === 'done') {
      this.#failures = 0;
      this.#muteSince = null;
      this.#free.set(chat.id, now + paceOf(chat));
    } else this.#muteSince ??= now;
    return outcome;
  }

  #backOff(): number {
    this.#failures += 1;
    return Math.min(SHORTEST_WAIT_MS * 2 ** (this.#failures - 1), LONGEST_WAIT_MS);
  }
}

function paceOf({ id }: TelegramChat): number {
  return id < 0 ? GROUP_PACE_MS : CHAT_PACE_MS;
}
