import { describe, expect, it } from 'vitest';
import type { StrategyId } from '../../../src/core/ids.ts';
import { enter } from '../../../src/engine/strategy/strategy.ts';
import type { Command, Switches } from '../../../src/ports/engine-event.ts';
import { at, decideAt, EngineBench } from '../../support/engine-bench.ts';

const ONE = 'one' as StrategyId;
const OTHER = 'other' as StrategyId;
const BUY = enter({ side: 'BUY', stopLoss: 95, target: 110, reason: 'up' });

/** Both strategies buy at 10:00, 10:05, 10:06 and 10:07. */
function twoStrategies(): EngineBench {
  const decisions = { '10:00': BUY, '10:05': BUY, '10:06': BUY, '10:07': BUY };
  return new EngineBench({ strategy: decideAt(decisions, ONE), others: [decideAt(decisions, OTHER)] });
}

function tell(bench: EngineBench, command: Command, clock: string, strategyId?: StrategyId) {
  return bench.handle({ type: 'commanded', command, time: at(clock), ...(strategyId ? { strategyId } : {}) });
}

function switchesOf(bench: EngineBench): Switches | undefined {
  return bench.all('switchesChanged').at(-1)?.switches;
}

/** What became of the latest decision of each strategy. */
function verdicts(bench: EngineBench): readonly string[] {
  return [ONE, OTHER].map((id) => {
    const verdict = bench.decided.findLast(({ strategyId }) => strategyId === id)?.verdict;
    return verdict?.kind === 'DENIED' ? verdict.reason.code : (verdict?.kind ?? 'none');
  });
}

/** Entries of both strategies have ended unfilled. */
function expireEntries(bench: EngineBench): void {
  for (const order of bench.planned('ENTRY')) {
    if (bench.order(order).status === 'INITIALIZED') bench.report(order, 'EXPIRED');
  }
}

describe('a command of one strategy', () => {
  it('to halt denies its entries until it is resumed; the others trade on', () => {
    const bench = twoStrategies();
    tell(bench, 'halt', '10:00', ONE);
    expect(switchesOf(bench)).toEqual({ isKilled: false, isPaused: false, pausedStrategies: [ONE] });
    bench.candle('10:05');
    expect(verdicts(bench)).toEqual(['TRADING_PAUSED', 'ALLOWED']);
    expireEntries(bench);
    tell(bench, 'resume', '10:06', ONE);
    expect(switchesOf(bench)?.pausedStrategies).toEqual([]);
    bench.candle('10:06');
    expect(verdicts(bench)).toEqual(['ALLOWED', 'ALLOWED']);
  });

  it('to halt, given twice, needs one resume', () => {
    const bench = twoStrategies();
    tell(bench, 'halt', '10:00', ONE);
    tell(bench, 'halt', '10:01', ONE);
    tell(bench, 'halt', '10:02', OTHER);
    expect(switchesOf(bench)?.pausedStrategies).toEqual([ONE, OTHER]);
    tell(bench, 'resume', '10:03', ONE);
    expect(switchesOf(bench)?.pausedStrategies).toEqual([OTHER]);
  });

  it('to resume leaves a halt of the account in force, and the other way round', () => {
    const bench = twoStrategies();
    tell(bench, 'halt', '10:00');
    tell(bench, 'halt', '10:00', ONE);
    tell(bench, 'resume', '10:01', OTHER);
    bench.candle('10:05');
    expect(verdicts(bench), 'the account is halted').toEqual(['TRADING_PAUSED', 'TRADING_PAUSED']);
    tell(bench, 'resume', '10:06');
    expect(switchesOf(bench)).toEqual({ isKilled: false, isPaused: false, pausedStrategies: [ONE] });
    bench.candle('10:06');
    expect(verdicts(bench), 'one was halted on its own').toEqual(['TRADING_PAUSED', 'ALLOWED']);
  });

  it('to kill halts it and withdraws its entries alone', () => {
    const bench = twoStrategies();
    bench.candle('10:00');
    tell(bench, 'kill', '10:02', ONE);
    expect(bench.all('cancelRequested')).toMatchObject([
      { order: { role: 'ENTRY', strategyId: ONE }, reason: 'Command "kill" of strategy "one"', time: at('10:02') },
    ]);
    expect(switchesOf(bench)).toEqual({ isKilled: false, isPaused: false, pausedStrategies: [ONE] });
  });

  it('to square off closes its positions and withdraws its entries alone, and switches nothing', () => {
    const bench = twoStrategies();
    bench.candle('10:00');
    for (const order of bench.planned('ENTRY')) bench.fill(order);
    bench.candle('10:05');
    tell(bench, 'squareoff', '10:08', ONE);
    expect(bench.planned('SQUARE_OFF')).toMatchObject([{ strategyId: ONE, side: 'SELL', quantity: 10 }]);
    const cancelled = bench.all('cancelRequested').map(({ order }) => [order.strategyId, order.role]);
    expect(cancelled.filter(([id]) => id === OTHER)).toEqual([]);
    expect(cancelled.filter(([id]) => id === ONE)).not.toEqual([]);
    expect(switchesOf(bench)).toBeUndefined();
    tell(bench, 'squareoff', '10:09');
    expect(bench.planned('SQUARE_OFF')).toMatchObject([{ strategyId: ONE }, { strategyId: OTHER, quantity: 10 }]);
  });

  it('is remembered by the next run', () => {
    const before = twoStrategies();
    tell(before, 'halt', '10:00', ONE);
    const bench = twoStrategies();
    const switches = switchesOf(before) ?? { isKilled: false, isPaused: false, pausedStrategies: [] };
    bench.engine.restore({ signals: [], orders: [], fills: [], withdrawn: [], switches });
    bench.candle('10:05');
    expect(verdicts(bench)).toEqual(['TRADING_PAUSED', 'ALLOWED']);
  });
});
