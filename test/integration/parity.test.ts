import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { redisServerPath, startRedis } from '../support/redis-server.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { stateFolder } from '../support/worker-process.ts';

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

interface Comparison {
  readonly isEqual: boolean;
  readonly counts: Readonly<Record<'signals' | 'orders' | 'fills', readonly [number, number]>>;
  readonly hashes: readonly [string, string];
  readonly difference: unknown;
}

async function parity(env: Record<string, string>): Promise<Comparison> {
  const { stdout } = await run(process.execPath, ['src/main.ts', 'parity', '--json'], {
    cwd: PROJECT,
    env: {
      ...process.env,
      DATABASE_URL: '',
      REDIS_URL: '',
      LOG_LEVEL: 'error',
      SIGNALMAN_STATE: stateFolder(),
      ...env,
    },
  });
  return JSON.parse(stdout);
}

/** Overnight positions: exits and entries decided at the close wait for the next session, on both sides. */
function overnightBot(): string {
  const path = join(tempFolder(), 'bot.config.ts');
  const data = join(PROJECT, 'backtest-data');
  writeFileSync(
    path,
    `import { defineBot } from '${join(PROJECT, 'src/config/define-bot.ts')}';
export default defineBot({
  account: { id: 'overnight', broker: 'paper', capital: 50_00_000 },
  strategies: [
    { id: 'ema-3m', strategy: 'ema-crossover', instruments: ['NSE:RELIANCE', 'NSE:TCS', 'NSE:SBIN', 'NSE:ITC'], timeframe: '3m',
      params: { fast: 3, slow: 8, stopPercent: 0.4, targetPercent: 0.6 }, product: 'DELIVERY', sizing: { kind: 'fixed-quantity', quantity: 60 } },
    { id: 'rsi-1m', strategy: 'rsi-mean-reversion', instruments: ['NSE:INFY', 'NSE:HDFCBANK'], timeframe: '1m',
      product: 'DELIVERY', sizing: { kind: 'percent-of-equity', percent: 0.5 } },
  ],
  risk: { maxOrdersPerMinute: null },
  paper: { slippageBps: 3, latencyMs: 250, participationPercent: 30, limitFill: 'touch' },
  replay: { session: '${join(data, 'session-2026-11-18.parquet')}', instruments: '${join(data, 'instruments.json')}', speed: 1_000_000 },
});
`,
  );
  return path;
}

describe('one session through the worker and through the backtest engine', () => {
  it('gives the same signals, orders and fills to the byte', { timeout: 90_000 }, async () => {
    const { isEqual, counts, hashes, difference } = await parity({});
    expect(difference).toBeNull();
    expect(isEqual).toBe(true);
    expect(hashes[0]).toBe(hashes[1]);
    expect(counts.signals[0]).toBeGreaterThanOrEqual(20);
    expect(counts.fills[0]).toBeGreaterThanOrEqual(20);
  });

  it('gives the same with overnight positions, partial fills, latency and slippage', { timeout: 90_000 }, async () => {
    const { isEqual, counts, difference } = await parity({ SIGNALMAN_CONFIG: overnightBot() });
    expect(difference).toBeNull();
    expect(isEqual).toBe(true);
    expect(counts.fills[0]).toBeGreaterThanOrEqual(20);
  });

  const program = redisServerPath();
  it.skipIf(program === undefined)(
    'gives the same through Redis (needs redis-server)',
    { timeout: 90_000 },
    async () => {
      const redis = await startRedis(program ?? '');
      try {
        const { isEqual, difference } = await parity({ REDIS_URL: redis.url });
        expect(difference).toBeNull();
        expect(isEqual).toBe(true);
      } finally {
        await redis.kill();
      }
    },
  );
});
