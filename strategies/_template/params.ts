import { z } from 'zod';
import { readTexts } from '../../src/engine/strategy/param-text.ts';

// Every setting has a default or is optional, bounds that exclude nonsense, and a description with its unit.
// `readTexts` lets the command line give them as text; `strictObject` refuses misspelt keys.
export const params = z.preprocess(
  readTexts,
  z.strictObject({
    period: z.int().min(1).max(1000).default(20).describe('candles of the moving average'),
    stopPercent: z.number().positive().lt(100).default(1).describe('stop-loss distance, percent of the close'),
  }),
);

export type Params = z.output<typeof params>;
