import { formatIst } from '../../../core/time.ts';
import type { LoginDesk } from '../../../ports/login-desk.ts';
import { bold, plain } from '../write-messages.ts';
import type { BotCommand, Reply } from './bot-command.ts';
import { misread } from './view-commands.ts';

/** What is written behind it may be a token: it is repeated in no answer. */
export const LOGIN_COMMAND: BotCommand = {
  ...{ name: 'login', role: 'operator', usage: '[token]', isSafety: false },
  summary: "how the session with the broker stands; takes the day's token where the broker needs one",
  async run(args, { login }) {
    const [token, ...others] = args;
    if (login === null) {
      if (token !== undefined) return misread('no broker account is configured, so no token is taken');
      return told(['no broker account is configured: prices and orders are simulated, and nobody has to log in'], null);
    }
    if (token === undefined) return standing(login);
    if (login.takeToken === null) return misread(`${login.broker} takes no token: ${login.needs}`);
    if (others.length > 0) return misread('expected one token and nothing behind it');
    const outcome = await login.takeToken(token);
    if (outcome.kind === 'done') return standing(login);
    const why = outcome.kind === 'throttled' ? 'it asks for fewer calls, try again in a minute' : outcome.reason;
    return misread(`${login.broker} has not taken the token: ${why}`);
  },
};

function standing(login: LoginDesk): Reply {
  const { broker, needs } = login;
  const now = login.standing();
  return told([`${broker}: ${wordsOf(now)}`, needs], { broker, needs, standing: now });
}

function wordsOf(standing: ReturnType<LoginDesk['standing']>): string {
  switch (standing.kind) {
    case 'open':
      return `there is a session, its tokens are of ${formatIst(standing.since).slice(0, 19).replace('T', ' ')}`;
    case 'none':
      return 'there is no session now';
    case 'halted':
      return `there is no session, and none is tried until the worker is started again: ${standing.reason}`;
  }
}

function told(lines: readonly string[], facts: unknown): Reply {
  return { kind: 'lines', lines: [bold('Login'), ...lines.map(plain)], facts };
}
