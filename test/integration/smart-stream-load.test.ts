import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { StreamLoadFigures } from '../support/stream-load.ts';

const CHILD = fileURLToPath(new URL('../support/stream-load-child.ts', import.meta.url));

it('takes 3,000 instruments at 15,000 ticks a second without losing, doubling or turning away one', async () => {
  const child = fork(CHILD, ['3000', '15000', '5'], { execArgv: [] });
  const [figures] = (await once(child, 'message')) as [StreamLoadFigures];
  expect(figures).toMatchObject({
    sent: 75_000,
    received: 75_000,
    outOfSequence: 0,
    refusedByCandles: 0,
    connections: 3,
  });
  // How fast it was is for `npm run bench -- --only smartstream_load`: this machine may be busy with other tests.
  expect(figures.maxRssMb).toBeLessThan(400);
  expect(figures.p50Ms).toBeLessThan(1_000);
});
