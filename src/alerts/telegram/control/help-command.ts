import { plain } from '../write-messages.ts';
import type { BotCommand } from './bot-command.ts';
import type { Role } from './guard.ts';

/** `/orders [open|today]` */
export function usageOf({ name, usage }: Pick<BotCommand, 'name' | 'usage'>): string {
  return usage === '' ? `/${name}` : `/${name} ${usage}`;
}

/** Who may write the command with these words behind it. */
export function roleFor({ role, roleOf }: Pick<BotCommand, 'role' | 'roleOf'>, args: readonly string[]): Role {
  return roleOf?.(args) ?? role;
}

/** The same commands, and one that lists them all. */
export function withHelp(commands: readonly BotCommand[]): readonly BotCommand[] {
  const help: BotCommand = {
    ...{ name: 'help', role: 'viewer', usage: '', summary: 'lists the commands', isSafety: false },
    run: async () => {
      const all = [...commands, help];
      return { kind: 'lines', lines: all.map((command) => plain(lineOf(command))), facts: all.map(({ name }) => name) };
    },
  };
  return [...commands, help];
}

function lineOf(command: BotCommand): string {
  const role = command.role === 'viewer' ? '' : ` (${command.role})`;
  return `${usageOf(command)}: ${command.summary}${role}`;
}
