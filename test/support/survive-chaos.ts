import { expect } from 'vitest';
import { runChaos } from '../chaos/run-chaos.ts';
import type { RedisServer } from './redis-server.ts';
import { serversUnder, stateFolder } from './worker-process.ts';

const SPEED = 450;
export const PATIENCE = { timeout: 300_000 };

/** One run each; `npm run chaos -- --runs 300` makes many. */
export async function survives(seed: string, redis?: RedisServer): Promise<void> {
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
