import { schedule } from 'node-cron';

/** On the minute, in India; a minute that the machine slept through is made up for by the next one. */
const EVERY_MINUTE = '* * * * *';

/**
 * Calls `onWake` every minute by the time of day, however long a timer would still have to run: a machine that slept, or
 * whose clock was set, wakes the schedule at its next minute. Returns how to end that.
 */
export function cronWake(onWake: () => void): () => void {
  const task = schedule(EVERY_MINUTE, onWake, { timezone: 'Asia/Kolkata', suppressMissedWarning: true, unref: true });
  task.on('execution:missed', onWake);
  return () => void task.destroy();
}
