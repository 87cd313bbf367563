import { z } from 'zod';
import type { ClientOrderId, InstrumentId, StrategyId } from '../../../core/ids.ts';
import { COMMANDS } from '../../../ports/engine-event.ts';

/** What a button can set off: a command to the engine, of one strategy or of the whole account. */
export const controlActionSchema = z.strictObject({
  command: z.enum(COMMANDS),
  strategyId: z
    .string()
    .transform((id) => id as StrategyId)
    .nullable(),
  /** Of `squareoff`: only in this instrument. */
  instrumentId: z
    .string()
    .transform((id) => id as InstrumentId)
    .optional(),
  /** Of `cancel`: the entry. */
  orderId: z
    .string()
    .transform((id) => id as ClientOrderId)
    .optional(),
});
export type ControlAction = z.output<typeof controlActionSchema>;
