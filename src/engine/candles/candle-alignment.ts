import type { EpochMs } from '../../core/time.ts';

/** Open time of the candle of that length that holds `time`, counted from the session's open. */
export function alignedOpenTime(sessionOpen: EpochMs, lengthMs: number, time: EpochMs): EpochMs {
  return sessionOpen + Math.floor((time - sessionOpen) / lengthMs) * lengthMs;
}

/** The session's last candle is cut short by its close; a `1d` candle is the session. */
export function alignedEndTime(sessionClose: EpochMs, lengthMs: number, openTime: EpochMs): EpochMs {
  return Math.min(openTime + lengthMs, sessionClose);
}
