export interface WrittenCommand {
  /** Without the slash, in lower case. */
  readonly name: string;
  /** Which bot is meant, where it is said. */
  readonly bot: string | null;
  readonly args: readonly string[];
}

/** More than any command takes: what is cut off must not make a shorter one of it. */
const MOST_ARGUMENTS = 32;
const HEAD = /^\/([a-z0-9_]{1,32})(?:@([a-z0-9_]{1,64}))?$/i;

/** `/orders@signalman_bot today` names the command `orders` with one argument; null for anything that is no command. */
export function readCommand(text: string): WrittenCommand | null {
  const [head = '', ...args] = text.trim().split(/\s+/u, MOST_ARGUMENTS + 1);
  const [, name, bot = null] = HEAD.exec(head) ?? [];
  return name === undefined ? null : { name: name.toLowerCase(), bot, args };
}
