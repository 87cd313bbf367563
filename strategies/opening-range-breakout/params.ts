import { z } from 'zod';
import { parseTimeOfDay } from '../../src/core/time.ts';
import { readTexts } from '../../src/engine/strategy/param-text.ts';

export const params = z.preprocess(
  readTexts,
  z.strictObject({
    rangeMinutes: z
      .int()
      .min(1)
      .max(300)
      .default(15)
      .describe('minutes from the session open that make the range; a multiple of the timeframe'),
    allowShort: z.boolean().default(false).describe('also sell short on a close below the range'),
    stopPercent: z
      .number()
      .positive()
      .lt(100)
      .optional()
      .describe('stop-loss distance, percent of the close; the other side of the range when absent'),
    targetRiskMultiple: z
      .number()
      .positive()
      .max(100)
      .default(2)
      .describe('target distance as a multiple of the stop-loss distance'),
    lastEntryTime: z
      .string()
      .refine((text) => parseTimeOfDay(text) !== undefined, 'a time of day in IST such as "14:30"')
      .default('14:30')
      .describe('HH:MM in IST; a candle that closes later enters nothing'),
  }),
);

export type Params = z.output<typeof params>;
