/** Runs a load in a process that holds nothing else, and sends its figures over the process channel. */
import { runStreamLoad } from './stream-load.ts';

const [instruments, ticksPerSecond, seconds] = process.argv.slice(2).map(Number);
const figures = await runStreamLoad({
  instruments: instruments ?? 0,
  ticksPerSecond: ticksPerSecond ?? 0,
  seconds: seconds ?? 0,
});
process.send?.(figures, undefined, undefined, () => process.exit(0));
