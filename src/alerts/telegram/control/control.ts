/**
 * Takes what people write to the bot and which buttons they press. Entry points: `take`, `publishMenus`.
 *
 * Invariants:
 * - whoever is not admitted gets no answer, and nothing they send is looked into;
 * - what is dangerous is done on a yes only: once, by the one who asked, where it was asked, within a minute;
 * - what was written more than a minute ago is done when it makes things safer, without asking, and refused when it is
 *   dangerous.
 */
import { z } from 'zod';
import { assertNever } from '../../../core/errors.ts';
import type { ChartSpec } from '../../../ports/chart.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { ConfirmationBook, Taken } from '../../../ports/confirmation-book.ts';
import { chatName } from '../chat-name.ts';
import { type PressedButton, readPress, readText, type WrittenText } from '../read-update.ts';
import type { TelegramApi, TelegramChat } from '../telegram-api.ts';
import { bold, plain, type TextLine, writeMessages } from '../write-messages.ts';
import type { BotCommand, ControlDesk, LinesReply, Reply } from './bot-command.ts';
import { type ControlAction, controlActionSchema } from './control-action.ts';
import { type BotUser, type Guard, mayAct, type Role } from './guard.ts';
import { roleFor, usageOf } from './help-command.ts';
import { type Button, type PagePress, pageOf, readPagePress } from './pages.ts';
import { readCommand } from './read-command.ts';

export interface ControlOptions {
  readonly api: Pick<TelegramApi, 'call' | 'tell' | 'show'>;
  readonly guard: Guard;
  readonly commands: readonly BotCommand[];
  /** Without the `@`; null when Telegram could not be asked. */
  readonly botName: () => string | null;
  readonly desk: ControlDesk;
  readonly confirmations: ConfirmationBook;
  /** At least 16 letters that nobody can guess. */
  readonly makeNonce: () => string;
  readonly clock: Clock;
}

interface Asked {
  readonly command: BotCommand;
  readonly args: readonly string[];
}

const CONFIRM_MS = 60_000;
const LATE_MS = 60_000;
const LONGEST_WAIT_MS = 30_000;
const LOOKS = { parse_mode: 'HTML', link_preview_options: { is_disabled: true } };
const YES = 'y:';
const NO = 'n:';

const ONE: Readonly<Record<Role, string>> = { viewer: 'a viewer', operator: 'an operator', owner: 'the owner' };

const NOT_ANY_MORE = 'You may not do that any more: nothing was done.';

const VAIN: Readonly<Record<Exclude<Taken['kind'], 'taken'>, string>> = {
  used: 'This was answered already',
  late: 'Too late: that was asked more than a minute ago. Nothing was done',
  foreign: 'Only who has asked can answer',
  unknown: 'Nothing is known of this question. Nothing was done',
};

export class Control {
  readonly #options: ControlOptions;
  readonly #commands: ReadonlyMap<string, BotCommand>;

  constructor(options: ControlOptions) {
    this.#options = options;
    this.#commands = new Map(options.commands.map((command) => [command.name, command]));
  }

  async take(update: unknown): Promise<void> {
    const press = readPress(update);
    if (press !== undefined) return this.#onPress(press);
    const written = readText(update);
    if (written !== undefined) await this.#onText(written);
  }

  /** What Telegram offers to each user, alone with the bot and in the groups; the rest of the world is offered nothing. */
  async publishMenus(users: readonly BotUser[], groups: readonly number[]): Promise<void> {
    const { api, commands } = this.#options;
    for (const { id, role } of users) {
      const offered = commands.filter((command) => mayAct(role, command.role));
      const menu = offered.map(({ name, summary }) => ({ command: name, description: summary.slice(0, 250) }));
      const scopes = [
        { type: 'chat', chat_id: id },
        ...groups.map((group) => ({ type: 'chat_member', chat_id: group, user_id: id })),
      ];
      for (const scope of scopes) await api.call('setMyCommands', { commands: menu, scope }, z.unknown());
    }
  }

  async #onText(written: WrittenText): Promise<void> {
    const { guard, clock, desk } = this.#options;
    const asked = readCommand(written.text);
    if (asked === null || isOfOther(asked.bot, this.#options.botName())) return;
    const user = guard.admit(written);
    if (user === null) return;
    const chat = { id: written.chat, topic: written.topic };
    const { name, args } = asked;
    const command = this.#commands.get(name);
    if (command === undefined) return this.#say(chat, [plain(`There is no command /${name}. /help lists them.`)]);
    const needed = roleFor(command, args);
    if (!mayAct(user.role, needed)) {
      const what = needed === command.role ? name : `${name} ${args[0]}`;
      return this.#say(chat, [plain(`/${what} is for ${ONE[needed]}; you are ${ONE[user.role]}.`)]);
    }
    const isLate = clock.now() - written.time > LATE_MS;
    let reply: Reply;
    try {
      reply = await command.run(args, desk);
    } catch (error) {
      return this.#say(chat, [plain(`/${name} could not be done: ${wordsOf(error)}`)]);
    }
    await this.#answer(chat, user, { command, args }, reply, isLate);
  }

  async #answer(
    chat: TelegramChat,
    user: BotUser,
    { command, args }: Asked,
    reply: Reply,
    isLate: boolean,
  ): Promise<void> {
    const { confirmations, makeNonce, clock } = this.#options;
    switch (reply.kind) {
      case 'lines': {
        const page = command.isPaged ? pageOf(reply.lines, 0, command.name, args) : null;
        return this.#tell(chat, { ...reply, ...page }, page?.buttons);
      }
      case 'misread':
        return this.#say(chat, [
          plain(`/${command.name}: ${reply.problem}`),
          plain(`Usage: ${usageOf({ name: command.name, usage: reply.usage ?? command.usage })}`),
        ]);
      case 'act':
        return this.#act(chat, user, reply.action, isLate);
      case 'later':
        if (isLate) return this.#refuseLate(chat, command);
        await this.#say(chat, reply.lines);
        // Not waited for: what is written meanwhile must not stand in line behind it.
        void this.#follow(chat, command, reply.begin);
        return;
      case 'ask': {
        if (isLate && command.isSafety) return this.#act(chat, user, reply.action, isLate);
        if (isLate) return this.#refuseLate(chat, command);
        const nonce = makeNonce();
        const question = { nonce, user: user.id, chat: chatName(chat), action: reply.action, createdTime: clock.now() };
        await confirmations.ask(question);
        const lines = [bold(`/${command.name}?`), ...reply.effect.map(plain), plain('Good for one minute.')];
        return this.#say(chat, lines, [
          { text: 'Yes', callback_data: `${YES}${nonce}` },
          { text: 'No', callback_data: `${NO}${nonce}` },
        ]);
      }
      default:
        return assertNever(reply, 'reply');
    }
  }

  async #tell(chat: TelegramChat, { lines, picture }: LinesReply, buttons?: readonly Button[]): Promise<void> {
    await this.#say(chat, lines, buttons);
    if (picture) await this.#show(chat, picture);
  }

  #refuseLate(chat: TelegramChat, { name }: BotCommand): Promise<void> {
    const note = `/${name} was written more than a minute before it got here: nothing was done. Write it again if you still mean it.`;
    return this.#say(chat, [plain(note)]);
  }

  /** Never rejects. */
  async #follow(chat: TelegramChat, { name }: BotCommand, begin: () => Promise<LinesReply>): Promise<void> {
    try {
      await this.#tell(chat, await begin());
    } catch (error) {
      await this.#say(chat, [plain(`/${name} could not be done: ${wordsOf(error)}`)]).catch(() => undefined);
    }
  }

  async #act(chat: TelegramChat, user: BotUser, action: ControlAction, isLate: boolean): Promise<void> {
    const late = isLate ? ' (written while nobody listened)' : '';
    await this.#say(chat, [plain(`${await this.#carryOut(action, user)}${late}`)]);
  }

  async #carryOut(action: ControlAction, user: BotUser): Promise<string> {
    const whose = 'rule' in action || action.strategyId === null ? '' : ` of ${action.strategyId}`;
    const what = `${nameOf(action)}${whose}`;
    try {
      return `${what}: ${await this.#options.desk.carryOut(action, `telegram:${user.id}`)}`;
    } catch (error) {
      return `${what} could not be asked for: ${wordsOf(error)}. If it is urgent, act in the broker's own app.`;
    }
  }

  async #onPress(press: PressedButton): Promise<void> {
    const { guard, confirmations, clock } = this.#options;
    const user = guard.admit(press);
    if (user === null) return;
    const leafed = readPagePress(press.data);
    if (leafed !== undefined) return this.#leaf(press, user, leafed);
    const isYes = press.data.startsWith(YES);
    if (!isYes && !press.data.startsWith(NO)) return this.#note(press, 'Nothing is known of this button');
    const chat = { id: press.chat, topic: press.topic };
    const nonce = press.data.slice(YES.length);
    const taken = await confirmations.take(nonce, user.id, chatName(chat), clock.now(), CONFIRM_MS);
    if (taken.kind !== 'taken') return this.#note(press, VAIN[taken.kind]);
    await this.#note(press, isYes ? 'On its way' : 'Nothing is done');
    const action = controlActionSchema.parse(taken.action);
    if (!this.#mayStill(user, action)) return this.#replace(press, [plain(NOT_ANY_MORE)]);
    if (!isYes) return this.#replace(press, [plain(`${nameOf(action)}: no. Nothing was done.`)]);
    const answered = this.#carryOut(action, user).then((text) => this.#replace(press, [plain(text)]));
    // What the broker takes its time for must not hold up what is written next.
    if ('rule' in action) void answered.catch(() => undefined);
    else await answered;
  }

  /** Another page of an answer, made anew, in the place of the one that is shown. */
  async #leaf(press: PressedButton, user: BotUser, { number, asked }: PagePress): Promise<void> {
    const command = this.#commands.get(asked.name);
    if (!command?.isPaged || !mayAct(user.role, roleFor(command, asked.args))) {
      return this.#note(press, 'Nothing is known of this button');
    }
    const reply = await command.run(asked.args, this.#options.desk);
    const page = reply.kind === 'lines' ? pageOf(reply.lines, number, asked.name, asked.args) : null;
    await this.#note(press, '');
    if (page !== null) await this.#replace(press, page.lines, page.buttons);
  }

  /** Roles may have changed since the question. */
  #mayStill({ role }: BotUser, action: ControlAction): boolean {
    const [name, args] = commandOf(action);
    const command = this.#commands.get(name);
    return mayAct(role, command === undefined ? 'owner' : roleFor(command, args));
  }

  async #show(chat: TelegramChat, picture: ChartSpec): Promise<void> {
    const { api, desk } = this.#options;
    try {
      const outcome = await api.show(chat, await desk.draw(picture));
      if (outcome.kind === 'done') return;
      await this.#say(chat, [plain(`The picture did not get here: ${outcome.kind}`)]);
    } catch (error) {
      await this.#say(chat, [plain(wordsOf(error))]);
    }
  }

  /** A short word at the button. */
  async #note({ pressId }: PressedButton, text: string): Promise<void> {
    await this.#options.api.call('answerCallbackQuery', { callback_query_id: pressId, text }, z.unknown());
  }

  /** In the place of the question and its buttons. */
  async #replace(
    { chat, topic, messageId }: PressedButton,
    lines: readonly TextLine[],
    buttons: readonly Button[] = [],
  ): Promise<void> {
    const [text = ''] = writeMessages(lines);
    const payload = { chat_id: chat, message_id: messageId, text, ...LOOKS, ...keyboardOf(buttons) };
    const outcome = await this.#options.api.call('editMessageText', payload, z.unknown());
    if (outcome.kind !== 'done') await this.#say({ id: chat, topic }, lines, buttons);
  }

  async #say(chat: TelegramChat, lines: readonly TextLine[], buttons: readonly Button[] = []): Promise<void> {
    const { api, clock } = this.#options;
    const messages = writeMessages(lines);
    for (const [index, text] of messages.entries()) {
      const isLast = index === messages.length - 1;
      const looks = isLast ? { ...LOOKS, ...keyboardOf(buttons) } : LOOKS;
      const outcome = await api.tell(chat, text, looks);
      if (outcome.kind !== 'throttled' || outcome.retryAfterMs > LONGEST_WAIT_MS) continue;
      await clock.sleepUntil(clock.now() + outcome.retryAfterMs);
      await api.tell(chat, text, looks);
    }
  }
}

function keyboardOf(buttons: readonly Button[]): object {
  return buttons.length === 0 ? {} : { reply_markup: { inline_keyboard: [buttons] } };
}

/** The command that asks for it, and its first words. */
function commandOf(action: ControlAction): readonly [name: string, args: readonly string[]] {
  if ('rule' in action) return ['gtt', [action.rule]];
  return [action.strategyId !== null && action.command === 'resume' ? 'strategy' : action.command, []];
}

function nameOf(action: ControlAction): string {
  return 'rule' in action ? `gtt ${action.rule}` : action.command;
}

/** In a group each bot has commands of its own. */
function isOfOther(bot: string | null, ours: string | null): boolean {
  return bot !== null && bot.toLowerCase() !== ours?.toLowerCase();
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
