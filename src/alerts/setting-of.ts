import type { Alert, AlertSetting, AlertSettings, AlertSubject } from '../core/alert.ts';

type Wished = Readonly<Partial<Record<AlertSubject, AlertSetting | undefined>>>;

/**
 * How an alert is told: what a person has set since comes before what is configured, and of each what is said of the topic
 * before what is said of the kind. What went wrong can be silenced, not switched off.
 */
export function settingOf(
  { kind, topic, level }: Pick<Alert, 'kind' | 'topic' | 'level'>,
  configured: AlertSettings,
  wished: Wished = {},
): AlertSetting {
  const subject = `${kind}/${topic}` as AlertSubject;
  const setting = wished[subject] ?? wished[kind] ?? configured[subject] ?? configured[kind];
  return setting === 'off' && level !== 'info' ? 'silent' : setting;
}
