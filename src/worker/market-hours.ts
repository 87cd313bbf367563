import { dayOf, type EpochMs } from '../core/time.ts';
import type { EngineOptions } from '../engine/trading-engine.ts';

/** From the first open to the last close of the instruments. */
export interface Hours {
  readonly open: EpochMs;
  readonly close: EpochMs;
}

/** Null on a day without any session. */
export function hoursOf(
  { instruments, calendar }: Pick<EngineOptions, 'instruments' | 'calendar'>,
  time: EpochMs,
): Hours | null {
  const sessions = instruments.flatMap((each) => calendar.sessionOn(each, dayOf(time)) ?? []);
  if (sessions.length === 0) return null;
  return {
    open: Math.min(...sessions.map(({ open }) => open)),
    close: Math.max(...sessions.map(({ close }) => close)),
  };
}

/** Between the first open and the last close of its day. */
export function isOpenAt(options: Parameters<typeof hoursOf>[0], time: EpochMs): boolean {
  const hours = hoursOf(options, time);
  return hours !== null && time >= hours.open && time < hours.close;
}
