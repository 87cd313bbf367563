/** Buys on the tick that prints its price. */
import { z } from 'zod';
import { defineStrategy, enter } from '../../src/engine/strategy/strategy.ts';

const TOLERANCE = 0.001;
const params = z.strictObject({ price: z.number().positive() });

export const atPrice = defineStrategy<z.output<typeof params>>({
  name: 'at-price',
  summary: 'Buys on the tick that prints its price.',
  params,
  scope: 'instrument',
  warmUp: () => 1,
  create: (ctx) => ({
    onCandle: () => undefined,
    onTick: ({ lastPrice }) =>
      Math.abs(lastPrice - ctx.params.price) < TOLERANCE ? enter({ side: 'BUY', reason: 'its price' }) : undefined,
  }),
});
