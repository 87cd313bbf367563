import type { Effect, EngineEvent } from '../ports/engine-event.ts';
import type { EngineParts } from './engine-parts.ts';

/** What a person's command does; the engine's time has come to it. */
export function obey(
  { command, time }: Extract<EngineEvent, { type: 'commanded' }>,
  { switches, orders }: Pick<EngineParts, 'switches' | 'orders'>,
  emit: (effect: Effect) => void,
): void {
  if (command === 'halt') switches.isPaused = true;
  if (command === 'resume') switches.isPaused = switches.isKilled = false;
  if (command === 'kill') switches.isKilled = true;
  if (command !== 'squareoff') emit({ type: 'switchesChanged', switches: { ...switches }, time });
  if (command === 'kill') orders.cancelEntries('Command "kill"', time);
  if (command === 'squareoff') orders.squareOffAll('Command "squareoff"', time);
}
