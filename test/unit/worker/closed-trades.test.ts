import { expect, test } from 'vitest';
import { tradesCsv } from '../../../src/backtest/trades-csv.ts';
import type { InstrumentId, SignalKey, StrategyId } from '../../../src/core/ids.ts';
import type { Trade } from '../../../src/core/trade.ts';
import { profitFactorOf, readClosedTrades } from '../../../src/worker/closed-trades.ts';

const START = Date.parse('2026-11-17T09:20:00+05:30');

function trade(netPaise: number, minute: number, instrumentId = 'NSE:M&M'): Trade {
  return {
    ...{ strategyId: 'ema-5m' as StrategyId, instrumentId: instrumentId as InstrumentId, signalKey: 'k' as SignalKey },
    ...{ side: 'LONG', quantity: 20, entryTime: START, entryPrice: 3_120, exitPrice: 3_104.5, exitReason: 'target' },
    ...{ exitTime: START + minute * 60_000, grossPaise: netPaise + 100, chargesPaise: 100, netPaise },
  };
}

test('what the trades file holds is read back, whatever an instrument is called', () => {
  const trades = [trade(24_760, 10), trade(-12_000, 20, 'NSE:A,"B",C'), trade(0, 30)];
  const read = readClosedTrades(tradesCsv(trades, (_, time) => time));
  expect(read).toEqual(trades.map(({ exitTime, netPaise }) => ({ exitTime, netPaise })));
  expect(readClosedTrades(tradesCsv([], (_, time) => time))).toEqual([]);
  expect(() => readClosedTrades('header\nNSE:X,LONG,1,when,5,never,6,target,1,1,2\n')).toThrow(
    'trades file, line 2: expected a time and paise, found "NSE:X,',
  );
});

test('the profit factor is what was won for each rupee lost', () => {
  const of = (...results: number[]) => profitFactorOf(results.map((netPaise) => ({ exitTime: START, netPaise })));
  expect([of(300, -100, -50), of(-100), of(100, 0), of()]).toEqual([2, 0, null, null]);
});
