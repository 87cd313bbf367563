import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { candleOpenOf } from '../../../src/backtest/fill-candle.ts';
import { tradesCsv, writeTradesCsv } from '../../../src/backtest/trades-csv.ts';
import type { InstrumentId, SignalKey, StrategyId } from '../../../src/core/ids.ts';
import type { Trade } from '../../../src/core/trade.ts';
import { fixedCalendar, ist, testInstrument } from '../../support/fixed-calendar.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const HEADER =
  'instrument,side,quantity,entry_time,entry_price,exit_time,exit_price,exit_reason,gross_paise,charges_paise,net_paise';
const DAY = '2026-08-05';

function tradeOf(changes: Partial<Trade> = {}): Trade {
  return {
    strategyId: 'ema' as StrategyId,
    instrumentId: 'NSE:TCS' as InstrumentId,
    signalKey: 'key' as SignalKey,
    side: 'LONG',
    quantity: 3,
    entryTime: ist(DAY, '09:25'),
    entryPrice: 3_500.05,
    exitTime: ist(DAY, '11:00'),
    exitPrice: 3_512.5,
    exitReason: 'signal',
    grossPaise: 3_735,
    chargesPaise: 1_240,
    netPaise: 2_495,
    ...changes,
  };
}

const asIs = (_: InstrumentId, time: number): number => time;

describe('tradesCsv', () => {
  it('has a header and a line per trade, in order', () => {
    const short = tradeOf({ side: 'SHORT', exitReason: 'stop_loss', grossPaise: -500, netPaise: -1_740 });
    expect(tradesCsv([tradeOf(), short], asIs).split('\n')).toEqual([
      HEADER,
      'NSE:TCS,LONG,3,2026-08-05T09:25:00+05:30,3500.05,2026-08-05T11:00:00+05:30,3512.5,signal,3735,1240,2495',
      'NSE:TCS,SHORT,3,2026-08-05T09:25:00+05:30,3500.05,2026-08-05T11:00:00+05:30,3512.5,stop_loss,-500,1240,-1740',
      '',
    ]);
  });

  it('is a header alone without trades', () => {
    expect(tradesCsv([], asIs)).toBe(`${HEADER}\n`);
  });

  it('quotes a symbol that holds a comma or a quote', () => {
    const line = tradesCsv([tradeOf({ instrumentId: 'NSE:A,"B"' as InstrumentId })], asIs).split('\n')[1];
    expect(line?.startsWith('"NSE:A,""B""",LONG,3,')).toBe(true);
  });
});

describe('writeTradesCsv', () => {
  it('replaces what was there, whole, and leaves nothing beside it', async () => {
    const folder = tempFolder();
    const path = join(folder, 'trades.csv');
    await writeTradesCsv(path, [tradeOf(), tradeOf()], asIs);
    await writeTradesCsv(path, [tradeOf()], asIs);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2);
    expect(readdirSync(folder)).toEqual(['trades.csv']);
  });

  it('says in one line where it can not write, and leaves nothing behind', async () => {
    const folder = tempFolder();
    const missing = join(folder, 'none', 'trades.csv');
    await expect(writeTradesCsv(missing, [], asIs)).rejects.toThrow(
      `--trades-out: expected a file that can be written, found "${missing}" (ENOENT)`,
    );
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    await expect(writeTradesCsv(taken, [], asIs)).rejects.toThrow('(EISDIR)');
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(existsSync(missing)).toBe(false);
  });
});

describe('candleOpenOf', () => {
  const instruments = new Map([['NSE:TCS' as InstrumentId, testInstrument('NSE:TCS')]]);
  const openOf = (
    clocks: readonly string[],
    timeframe: '5m' | '60m' | '1d' = '5m',
    label: 'start' | 'end' = 'start',
  ) => {
    const openTime = Float64Array.from(clocks, (clock) => ist(DAY, clock));
    const source = { instrumentId: 'NSE:TCS' as InstrumentId, timeframe, count: clocks.length, openTime };
    const prices = new Float64Array(clocks.length);
    const columns = { open: prices, high: prices, low: prices, close: prices, volume: prices };
    const tell = candleOpenOf([{ ...source, ...columns }], instruments, fixedCalendar, label);
    return (clock: string, ms = 0): number => tell('NSE:TCS' as InstrumentId, ist(DAY, clock) + ms);
  };

  it('gives the open of the candle that a fill lies in', () => {
    const tell = openOf(['09:15', '09:20', '09:25']);
    expect(tell('09:20')).toBe(ist(DAY, '09:20'));
    expect(tell('09:24', 59_999)).toBe(ist(DAY, '09:20'));
  });

  it('gives the latest candle there is where the day ends early', () => {
    expect(openOf(['09:15', '09:20'])('15:15')).toBe(ist(DAY, '09:20'));
  });

  it('passes over rows that were left out', () => {
    expect(openOf(['09:15', '09:20', '09:22', '15:30'])('15:30', 1)).toBe(ist(DAY, '09:20'));
  });

  it('knows the last candle of a day that is named by its end', () => {
    const tell = openOf(['13:15', '14:15', '14:30'], '60m', 'end');
    expect(tell('15:29')).toBe(ist(DAY, '15:15'));
    expect(tell('15:00'), 'not cut: the one before').toBe(ist(DAY, '14:15'));
  });

  it('names a daily candle by its day', () => {
    expect(openOf(['00:00'], '1d')('15:29')).toBe(ist(DAY, '00:00'));
  });
});
