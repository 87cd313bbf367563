import { describe, it } from 'vitest';
import { expectGolden } from './golden-backtest.ts';

describe('opening-range-breakout over the sample market', () => {
  it('makes the same trades as ever: 5-minute candles, intraday, as it comes', async () => {
    await expectGolden(
      { strategy: 'opening-range-breakout', timeframe: '5m', product: 'INTRADAY' },
      {
        signals: 320,
        denied: { NOT_TRADABLE: 42 },
        trades: 278,
        exits: { target: 82, square_off: 100, stop_loss: 96 },
        grossPaise: 106_185,
        chargesPaise: 43_894,
        netPaise: 62_291,
        maxDrawdownPaise: 27_752,
        orderListHash: '51746da570b245a9908860e5b30f2827',
      },
    );
  });

  it('makes the same trades as ever: one-minute candles, intraday, both directions, half an hour’s range, slippage', async () => {
    await expectGolden(
      {
        strategy: 'opening-range-breakout',
        params: { rangeMinutes: 30, allowShort: true, stopPercent: 0.5 },
        product: 'INTRADAY',
        slippageBps: 2,
      },
      {
        signals: 601,
        denied: { NOT_TRADABLE: 75 },
        trades: 526,
        exits: { target: 174, stop_loss: 183, square_off: 169 },
        grossPaise: 164_935,
        chargesPaise: 81_374,
        netPaise: 83_561,
        maxDrawdownPaise: 15_244,
        orderListHash: '995fb3450d6944dc773d8bb5466347e9',
      },
    );
  });
});
