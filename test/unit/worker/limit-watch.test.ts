import { expect, it } from 'vitest';
import type { Alert } from '../../../src/core/alert.ts';
import { NO_LIMITS } from '../../../src/engine/risk/default-limits.ts';
import type { TradingEngine } from '../../../src/engine/trading-engine.ts';
import { LimitWatch } from '../../../src/worker/limit-watch.ts';

const TIME = Date.parse('2026-11-18T11:00:00+05:30');
const DAY = 86_400_000;

function open(changes: object) {
  const portfolio = { dayPaise: 0, equityPaise: 1_000_000, peakEquityPaise: 1_000_000, losingStreak: 0, ...changes };
  const told: Alert[] = [];
  const limits = { ...NO_LIMITS, dailyLossPaise: 20_000, maxDrawdownPercent: 10, losingStreak: 3 };
  const engine = { parts: { portfolio } } as unknown as TradingEngine;
  return { watch: new LimitWatch(limits, engine, (alert) => told.push(alert)), told, portfolio };
}

it('says once a day that a limit is reached, under a key that a restart repeats', () => {
  const { watch, told, portfolio } = open({ dayPaise: -19_999 });
  watch.look(TIME);
  expect(told).toEqual([]);
  portfolio.dayPaise = -20_000;
  watch.look(TIME + 1);
  watch.look(TIME + 2);
  expect(told).toEqual([
    {
      ...{ key: 'risk/daily-loss/2026-11-18', kind: 'risk', topic: 'limit', level: 'critical', time: TIME + 1 },
      text: "The day's loss of ₹200.00 has reached the limit of ₹200.00: no entry is sent while it stands so; what is held keeps its stops and targets",
    },
  ]);
  watch.look(TIME + DAY);
  expect(told).toHaveLength(2);
});

it('says each of the limits that deny every entry, and only those that are set', () => {
  const { watch, told } = open({ equityPaise: 900_000, losingStreak: 3 });
  watch.look(TIME);
  expect(told.map(({ key }) => key)).toEqual(['risk/drawdown/2026-11-18', 'risk/losing-streak/2026-11-18']);
  expect(open({ equityPaise: 900_001 }).told).toEqual([]);
});
