import { dayOf, type EpochMs, MINUTE_MS, parseTimeOfDay, startOfDay } from '../../core/time.ts';
import type { QuietHours } from '../../ports/message-book.ts';

export function isWithin(time: EpochMs, { from, to }: QuietHours): boolean {
  const ofDay = time - startOfDay(dayOf(time));
  return from <= to ? ofDay >= from && ofDay < to : ofDay >= from || ofDay < to;
}

/** `22:00-07:00`; undefined for anything else, and for hours that have no length. */
export function readQuietHours(text: string): QuietHours | undefined {
  const [from, to, ...others] = text.split('-').map((each) => parseTimeOfDay(each));
  if (from === undefined || to === undefined || from === to || others.length > 0) return undefined;
  return { from, to };
}

export function formatQuietHours({ from, to }: QuietHours): string {
  return [from, to].map(timeOfDay).join('-');
}

function timeOfDay(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS);
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
