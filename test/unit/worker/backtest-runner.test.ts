import { describe, expect, test } from 'vitest';
import { parseBot } from '../../../src/config/load-bot.ts';
import { parseDay } from '../../../src/core/time.ts';
import type { BacktestPlan } from '../../../src/ports/backtest-desk.ts';
import { BacktestRunner } from '../../../src/worker/backtest-runner.ts';
import { strategies } from '../../../strategies/index.ts';

const OPTION = 'NFO:NIFTY:2026-11-23:25700:CE';
const DAYS = { first: parseDay('2026-10-01') ?? 0, last: parseDay('2026-10-31') ?? 0 };

function runner(sizing: object = { kind: 'risk-per-trade', percent: 0.5 }): BacktestRunner {
  const strategy = { id: 'orb', strategy: 'opening-range-breakout', instruments: ['NSE:M&M', OPTION], timeframe: '5m' };
  const bot = parseBot(
    {
      account: { id: 'it', broker: 'paper', capital: 1_000_000 },
      strategies: [{ ...strategy, product: 'INTRADAY', sizing }],
    },
    { path: '/bot.config.ts', strategies },
  );
  // Nothing listens there: a plan asks no database.
  const database = { url: 'postgres://nobody@127.0.0.1:1/none', schema: 'paper_it' };
  return new BacktestRunner({ bot, database, signal: new AbortController().signal });
}

function wordsOf(plan: BacktestPlan): string {
  return plan.kind === 'refused' ? plan.why : `${plan.title}: ${plan.terms}`;
}

describe('a backtest that a person asks for', () => {
  test('says what it runs, over which days, and how it trades', async () => {
    const plan = await runner().plan({ strategy: 'orb', instrument: 'm&m', ...DAYS });
    expect(wordsOf(plan)).toBe(
      'orb on M&M, 2026-10-01 to 2026-10-31: 5m candles, intraday, 0.5% of the equity at risk an entry, capital ₹10,00,000.00, no risk limits',
    );
    const registered = await runner().plan({ strategy: 'ema-crossover', instrument: 'm&m', ...DAYS });
    expect(wordsOf(registered)).toContain(': 5m candles, intraday, entries of 10% of the equity, ');
  });

  test.each([
    ['NSE:TCS', 'TCS'],
    ['tcs', 'TCS'],
    ['bse:tcs', 'TCS (BSE)'],
    ['nifty', 'NIFTY 50'],
    ['NIFTY 23 Nov 2026 25700 CE', 'NIFTY 23 Nov 2026 25700 CE'],
    [OPTION, 'NIFTY 23 Nov 2026 25700 CE'],
  ])('takes "%s" for %s', async (instrument, name) => {
    expect(wordsOf(await runner().plan({ strategy: 'orb', instrument, ...DAYS }))).toContain(`orb on ${name}, `);
  });

  test('is refused for a strategy that nobody knows, and for what is no instrument', async () => {
    const of = async (strategy: string, instrument: string) =>
      wordsOf(await runner().plan({ strategy, instrument, ...DAYS }));
    expect(await of('macd', 'TCS')).toMatch(/^expected a strategy, one of orb, .*ema-crossover.*, found "macd"$/);
    expect(await of('--data', 'TCS')).toContain('found "--data"');
    expect(await of('orb', 'X:Y')).toBe('expected an instrument such as RELIANCE or NSE:RELIANCE, found "X:Y"');
  });

  test('fails in words when the database is away, and is not in the way of the next one', async () => {
    const desk = runner();
    for (const _ of [1, 2]) {
      const plan = await desk.plan({ strategy: 'orb', instrument: 'TCS', ...DAYS });
      if (plan.kind === 'refused') throw new Error(plan.why);
      const [end, second] = await Promise.all([plan.run(), plan.run()]);
      expect(end).toEqual({ kind: 'failed', why: expect.stringContaining('ECONNREFUSED') });
      expect(second).toEqual({ kind: 'failed', why: expect.stringContaining('another backtest runs') });
    }
  });
});
