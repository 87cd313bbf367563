import { answerOfCommand } from '../alerts/answer-of-command.ts';
import type { AskedCommand } from '../db/postgres-commands.ts';
import type { Clock } from '../ports/clock.ts';
import type { Commanded } from '../ports/engine-event.ts';
import type { EffectPipeline } from './effect-pipeline.ts';

/** Does not wait for the event in hand; resolves when what the command asks for is in the books and queued. */
export async function obey(
  { command, strategyId }: AskedCommand,
  pipeline: EffectPipeline,
  clock: Clock,
): Promise<string> {
  const commanded: Commanded = { type: 'commanded', command, time: clock.now(), ...(strategyId ? { strategyId } : {}) };
  const effects = pipeline.tell(commanded);
  await pipeline.settle(clock.now());
  return answerOfCommand(commanded, effects);
}
