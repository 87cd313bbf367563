import { z } from 'zod';
import { readTexts } from '../../src/engine/strategy/param-text.ts';

const period = z.int().min(1).max(1000);
const percent = z.number().positive().lt(100);
const multiple = z.number().positive().max(100);

export const params = z.preprocess(
  readTexts,
  z
    .strictObject({
      fast: period.default(9).describe('candles of the fast EMA; below slow'),
      slow: period.default(21).describe('candles of the slow EMA'),
      allowShort: z.boolean().default(false).describe('also sell short on the cross below'),
      stopPercent: percent.optional().describe('stop-loss distance, percent of the close; none when absent'),
      targetPercent: percent.optional().describe('target distance, percent of the close; none when absent'),
      stopAtr: multiple.optional().describe('stop-loss distance in ATRs, instead of stopPercent'),
      targetAtr: multiple.optional().describe('target distance in ATRs, instead of targetPercent'),
      atrPeriod: period.default(14).describe('candles of the ATR; used with stopAtr or targetAtr'),
    })
    .superRefine((value, context) => {
      const refuse = (key: keyof typeof value, message: string) =>
        context.addIssue({ code: 'custom', path: [key], message });
      if (value.fast >= value.slow) refuse('fast', `a number of candles below slow (${value.slow})`);
      if (value.stopPercent !== undefined && value.stopAtr !== undefined) {
        refuse('stopAtr', 'nothing beside stopPercent: a stop-loss has one distance');
      }
      if (value.targetPercent !== undefined && value.targetAtr !== undefined) {
        refuse('targetAtr', 'nothing beside targetPercent: a target has one distance');
      }
    }),
);

export type Params = z.output<typeof params>;
