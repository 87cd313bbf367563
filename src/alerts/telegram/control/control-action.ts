import { z } from 'zod';
import { GTT_LEGS, LONGEST_GTT_DAYS } from '../../../core/gtt.ts';
import type { ClientOrderId, InstrumentId, StrategyId } from '../../../core/ids.ts';
import { ORDER_SIDES, PRODUCT_TYPES } from '../../../core/order.ts';
import { COMMANDS } from '../../../ports/engine-event.ts';
import type { RuleAction } from '../../../ports/rule-desk.ts';

/** A command to the engine, of one strategy or of the whole account. */
const engineActionSchema = z.strictObject({
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
export type EngineAction = z.output<typeof engineActionSchema>;

const id = z
  .string()
  .regex(/^[0-9a-z]{16}$/)
  .transform((text) => text as ClientOrderId);
const legs = z.array(
  z.strictObject({
    name: z.enum(GTT_LEGS),
    quantity: z.int().positive(),
    triggerPrice: z.number().positive(),
    limitPrice: z.number().positive(),
  }),
);

/** Something about a good-till-triggered rule. */
const ruleActionSchema: z.ZodType<RuleAction> = z.discriminatedUnion('rule', [
  z.strictObject({
    ...{ rule: z.literal('new'), id, legs, side: z.enum(ORDER_SIDES), product: z.enum(PRODUCT_TYPES) },
    instrumentId: z.string().transform((text) => text as InstrumentId),
    days: z.int().min(1).max(LONGEST_GTT_DAYS),
  }),
  z.strictObject({ rule: z.literal('modify'), id, legs }),
  z.strictObject({ rule: z.literal('cancel'), id }),
]);

/** What a button can set off. */
export const controlActionSchema = z.union([engineActionSchema, ruleActionSchema]);
export type ControlAction = EngineAction | RuleAction;
