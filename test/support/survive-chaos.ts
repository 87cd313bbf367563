import { expect } from 'vitest';
import { angelOneChaos } from '../chaos/angel-one-chaos.ts';
import { buildStage } from '../chaos/chaos-stage.ts';
import { runChaos } from '../chaos/run-chaos.ts';
import type { RedisServer } from './redis-server.ts';
import { tempFolder } from './temp-folder.ts';
import { serversUnder, stateFolder } from './worker-process.ts';

const SPEED = 80;
const MINUTES = 14;
export const PATIENCE = { timeout: 120_000 };

/** One run each; `npm run chaos -- --runs 300 --jobs 2` makes many. */
export async function survives(seed: string, redis?: RedisServer): Promise<void> {
  const folder = stateFolder();
  const said: string[] = [];
  const log = (line: string): number => said.push(line);
  const stage = await buildStage(tempFolder(), MINUTES, SPEED);
  const result = await runChaos({ broker: angelOneChaos, stage, seed, speed: SPEED, folder, log, redis });
  expect(result.differences, said.slice(-40).join('\n')).toEqual([]);
  expect(result.kills).toBeGreaterThan(0);
  expect(result.starts).toBeGreaterThan(1);
  expect(result.orders).toBeGreaterThan(20);
  expect(serversUnder(folder)).toEqual([]);
}
