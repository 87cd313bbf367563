import { ALERT_KINDS, ALERT_SETTINGS, type AlertKind, type AlertSetting } from '../../../core/alert.ts';
import type { AlertWishes } from '../../../ports/message-book.ts';
import { formatQuietHours, readQuietHours } from '../quiet-hours.ts';
import { bold, plain } from '../write-messages.ts';
import type { BotCommand, ControlDesk, Reply } from './bot-command.ts';
import { misread } from './view-commands.ts';

/** How alerts are told; lasts until it is changed again, over restarts, too. */
export const SETTINGS_COMMAND: BotCommand = {
  name: 'settings',
  role: 'owner',
  usage: '[<kind> on|silent|off] [quiet 22:00-07:00|off]',
  summary: 'how alerts are told, by kind and by hour; what went wrong can be silenced, not switched off',
  isSafety: false,
  async run(args, desk) {
    const [what, value, ...others] = args;
    const wishes = await desk.alerts.wishes();
    if (what === undefined) return shown(wishes, desk);
    if (others.length > 0) return misread(`expected one thing to be set, found "${args.join(' ')}"`);
    const changed = what === 'quiet' ? withQuiet(wishes, value) : withKind(wishes, what, value);
    if (typeof changed === 'string') return misread(changed);
    await desk.alerts.setWishes(changed);
    return shown(changed, desk);
  },
};

function withQuiet(wishes: AlertWishes, value = ''): AlertWishes | string {
  const quiet = value === 'off' ? null : readQuietHours(value);
  return quiet === undefined ? `expected hours such as 22:00-07:00, or "off", found "${value}"` : { ...wishes, quiet };
}

function withKind(wishes: AlertWishes, what: string, value = ''): AlertWishes | string {
  const kind = ALERT_KINDS.find((each) => each === what);
  const setting = ALERT_SETTINGS.find((each) => each === value);
  if (kind === undefined) return `expected "quiet" or one of ${ALERT_KINDS.join(', ')}, found "${what}"`;
  if (setting === undefined) return `expected one of ${ALERT_SETTINGS.join(', ')} behind it, found "${value}"`;
  return { ...wishes, kinds: { ...wishes.kinds, [kind]: setting } };
}

function shown(wishes: AlertWishes, { alerts }: ControlDesk): Reply {
  const lineOf = (kind: AlertKind): string => {
    const configured: AlertSetting = alerts.configured[kind];
    const now = wishes.kinds[kind] ?? configured;
    return `${kind}: ${now}${now === configured ? '' : ` (configured: ${configured})`}`;
  };
  const quiet = wishes.quiet === null ? 'never' : `${formatQuietHours(wishes.quiet)}, but for what is critical`;
  const lines = [...ALERT_KINDS.map(lineOf), `quiet: ${quiet}`];
  return { kind: 'lines', lines: [bold('Alerts'), ...lines.map(plain)], facts: wishes };
}
