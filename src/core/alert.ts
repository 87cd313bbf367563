import type { EpochMs } from './time.ts';

export const ALERT_LEVELS = ['info', 'warning', 'critical'] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];
export const ALERT_KINDS = ['signal', 'denial', 'order', 'fill', 'trade', 'risk', 'system', 'summary'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export const ALERT_SETTINGS = ['on', 'silent', 'off'] as const;
/** How a kind of alert is told: with a sound, without one, or not at all. What went wrong is always told. */
export type AlertSetting = (typeof ALERT_SETTINGS)[number];

/** A message to a person, in plain words. `key` makes it unique: the same alert is stored once. */
export interface Alert {
  readonly key: string;
  readonly kind: AlertKind;
  readonly level: AlertLevel;
  readonly text: string;
  readonly time: EpochMs;
}
