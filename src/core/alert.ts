import type { EpochMs } from './time.ts';

export const ALERT_LEVELS = ['info', 'warning', 'critical'] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];
export const ALERT_KINDS = ['signal', 'denial', 'order', 'fill', 'trade', 'gtt', 'risk', 'system', 'summary'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** What alerts of a kind are about, where a person may want to be told of one thing and not of another. */
export const ALERT_TOPICS = {
  signal: ['entry', 'exit'],
  denial: [],
  order: ['placed', 'trailed', 'rejected', 'expired', 'unknown'],
  fill: ['full', 'partial'],
  trade: ['signal', 'stop_loss', 'target', 'square_off', 'end_of_data'],
  gtt: ['created', 'changed', 'triggered', 'ended', 'failed'],
  risk: ['limit'],
  system: ['run', 'switch', 'feed', 'session', 'books', 'backfill'],
  summary: ['checklist', 'square-off', 'report'],
} as const satisfies Readonly<Record<AlertKind, readonly string[]>>;

type TopicOf<Kind extends AlertKind> = (typeof ALERT_TOPICS)[Kind][number];
/** `trade`, or `trade/stop_loss`. */
export type AlertSubject = { [Kind in AlertKind]: Kind | `${Kind}/${TopicOf<Kind>}` }[AlertKind];

export const ALERT_SUBJECTS: readonly AlertSubject[] = ALERT_KINDS.flatMap((kind) => [
  kind,
  ...ALERT_TOPICS[kind].map((topic) => `${kind}/${topic}` as AlertSubject),
]);

export const ALERT_SETTINGS = ['on', 'silent', 'off'] as const;
/** How alerts are told: with a sound, without one, or not at all. What went wrong is always told. */
export type AlertSetting = (typeof ALERT_SETTINGS)[number];

/** By kind, and by topic where that differs from its kind. */
export type AlertSettings = Readonly<Record<AlertKind, AlertSetting>> &
  Readonly<Partial<Record<AlertSubject, AlertSetting | undefined>>>;

/** A message to a person, in plain words. `key` makes it unique: the same alert is stored once. */
export interface Alert {
  readonly key: string;
  readonly kind: AlertKind;
  /** One of the kind's topics, or the code of a denial: alerts of one topic can be told as one. */
  readonly topic?: string | null | undefined;
  readonly level: AlertLevel;
  readonly text: string;
  readonly time: EpochMs;
}
