import type { Alert, AlertLevel } from '../../core/alert.ts';
import { formatClock } from '../../core/time.ts';
import { bold, plain, type TextLine } from './write-messages.ts';

const MARKS: Readonly<Record<AlertLevel, string>> = { info: '', warning: '⚠️ ', critical: '🔴 ' };

/** `09:20:01 Bought 10 RELIANCE at 1,402.35 (entry)`; what a person has to act on is bold. */
export function alertLines({ text, level, kind, time }: Alert): readonly TextLine[] {
  // A summary has lines of its own; in anything else a line break is somebody else's word.
  const [first = '', ...others] = kind === 'summary' ? text.split('\n') : [text];
  const head = `${formatClock(time)} ${MARKS[level]}${first}`;
  return [level === 'critical' ? bold(head) : plain(head), ...others.map(plain)];
}
