import { z } from 'zod';
import { readTexts } from '../../src/engine/strategy/param-text.ts';

const percent = z.number().positive().lt(100);
const level = z.number().positive().lt(100);

export const params = z.preprocess(
  readTexts,
  z
    .strictObject({
      period: z.int().min(1).max(1000).default(14).describe('candles of the RSI'),
      oversold: level.default(30).describe('buy when the RSI falls below this; below exitAbove'),
      exitAbove: level.default(55).describe('sell when the RSI is above this'),
      stopPercent: percent.optional().describe('stop-loss distance, percent of the close; none when absent'),
      targetPercent: percent.optional().describe('target distance, percent of the close; none when absent'),
      maxHoldCandles: z
        .int()
        .min(1)
        .optional()
        .describe('sell after this many candles in position; no limit when absent'),
    })
    .superRefine((value, context) => {
      if (value.oversold >= value.exitAbove) {
        context.addIssue({
          code: 'custom',
          path: ['oversold'],
          message: `a level below exitAbove (${value.exitAbove})`,
        });
      }
    }),
);

export type Params = z.output<typeof params>;
