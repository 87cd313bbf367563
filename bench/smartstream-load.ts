import { runStreamLoad } from '../test/support/stream-load.ts';

const LOAD = { instruments: 3_000, ticksPerSecond: 15_000, seconds: 60 };

/**
 * 3,000 instruments over three connections at 15,000 ticks a second for a minute, from the simulated broker in a process of
 * its own: login, sockets, decoder, candle builder of five timeframes. Fails when one tick is lost.
 */
export const bench = {
  name: 'smartstream_load',
  async run(): Promise<Record<string, number>> {
    const figures = await runStreamLoad(LOAD);
    const { sent, received, outOfSequence, refusedByCandles, candles } = figures;
    const expected = LOAD.ticksPerSecond * LOAD.seconds;
    if (sent !== expected || received !== expected || outOfSequence > 0 || refusedByCandles > 0) {
      throw new Error(`Expected ${expected} ticks in order, found ${JSON.stringify(figures)}`);
    }
    return {
      smartstream_load_ticks: received,
      smartstream_load_candles: candles,
      smartstream_load_p50_ms: figures.p50Ms,
      smartstream_load_p99_ms: figures.p99Ms,
      smartstream_load_max_ms: figures.maxMs,
      smartstream_load_loop_p99_ms: figures.p99LoopDelayMs,
      smartstream_load_loop_max_ms: figures.maxLoopDelayMs,
      smartstream_load_rss_mb: figures.maxRssMb,
      smartstream_load_cpu_percent: figures.cpuPercent,
    };
  },
};
