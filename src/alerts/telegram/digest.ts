import type { Alert } from '../../core/alert.ts';
import { formatClock } from '../../core/time.ts';

/** Denials of the same reason become one, the newest, with how many there were; all else stays, in its order. */
export function digest(alerts: readonly Alert[]): readonly Alert[] {
  const denials = new Map<string, Alert[]>();
  for (const alert of alerts) {
    if (alert.kind !== 'denial') continue;
    const reason = alert.topic ?? '';
    denials.set(reason, [...(denials.get(reason) ?? []), alert]);
  }
  return alerts.flatMap((alert) => {
    const alike = alert.kind === 'denial' ? denials.get(alert.topic ?? '') : undefined;
    const [first] = alike ?? [];
    if (alike === undefined || first === undefined || alike.length === 1) return [alert];
    if (alert !== alike.at(-1)) return [];
    const others = `and ${alike.length - 1} more for this reason since ${formatClock(first.time)}`;
    return [{ ...alert, text: `${alert.text} (${others})` }];
  });
}
