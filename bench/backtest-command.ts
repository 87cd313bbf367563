import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstrumentId } from '../src/core/ids.ts';
import { writeCandlesParquet } from '../src/history/write-candles.ts';
import { generateCandles } from '../src/simulation/generate-candles.ts';

const CANDLES = 1_000_000;
const ROUNDS = 5;
const PARAMS = ['stopPercent=0.5', 'targetPercent=1'].flatMap((param) => ['--param', param]);

/** The whole command on a million one-minute candles from Parquet: start of the process, reading, replay, report. */
export const bench = {
  name: 'backtest_command',
  async run(): Promise<Record<string, number>> {
    const folder = mkdtempSync(join(tmpdir(), 'signalman-bench-'));
    try {
      const path = join(folder, 'BENCH.parquet');
      await writeCandlesParquet(
        path,
        'NSE:BENCH' as InstrumentId,
        generateCandles({ seed: 'bench', count: CANDLES, startPrice: 1_000 }),
      );
      const seconds = Array.from({ length: ROUNDS + 1 }, () => backtestSeconds(path)).slice(1);
      seconds.sort((a, b) => a - b);
      return { backtest_command_s: Math.round((seconds[ROUNDS >> 1] ?? 0) * 1_000) / 1_000 };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function backtestSeconds(path: string): number {
  const startedAt = performance.now();
  const args = [
    'src/main.ts',
    'backtest',
    '--strategy',
    'ema-crossover',
    '--product',
    'intraday',
    '--data',
    path,
    ...PARAMS,
    '--json',
  ];
  execFileSync(process.execPath, args, { cwd: join(import.meta.dirname, '..'), stdio: ['ignore', 'pipe', 'inherit'] });
  return (performance.now() - startedAt) / 1_000;
}
