/**
 * The smallest complete strategy: long while the close is above its moving average. Copy the folder and change what the
 * comments point at; `strategies/README.md` has the steps.
 */
import { Sma } from '../../src/engine/indicators/sma.ts';
import { defineStrategy, enter, exit } from '../../src/engine/strategy/strategy.ts';
import { type Params, params } from './params.ts';

// Rename the constant and the name: the folder's name in both, `myStrategy` and 'my-strategy'.
export const template = defineStrategy<Params>({
  name: 'template',
  // One sentence for the list that `npm run signalman -- strategies` prints.
  summary: 'To be copied: long while the close is above its moving average.',
  params,
  // 'instrument': one runner for each configured instrument. 'group': one for all of them, for pairs and option legs.
  scope: 'instrument',
  // The longest warm-up of the indicators below: `onCandle` is asked from that candle on.
  warmUp: ({ period }) => period,
  create(ctx) {
    // Indicators registered here are fed each closed candle before `onCandle` sees it.
    const average = ctx.use(new Sma({ period: ctx.params.period }));
    return {
      // One closed candle in, one decision out: a draft, several drafts in an array, or undefined for nothing.
      onCandle(candle) {
        if (average.value === undefined) return undefined;
        const isHeld = ctx.position().quantity > 0;
        if (!isHeld && candle.close > average.value) {
          const stopLoss = candle.close * (1 - ctx.params.stopPercent / 100);
          return enter({ side: 'BUY', stopLoss, reason: `close above its average ${average.value.toFixed(2)}` });
        }
        if (isHeld && candle.close < average.value) {
          return exit({ reason: `close below its average ${average.value.toFixed(2)}` });
        }
        return undefined;
      },
    };
  },
});
