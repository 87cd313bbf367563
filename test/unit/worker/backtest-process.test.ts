import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { runBacktestProcess } from '../../../src/worker/backtest-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';

vi.setConfig({ testTimeout: 60_000 });

const ARGS = ['--strategy', 'ema-crossover', '--timeframe', '5m', '--data', 'backtest-data/candles/1m/ITC.parquet'];
const NEVER = new AbortController().signal;

/** Of each thread of the backtests that this process has started. */
function niceness(): readonly number[] {
  const rows = execFileSync('ps', ['-eLo', 'ppid=,ni=,args='], { encoding: 'utf8' }).trim().split('\n');
  return rows.flatMap((row) => {
    const [parent, nice, ...args] = row.trim().split(/\s+/);
    return Number(parent) === process.pid && args.includes('backtest') ? [Number(nice)] : [];
  });
}

describe('a backtest in a process of its own', () => {
  test('reports, and runs behind everything else', async () => {
    const running = runBacktestProcess(ARGS, NEVER);
    await vi.waitFor(() => expect(niceness().length).toBeGreaterThan(3));
    expect(new Set(niceness())).toEqual(new Set([19]));
    const report = await running;
    expect(report.run.instruments).toEqual(['NSE:ITC']);
    expect(report.trades).toBeGreaterThan(3);
    expect(niceness()).toEqual([]);
  });

  test('that fails does so in the words of the command', async () => {
    await expect(runBacktestProcess([...ARGS, '--param', 'fast=nine'], NEVER)).rejects.toThrow(
      '--param fast: expected a whole number, found "nine"',
    );
  });

  test('is gone when it is given up', async () => {
    const given = new AbortController();
    const trades = join(tempFolder(), 'trades.txt');
    const running = runBacktestProcess([...ARGS, '--trades-out', trades], given.signal);
    await vi.waitFor(() => expect(niceness()).not.toEqual([]));
    given.abort();
    await expect(running).rejects.toThrow('abort');
    expect(niceness()).toEqual([]);
    expect(existsSync(trades), 'it has not come to its end').toBe(false);
    await expect(runBacktestProcess(ARGS, given.signal), 'nor is one begun then').rejects.toThrow('abort');
  });
});
