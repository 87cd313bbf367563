import { expect, it } from 'vitest';
import { runChaos } from '../chaos/run-chaos.ts';
import { type RedisServer, redisServerPath, startRedis } from '../support/redis-server.ts';
import { serversUnder, stateFolder } from '../support/worker-process.ts';

const SPEED = 450;
const PATIENCE = { timeout: 300_000 };

/** One run each; `npm run chaos -- --runs 300` makes many. */
async function survives(seed: string, redis?: RedisServer): Promise<void> {
  const folder = stateFolder();
  const said: string[] = [];
  const log = (line: string): number => said.push(line);
  const result = await runChaos({ seed, speed: SPEED, folder, log, ...(redis === undefined ? {} : { redis }) });
  expect(result.differences, said.slice(-40).join('\n')).toEqual([]);
  expect(result.kills).toBeGreaterThan(0);
  expect(result.starts).toBeGreaterThan(1);
  expect(result.orders).toBeGreaterThan(5);
  expect(serversUnder(folder)).toEqual([]);
}

it('a worker that is killed among faults loses and doubles no order', PATIENCE, () => survives('3'));

it.skipIf(redisServerPath() === undefined)('nor with its queue in Redis (needs redis-server)', PATIENCE, async () => {
  const redis = await startRedis(redisServerPath() ?? '');
  try {
    await survives('8', redis);
  } finally {
    await redis.kill();
  }
});
