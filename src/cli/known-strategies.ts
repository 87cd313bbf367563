import type { Strategy } from '../engine/strategy/strategy.ts';

/** Every registered strategy, loaded only by the commands that need them. */
export async function knownStrategies(): Promise<readonly Strategy[]> {
  const { strategies } = await import('../../strategies/index.ts');
  return strategies;
}
