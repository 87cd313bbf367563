import { describe, it } from 'vitest';
import { expectGolden } from './golden-backtest.ts';

describe('rsi-mean-reversion over the sample market', () => {
  it('makes the same trades as ever: 15-minute candles, delivery, as it comes', async () => {
    await expectGolden(
      { strategy: 'rsi-mean-reversion', timeframe: '15m', product: 'DELIVERY' },
      {
        signals: 198,
        denied: { NOT_TRADABLE: 23 },
        trades: 88,
        exits: { signal: 87, end_of_data: 1 },
        grossPaise: -131_400,
        chargesPaise: 277_600,
        netPaise: -409_000,
        maxDrawdownPaise: 409_000,
        orderListHash: '6a34352312ef4c852a08ce660c0c3f3d',
      },
    );
  });

  it('makes the same trades as ever: 5-minute candles, intraday, stop, target and time, Flattrade’s charges', async () => {
    await expectGolden(
      {
        strategy: 'rsi-mean-reversion',
        params: { stopPercent: 1, targetPercent: 1, maxHoldCandles: 20 },
        timeframe: '5m',
        product: 'INTRADAY',
        broker: 'flattrade',
      },
      {
        signals: 748,
        denied: { NOT_TRADABLE: 87, SQUARE_OFF_WINDOW: 20, MARKET_CLOSED: 8 },
        trades: 369,
        exits: { signal: 263, stop_loss: 46, square_off: 57, target: 3 },
        grossPaise: -110_290,
        chargesPaise: 888_662,
        netPaise: -998_952,
        maxDrawdownPaise: 998_952,
        orderListHash: '77a1cef5fcd302487feef22ae2d65b06',
      },
    );
  });
});
