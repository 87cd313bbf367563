/** `telegram pair` and `telegram test`: from a bot's token to a chat that is told. */
import { randomInt } from 'node:crypto';
import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { ConfigError, UnavailableError } from '../core/errors.ts';
import type { Outcome } from '../ports/outcome.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { knownStrategies } from './known-strategies.ts';
import { readNumber } from './options.ts';
import { printNote, printResult } from './output.ts';

const DEFAULT_MINUTES = 5;
const CODES = 1_000_000;

export function telegramCommand(): Command {
  const pair = new Command('pair')
    .description(
      'Find out the number of a chat: write the code that is shown here to your bot, in the chat that is to be told. Commands that were written to the bot before are passed over.',
    )
    .option('--minutes <minutes>', 'how long to wait', readNumber('--minutes', { above: 0 }), DEFAULT_MINUTES)
    .option('--json', 'print the chat as one JSON document')
    .action((options: { readonly minutes: number; readonly json?: boolean }) => pairChatByCode(options));
  const test = new Command('test')
    .description(
      'Send a message to each chat of telegram.chats in bot.config.ts. Exit code 1: one of them did not take it.',
    )
    .option('--json', 'print what happened as one JSON document')
    .action((options: { readonly json?: boolean }) => testChats(options));
  return new Command('telegram')
    .description('Set up alerts by Telegram. The token of the bot (TELEGRAM_BOT_TOKEN in .env) is given by @BotFather.')
    .addCommand(pair)
    .addCommand(test);
}

async function pairChatByCode({ minutes, json }: { readonly minutes: number; readonly json?: boolean }): Promise<void> {
  const desk = await openDesk();
  const bot = await desk.botName();
  if (bot.kind !== 'done') throw failure(bot);
  const code = String(randomInt(CODES)).padStart(6, '0');
  printNote(`Write this to @${bot.value} within ${minutes} min: ${code.slice(0, 3)} ${code.slice(3)}`);
  const paired = await desk.pair(code, AbortSignal.timeout(minutes * 60_000));
  if (paired.kind !== 'done') throw failure(paired);
  if (paired.value === undefined) {
    throw new UnavailableError(`Nobody has written the code to @${bot.value} within ${minutes} min.`);
  }
  const { chat, topic, user } = paired.value;
  const entry = topic === null ? `{ id: ${chat} }` : `{ id: ${chat}, topic: ${topic} }`;
  const users = user === null ? '' : `, users: [{ id: ${user}, role: 'owner' }]`;
  const text = `Put this into bot.config.ts:\n  telegram: { chats: [${entry}]${users} },\nthen: npm run signalman -- telegram test`;
  printResult({ json: { chat, topic, user }, text }, json === true);
}

async function testChats({ json }: { readonly json?: boolean }): Promise<void> {
  const desk = await openDesk();
  const { loadBot } = await import('../config/load-bot.ts');
  const { telegram, file } = await loadBot({ path: readEnv().configPath, strategies: await knownStrategies() });
  if (telegram.chats.length === 0) {
    throw new ConfigError(
      `${file}: telegram.chats: expected a chat, found none ("npm run signalman -- telegram pair" finds out its number)`,
    );
  }
  const results: { readonly chat: string; readonly isTold: boolean; readonly reason: string | null }[] = [];
  for (const chat of telegram.chats) {
    const outcome = await desk.tell(chat, 'signalman will tell this chat what happens.');
    const reason = outcome.kind === 'done' ? null : failure(outcome).message;
    results.push({ chat: desk.nameOf(chat), isTold: reason === null, reason });
  }
  if (results.some(({ isTold }) => !isTold)) process.exitCode = EXIT_FAILED;
  const text = results.map(({ chat, reason }) => `chat ${chat}: ${reason ?? 'told'}`).join('\n');
  printResult({ json: { chats: results }, text }, json === true);
}

async function openDesk() {
  const { telegram } = readEnv();
  if (telegram === null) {
    throw new ConfigError(
      'TELEGRAM_BOT_TOKEN: expected the token of your bot in .env (@BotFather gives it), found none',
    );
  }
  const { openTelegramDesk } = await import('../worker/telegram-desk.ts');
  return openTelegramDesk(telegram);
}

function failure(outcome: Exclude<Outcome<unknown>, { kind: 'done' }>): Error {
  if (outcome.kind === 'session') return new ConfigError(`TELEGRAM_BOT_TOKEN: ${outcome.reason}`);
  if (outcome.kind === 'throttled')
    return new UnavailableError('Telegram asks for fewer calls: try again in a minute.');
  if (outcome.kind === 'refused' && outcome.code === '409') {
    return new UnavailableError('Another program listens to this bot: end it first, each bot has one listener.');
  }
  return new UnavailableError(outcome.reason);
}
