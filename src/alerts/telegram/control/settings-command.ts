import {
  ALERT_KINDS,
  ALERT_SETTINGS,
  ALERT_SUBJECTS,
  ALERT_TOPICS,
  type AlertKind,
  type AlertSubject,
} from '../../../core/alert.ts';
import type { AlertWishes } from '../../../ports/message-book.ts';
import { formatQuietHours, readQuietHours } from '../quiet-hours.ts';
import { bold, plain } from '../write-messages.ts';
import type { BotCommand, ControlDesk, Reply } from './bot-command.ts';
import { misread } from './view-commands.ts';

/** How alerts are told; lasts until it is changed again, over restarts, too. */
export const SETTINGS_COMMAND: BotCommand = {
  name: 'settings',
  role: 'owner',
  usage: '[<kind>[/<topic>] on|silent|off] [quiet 22:00-07:00|off]',
  summary:
    'how alerts are told, by kind, by topic (trade/stop_loss) and by hour; what went wrong can be silenced, not switched off',
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
  const subject = ALERT_SUBJECTS.find((each) => each === what);
  const setting = ALERT_SETTINGS.find((each) => each === value);
  if (subject === undefined) return `expected "quiet" or one of ${expectedSubjects(what)}, found "${what}"`;
  if (setting === undefined) return `expected one of ${ALERT_SETTINGS.join(', ')} behind it, found "${value}"`;
  // What is set for a kind is meant for all of it.
  const kept = Object.entries(wishes.kinds).filter(([each]) => !each.startsWith(`${subject}/`));
  return { ...wishes, kinds: { ...Object.fromEntries(kept), [subject]: setting } };
}

/** The topics of a kind that is known, else the kinds. */
function expectedSubjects(what: string): string {
  const kind = ALERT_KINDS.find((each) => each === what.split('/')[0]);
  return kind === undefined ? ALERT_KINDS.join(', ') : [kind, ...subjectsOf(kind)].join(', ');
}

function subjectsOf(kind: AlertKind): readonly AlertSubject[] {
  return ALERT_TOPICS[kind].map((topic) => `${kind}/${topic}` as AlertSubject);
}

function shown(wishes: AlertWishes, { alerts }: ControlDesk): Reply {
  const lineOf = (kind: AlertKind): string => {
    const configured = alerts.configured[kind];
    const now = wishes.kinds[kind] ?? configured;
    const topics = subjectsOf(kind).flatMap((subject) => {
      const setting =
        wishes.kinds[subject] ?? (wishes.kinds[kind] === undefined ? alerts.configured[subject] : undefined);
      return setting === undefined || setting === now ? [] : [`${subject.slice(kind.length + 1)} ${setting}`];
    });
    const but = topics.length === 0 ? '' : `, but ${topics.join(', ')}`;
    return `${kind}: ${now}${but}${now === configured ? '' : ` (configured: ${configured})`}`;
  };
  const quiet = wishes.quiet === null ? 'never' : `${formatQuietHours(wishes.quiet)}, but for what is critical`;
  const lines = [...ALERT_KINDS.map(lineOf), `quiet: ${quiet}`];
  return { kind: 'lines', lines: [bold('Alerts'), ...lines.map(plain)], facts: wishes };
}
