/** What becomes of signals and positions where days end early, are short or are not in the calendar: a trade each, by hand. */
import { describe, expect, it } from 'vitest';
import { type BacktestAsk, backtestOn, candleFile } from '../support/backtest-runs.ts';

/** The close against the mean of it and its average before: a rise of the close is a cross above, a fall one below. */
const QUICK = { params: { fast: 1, slow: 2 } } as const satisfies BacktestAsk;
const INTRADAY = { ...QUICK, product: 'INTRADAY' } as const satisfies BacktestAsk;

/** Entry and exit of each trade, `MM-DD HH:MM`, with prices and the reason it was left for. */
async function tradesOn(rows: readonly string[], ask: BacktestAsk): Promise<string[]> {
  const { trades } = await backtestOn(candleFile(rows), ask);
  return trades.map((line) => {
    const [, side, , entryTime = '', entryPrice, exitTime = '', exitPrice, reason] = line.split(',');
    const at = (time: string): string => time.slice(5, 16).replace('T', ' ');
    return `${side} ${at(entryTime)} ${entryPrice} -> ${at(exitTime)} ${exitPrice} ${reason}`;
  });
}

/** Five-minute candles that rise or fall by 1 from their open to their close. */
function candle(day: string, clock: string, open: number, close: number): string {
  return `${day} ${clock} ${open} ${Math.max(open, close)} ${Math.min(open, close)} ${close}`;
}

/** Three candles without a change: whatever comes next is a cross. */
const flat = (day: string, clocks: readonly string[] = ['09:15', '09:20', '09:25']): string[] =>
  clocks.map((clock) => candle(day, clock, 100, 100));

describe('delivery', () => {
  it('fills a signal of the last candle at the next open, whatever the hole between', async () => {
    const rows = [
      ...flat('2024-10-14'),
      candle('2024-10-14', '09:30', 100, 101),
      candle('2024-10-14', '11:05', 102, 103),
    ];
    expect(await tradesOn(rows, QUICK)).toEqual(['LONG 10-14 11:05 102 -> 10-14 11:05 103 end_of_data']);
  });

  it('fills a signal of the last candle of a day at the open of the next', async () => {
    const rows = [
      ...flat('2024-10-14', ['15:15', '15:20']),
      candle('2024-10-14', '15:25', 100, 101),
      candle('2024-10-15', '09:15', 104, 105),
      candle('2024-10-15', '09:20', 105, 103),
      candle('2024-10-15', '09:25', 102, 102),
    ];
    expect(await tradesOn(rows, QUICK)).toEqual(['LONG 10-15 09:15 104 -> 10-15 09:25 102 signal']);
  });

  it('carries a signal over days without candles to the next open there is', async () => {
    const rows = [
      ...flat('2024-10-14'),
      candle('2024-10-14', '09:30', 100, 101),
      candle('2024-10-17', '10:05', 107, 107),
      candle('2024-10-17', '10:10', 108, 109),
    ];
    expect(await tradesOn(rows, QUICK)).toEqual(['LONG 10-17 10:05 107 -> 10-17 10:10 109 end_of_data']);
  });

  it('never fills an entry that the last candle of all signals', async () => {
    expect(await tradesOn([...flat('2024-10-14'), candle('2024-10-14', '09:30', 100, 101)], QUICK)).toEqual([]);
  });

  it('closes at the last close what the last candle wanted to leave', async () => {
    const rows = [
      ...flat('2024-10-14'),
      candle('2024-10-14', '09:30', 100, 101),
      candle('2024-10-14', '09:35', 101, 102),
      candle('2024-10-14', '09:40', 102, 99),
    ];
    expect(await tradesOn(rows, QUICK)).toEqual(['LONG 10-14 09:35 101 -> 10-14 09:40 99 end_of_data']);
  });

  it('trades a Saturday of which the calendar knows nothing as the next session', async () => {
    // 1 February 2020: the Union Budget, a full session.
    const rows = [
      ...flat('2020-01-31', ['15:15', '15:20']),
      candle('2020-01-31', '15:25', 100, 101),
      candle('2020-02-01', '09:15', 90, 90),
      candle('2020-02-01', '09:20', 89, 88),
      candle('2020-02-03', '09:15', 85, 85),
    ];
    expect(await tradesOn(rows, QUICK)).toEqual(['LONG 02-01 09:15 90 -> 02-01 09:20 89 signal']);
  });

  it('trades the sessions that the calendar names: an evening, a Saturday', async () => {
    const muhurat = [
      ...flat('2024-10-31', ['15:15', '15:20']),
      candle('2024-10-31', '15:25', 100, 101),
      candle('2024-11-01', '18:00', 103, 104),
      candle('2024-11-01', '18:55', 104, 102),
      candle('2024-11-04', '09:15', 99, 99),
    ];
    expect(await tradesOn(muhurat, QUICK)).toEqual(['LONG 11-01 18:00 103 -> 11-04 09:15 99 signal']);
    const saturday = [
      ...flat('2024-01-19', ['15:15', '15:20']),
      candle('2024-01-19', '15:25', 100, 101),
      candle('2024-01-20', '09:15', 103, 104),
    ];
    expect(await tradesOn(saturday, QUICK)).toEqual(['LONG 01-20 09:15 103 -> 01-20 09:15 104 end_of_data']);
  });

  it('leaves out candles of holidays, evenings and Sundays that were no sessions, and says how many', async () => {
    const rows = [
      ...flat('2024-10-14'),
      candle('2024-10-14', '09:30', 100, 101),
      candle('2024-10-14', '15:30', 500, 500),
      candle('2024-10-14', '18:00', 500, 500),
      candle('2024-10-20', '10:00', 500, 500),
      candle('2024-11-15', '10:00', 500, 500),
      candle('2024-11-18', '09:15', 102, 103),
    ];
    expect(await tradesOn(rows, QUICK)).toEqual(['LONG 11-18 09:15 102 -> 11-18 09:15 103 end_of_data']);
    const { json } = await backtestOn(candleFile(rows), QUICK);
    expect(json.candles).toEqual({ read: 9, used: 5, refused: { 'outside session': 4 } });
    expect(json.warnings, 'every one of these days is in the calendar').toEqual([]);
  });

  it('says once that days are not in the calendar', async () => {
    const rows = [...flat('2020-01-30'), ...flat('2020-01-31'), ...flat('2024-01-01')];
    const { json } = await backtestOn(candleFile(rows), QUICK);
    expect(json.warnings).toEqual([
      'No holiday data for days from 2020-01-30 to 2020-01-31: taken with regular hours.',
      'Some days lie before the first known charges: the earliest rates were taken.',
    ]);
  });
});

describe('intraday', () => {
  const entered = [
    ...flat('2024-10-14'),
    candle('2024-10-14', '09:30', 100, 101),
    candle('2024-10-14', '09:35', 102, 103),
  ];

  it('squares off at the open of the candle 15 minutes before the close', async () => {
    const rows = [
      ...entered,
      candle('2024-10-14', '15:10', 105, 106),
      candle('2024-10-14', '15:15', 108, 109),
      candle('2024-10-14', '15:20', 110, 110),
    ];
    expect(await tradesOn(rows, INTRADAY)).toEqual(['LONG 10-14 09:35 102 -> 10-14 15:15 108 square_off']);
  });

  it('squares off at the last close of a day that ends early', async () => {
    const rows = [...entered, candle('2024-10-14', '12:00', 105, 106), ...flat('2024-10-15')];
    expect(await tradesOn(rows, INTRADAY)).toEqual(['LONG 10-14 09:35 102 -> 10-14 12:00 106 square_off']);
  });

  it('squares off at the last close where the data ends early', async () => {
    const rows = [...entered, candle('2024-10-14', '12:00', 105, 106)];
    expect(await tradesOn(rows, INTRADAY)).toEqual(['LONG 10-14 09:35 102 -> 10-14 12:00 106 square_off']);
  });

  it('leaves at the last close what a day that ends early wanted to leave', async () => {
    const rows = [...entered, candle('2024-10-14', '12:00', 103, 101), ...flat('2024-10-15')];
    expect(await tradesOn(rows, INTRADAY)).toEqual(['LONG 10-14 09:35 102 -> 10-14 12:00 101 signal']);
  });

  it('squares off 15 minutes before the close of a short session', async () => {
    const rows = [
      ...flat('2024-11-01', ['18:00', '18:05', '18:10']),
      candle('2024-11-01', '18:15', 100, 101),
      candle('2024-11-01', '18:20', 102, 103),
      candle('2024-11-01', '18:40', 103, 104),
      candle('2024-11-01', '18:45', 106, 107),
    ];
    expect(await tradesOn(rows, INTRADAY)).toEqual(['LONG 11-01 18:20 102 -> 11-01 18:45 106 square_off']);
  });

  it('enters nothing that would be squared off at once, nor on the next day', async () => {
    const late = [
      ...flat('2024-10-14', ['14:55', '15:00', '15:05']),
      candle('2024-10-14', '15:10', 100, 101),
      candle('2024-10-14', '15:15', 102, 103),
    ];
    expect(await tradesOn([...late, candle('2024-10-15', '09:15', 105, 106)], INTRADAY)).toEqual([]);
    const cut = [...flat('2024-10-14'), candle('2024-10-14', '09:30', 100, 101), ...flat('2024-10-15')];
    expect(await tradesOn(cut, INTRADAY)).toEqual([]);
  });

  it('squares off at the next price when the moment lies inside a candle, which keeps its stop', async () => {
    // RELIANCE stops at 15:15 in August 2026, so it is squared off at 15:00: inside 14:45-15:15, or inside 14:55-15:05.
    const on = async (rows: readonly string[]): Promise<string[]> => {
      const ask: BacktestAsk = { params: { fast: 1, slow: 2, stopPercent: 5 }, product: 'INTRADAY' };
      const { trades } = await backtestOn(
        candleFile(
          rows.map((row) => `2026-08-05 ${row}`),
          'RELIANCE.csv',
        ),
        ask,
      );
      return trades.map((line) => line.split(',').slice(5, 8).join(' ').slice(11));
    };
    const half = [
      '09:15 100 100 100 100',
      '09:45 100 100 100 100',
      '10:15 100 100 100 100',
      '10:45 100 101 100 101',
      '11:15 102 103 102 103',
    ];
    expect(await on([...half, '14:45 105 106 104 105'])).toEqual(['14:45:00+05:30 105 square_off']);
    expect(await on([...half, '14:45 105 106 80 105'])).toEqual(['14:45:00+05:30 95.95 stop_loss']);
    const ten = [
      '09:15 100 100 100 100',
      '09:25 100 100 100 100',
      '09:35 100 100 100 100',
      '09:45 100 101 100 101',
      '09:55 102 103 102 103',
    ];
    expect(await on([...ten, '14:55 105 106 104 105', '15:05 107 108 107 108'])).toEqual([
      '15:05:00+05:30 107 square_off',
    ]);
  });

  it('refuses daily candles, of which the time of the square-off is unknown', async () => {
    const daily = candleFile(['2024-10-14 00:00 1 1 1 1', '2024-10-15 00:00 1 1 1 1']);
    await expect(backtestOn(daily, INTRADAY)).rejects.toThrow(
      `--product intraday: expected candles shorter than a day, found 1d in ${daily}; say --product delivery`,
    );
  });
});

describe('stop and target', () => {
  /** Of the signal's close of 100: stop at 99, target at 102. Averages that nothing here makes cross back. */
  const LEGS: BacktestAsk = { params: { fast: 1, slow: 100, stopPercent: 1, targetPercent: 2 } };
  /** 99 flat candles and one that rises to 100. */
  const signalled = Array.from({ length: 101 }, (_, index) => {
    const [day, slot] = index < 75 ? ['2024-10-14', index] : ['2024-10-15', index - 75];
    const minute = 9 * 60 + 15 + slot * 5;
    const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    return index < 100 ? `${day} ${clock} 90 90 90 90` : `${day} ${clock} 90 100 90 100`;
  });

  it.each([
    ['the stop inside a later candle', ['11:25 100 101 99.5 100', '11:30 100 101 98.5 100'], '11:30 99 stop_loss'],
    ['the target when traded through', ['11:25 100 101 99.5 100', '11:30 101 102.05 100 101'], '11:30 102 target'],
    ['not the target when only touched', ['11:25 100 101 99.5 100', '11:30 101 102 100 101'], '11:30 101 end_of_data'],
    ['the stop when only touched', ['11:25 100 101 99 100'], '11:25 99 stop_loss'],
    [
      'the stop first of two inside one candle',
      ['11:25 100 101 99.5 100', '11:30 101 103 98 102'],
      '11:30 99 stop_loss',
    ],
    ['the stop first though the target is nearer', ['11:25 101.5 103 98 102'], '11:25 99 stop_loss'],
    ['the open when a gap jumps the stop', ['11:25 100 101 99.5 100', '11:30 97 98 96 98'], '11:30 97 stop_loss'],
    ['the open when a gap jumps the target', ['11:25 100 101 99.5 100', '11:30 104 105 98 99'], '11:30 104 target'],
    [
      'the stop when a candle opens on the target',
      ['11:25 100 101 99.5 100', '11:30 102 102.5 98 99'],
      '11:30 99 stop_loss',
    ],
    ['the entry candle from its open on: stop', ['11:25 99.5 100 98.5 99.5'], '11:25 99 stop_loss'],
    ['the entry candle from its open on: target', ['11:25 101 103 100 101'], '11:25 102 target'],
    ['the open itself when the entry is beyond its stop', ['11:25 98 98.5 97 98'], '11:25 98 stop_loss'],
  ])('takes %s', async (_, after, exit) => {
    const rows = [...signalled, ...after.map((row) => `2024-10-15 ${row}`)];
    const [trade, ...others] = await tradesOn(rows, LEGS);
    const entry = after[0]?.split(' ')[1];
    expect(trade).toBe(`LONG 10-15 11:25 ${entry} -> 10-15 ${exit}`);
    expect(others).toEqual([]);
  });

  it('keeps a stop overnight and takes it at the open that jumps it', async () => {
    const rows = [...signalled, '2024-10-15 15:25 100 101 99.5 100', '2024-10-16 09:15 95 96 94 95'];
    expect(await tradesOn(rows, LEGS)).toEqual(['LONG 10-15 15:25 100 -> 10-16 09:15 95 stop_loss']);
  });
});
