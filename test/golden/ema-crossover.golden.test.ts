import { describe, it } from 'vitest';
import { expectGolden } from './golden-backtest.ts';

describe('ema-crossover over the sample market', () => {
  it('makes the same trades as ever: 15-minute candles, delivery, as it comes', async () => {
    await expectGolden(
      { strategy: 'ema-crossover', timeframe: '15m', product: 'DELIVERY' },
      {
        signals: 378,
        denied: { NOT_TRADABLE: 26 },
        trades: 177,
        exits: { signal: 173, end_of_data: 4 },
        grossPaise: 154_840,
        chargesPaise: 539_126,
        netPaise: -384_286,
        maxDrawdownPaise: 384_286,
        orderListHash: '4b9de7a33805029e67a8594fee4ec9b3',
      },
    );
  });

  it('makes the same trades as ever: 5-minute candles, intraday, both directions, stop and target by ATR, slippage', async () => {
    await expectGolden(
      {
        strategy: 'ema-crossover',
        params: { stopAtr: 2, targetAtr: 3, allowShort: true },
        timeframe: '5m',
        product: 'INTRADAY',
        slippageBps: 2,
      },
      {
        signals: 1_217,
        denied: { NOT_TRADABLE: 137, SQUARE_OFF_WINDOW: 39, MARKET_CLOSED: 16 },
        trades: 847,
        exits: { target: 421, signal: 176, stop_loss: 165, square_off: 85 },
        grossPaise: 111_105,
        chargesPaise: 128_984,
        netPaise: -17_879,
        maxDrawdownPaise: 30_434,
        orderListHash: 'e12098dc526ed1398b961a648638d7e7',
      },
    );
  });

  it('makes the same trades as ever: 15-minute candles, delivery, limits that follow the price, stop by ATR', async () => {
    await expectGolden(
      { strategy: 'ema-crossover', params: { stopAtr: 2 }, timeframe: '15m', product: 'DELIVERY', orders: 'limit' },
      {
        signals: 304,
        denied: { NOT_TRADABLE: 26 },
        trades: 177,
        exits: { signal: 100, stop_loss: 74, end_of_data: 3 },
        grossPaise: 140_465,
        chargesPaise: 536_745,
        netPaise: -396_280,
        maxDrawdownPaise: 396_280,
        orderListHash: 'b5c6fe4b14e746afc9c5aa8a5e02f9bb',
      },
    );
  });
});
