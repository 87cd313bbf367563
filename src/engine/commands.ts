import type { InstrumentId, StrategyId } from '../core/ids.ts';
import type { Commanded, Effect, Switches } from '../ports/engine-event.ts';
import type { EngineParts } from './engine-parts.ts';

/** What a person's command does; the engine's time has come to it. */
export function obey(
  { command, strategyId, instrumentId, orderId, time }: Commanded,
  { switches, orders }: Pick<EngineParts, 'switches' | 'orders'>,
  emit: (effect: Effect) => void,
): void {
  const reason = strategyId === undefined ? `Command "${command}"` : `Command "${command}" of strategy "${strategyId}"`;
  const isMeant = (each: { readonly strategyId: StrategyId; readonly instrumentId: InstrumentId }): boolean =>
    (strategyId === undefined || each.strategyId === strategyId) &&
    (instrumentId === undefined || each.instrumentId === instrumentId);
  if (command === 'squareoff') {
    orders.squareOff(isMeant, reason, time);
    return;
  }
  if (command === 'cancel') {
    orders.cancelEntries(({ clientOrderId }) => clientOrderId === orderId, reason, time);
    return;
  }
  Object.assign(switches, strategyId === undefined ? turned(command) : turnedOf(strategyId, command, switches));
  emit({ type: 'switchesChanged', switches: { ...switches }, time });
  if (command === 'kill') orders.cancelEntries(isMeant, reason, time);
}

/** Strategies that were paused on their own stay so. */
function turned(command: 'halt' | 'resume' | 'kill'): Partial<Switches> {
  if (command === 'halt') return { isPaused: true };
  return command === 'kill' ? { isKilled: true } : { isPaused: false, isKilled: false };
}

function turnedOf(
  id: StrategyId,
  command: 'halt' | 'resume' | 'kill',
  { pausedStrategies: paused }: Switches,
): Partial<Switches> {
  if (command === 'resume') return { pausedStrategies: paused.filter((each) => each !== id) };
  return { pausedStrategies: paused.includes(id) ? paused : [...paused, id] };
}
