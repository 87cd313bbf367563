import { expect, it } from 'vitest';
import type { StrategyId } from '../../../src/core/ids.ts';
import type { TradingEngine } from '../../../src/engine/trading-engine.ts';
import type { About } from '../../../src/worker/news.ts';
import type { OpenMarket } from '../../../src/worker/open-market.ts';
import { tellBeginning } from '../../../src/worker/run-news.ts';

const OFF = { isKilled: false, isPaused: false, pausedStrategies: [] as readonly StrategyId[] };

function told({ isLive = false, tookOverFrom = undefined as number | undefined, switches = OFF } = {}) {
  const said: [string, About | undefined][] = [];
  const market = {
    engine: { strategies: [{}, {}], instruments: [{}] },
    desk: isLive ? {} : null,
    trouble: { tell: (text: string, about?: About) => said.push([text, about]) },
  } as unknown as OpenMarket;
  const engine = { parts: { switches } } as unknown as TradingEngine;
  tellBeginning({ market, engine, account: 'paper_demo', tookOverFrom });
  return said[0];
}

it('says what begins, loudly when money is at stake', () => {
  expect(told()).toEqual([
    expect.stringMatching(/^Trading begins: account "paper_demo" on paper, 2 strategies, 1 instrument, version \d/),
    { topic: 'run', level: 'info' },
  ]);
  expect(told({ isLive: true })).toEqual([
    expect.stringContaining(' LIVE, orders go to the broker, '),
    { topic: 'run', level: 'warning' },
  ]);
});

it('says whom it took over from, and what denies entries', () => {
  const [text, about] = told({ tookOverFrom: 4711, switches: { ...OFF, isKilled: true } }) ?? [];
  expect(text).toMatch(/^Taken over from worker 4711, trading goes on: .*\. The kill switch is on: no entry is sent/);
  expect(about).toEqual({ topic: 'run', level: 'warning' });
  expect(told({ switches: { ...OFF, pausedStrategies: ['orb' as StrategyId] } })?.[0]).toMatch(
    /\. Halted on their own: orb$/,
  );
});
