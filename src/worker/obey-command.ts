import { answerOfCommand } from '../alerts/answer-of-command.ts';
import { InvariantError } from '../core/errors.ts';
import type { AskedCommand } from '../db/postgres-commands.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';
import type { Clock } from '../ports/clock.ts';
import type { Commanded } from '../ports/engine-event.ts';
import type { EffectPipeline } from './effect-pipeline.ts';
import { settleOrder } from './settle-order.ts';

/** Does not wait for the event in hand; resolves when what the command asks for is in the books. */
export async function obey(
  { command, strategyId, instrumentId, orderId, settled }: AskedCommand,
  engine: TradingEngine,
  pipeline: EffectPipeline,
  clock: Clock,
): Promise<string> {
  if (settled !== undefined) return settleOrder(settled, engine, pipeline, clock);
  if (command === 'settle') throw new InvariantError('Expected the order that is to be settled, found none');
  const commanded: Commanded = {
    ...{ type: 'commanded', command, time: clock.now() },
    ...(strategyId ? { strategyId } : {}),
    ...(instrumentId ? { instrumentId } : {}),
    ...(orderId ? { orderId } : {}),
  };
  const effects = pipeline.tell(commanded);
  await pipeline.settle(clock.now());
  return answerOfCommand(commanded, effects);
}
