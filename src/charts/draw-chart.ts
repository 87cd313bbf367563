import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { UnavailableError } from '../core/errors.ts';
import type { ChartSpec } from '../ports/chart.ts';

const PATIENCE_MS = 20_000;

/** A PNG. Drawn in a thread of its own: what takes a tenth of a second must not hold up prices. */
export async function drawChart(spec: ChartSpec): Promise<Uint8Array> {
  const thread = new Worker(new URL('chart-thread.ts', import.meta.url), { workerData: spec });
  thread.unref();
  try {
    const [png] = (await once(thread, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) })) as [Uint8Array];
    return png;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UnavailableError(`The chart could not be drawn: ${why}`, { cause: error });
  } finally {
    await thread.terminate();
  }
}
