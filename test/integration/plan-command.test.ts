import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const LIST = fileURLToPath(new URL('../../backtest-data/instruments.json', import.meta.url));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function plan(config: string, ...args: string[]): Promise<Run> {
  const env = { ...process.env, SIGNALMAN_CONFIG: config };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, 'plan', ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

/** Two shares and an option every five minutes. */
function configOf(risk: object, quantity = 65): string {
  const instruments = ['NSE:TCS', 'NSE:INFY', 'NFO:NIFTY:2026-11-23:25700:CE'];
  const strategy = { id: 'ema', strategy: 'ema-crossover', instruments, timeframe: '5m', product: 'INTRADAY' };
  const sizing = { kind: 'fixed-quantity', quantity };
  const account = { id: 'paper', broker: 'paper', capital: 1_000_000 };
  const path = join(tempFolder(), 'bot.config.mjs');
  writeFileSync(path, `export default ${JSON.stringify({ account, strategies: [{ ...strategy, sizing }], risk })};\n`);
  return path;
}

it('ends with 0 and says how much exits have to wait when the reserve holds', async () => {
  const { code, stdout, stderr } = await plan(configOf({}), '--instruments', LIST);
  expect([code, stderr]).toEqual([0, '']);
  // Three positions: 6 + 60 calls, two in three of them limits that follow the price, the last one of the ninth lot of eight.
  expect(stdout).toContain('the last exit goes out after 8.8 s');
});

it('ends with 1 and one document when it does not, with what to do about it', async () => {
  // 12 orders of 1,755 units for the option, 1 for each share: 10 writes each, and 14 changes of their limits.
  const { code, stdout, stderr } = await plan(configOf({}, 20_000), '--instruments', LIST, '--json');
  expect([code, stderr]).toEqual([1, '']);
  const found = JSON.parse(stdout);
  expect(found).toMatchObject({ isHeld: false, pairs: 3, positions: 3, instruments: 3 });
  const orders = found.classes.find((each: { callClass: string }) => each.callClass === 'orderWrite');
  expect(orders.windows[1]).toMatchObject({ span: 'minute', limit: 500, exitReserve: 50, calls: 336, exits: 280 });
  expect(found.reasons.join()).toContain('in one hour');
  expect(found.todo.join()).toMatch(/^set risk.maxOrdersPerDay to \d+ or less$/);
});

it('goes without a list, and says that lots are not known', async () => {
  const { code, stdout } = await plan(configOf({}, 80_000), '--fills', '2', '--reconnects', '0');
  expect(code).toBe(0);
  expect(stdout).toContain('NSE:TCS and 2 more: not in the instrument list');
  expect(stdout).toContain('pieces an order is filled in: 2; broken links an hour: 0');
});

it('refuses what is no count', async () => {
  const { code, stderr } = await plan(configOf({}), '--fills', '0');
  expect([code, stderr.trim()]).toEqual([2, '--fills: expected a whole number of at least 1, found "0"']);
});
