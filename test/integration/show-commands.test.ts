import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';
import { startProcess, startWorker, stateFolder } from '../support/worker-process.ts';

it('shows the books of the account that has run, in words and for machines', { timeout: 120_000 }, async () => {
  const folder = stateFolder();
  const run = await startWorker(folder, ['--speed', '1000000']).ended;
  expect(run.code, run.stderr).toBe(0);
  const summary = JSON.parse(run.stdout);
  // The server stays, as beside a worker that runs: each command would start and stop it.
  const database = await openDatabase({ stateFolder: folder, schema: 'rehearsal', role: 'test' });
  onTestFinished(() => database.close());
  const show = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await startProcess(args, folder).ended;
    return { code, stdout, stderr };
  };
  const facts = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await show(...args, '--json');
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  expect(await facts('status')).toMatchObject({
    ...{ account: 'rehearsal', mode: 'paper', startedTime: null, openPositions: 0, unknownOrders: 0 },
    today: { trades: summary.trades, netPaise: summary.netPaise, chargesPaise: summary.chargesPaise },
  });
  expect(await facts('trades')).toHaveLength(summary.trades);
  expect(await facts('signals', '100')).toHaveLength(Math.min(100, summary.signals));
  const orders = await facts('orders', 'today');
  expect(orders).toHaveLength(Math.min(100, summary.orders));
  expect(await facts('orders')).toEqual([]);
  const { clientOrderId } = orders[0];
  expect(await facts('order', clientOrderId.slice(0, 8))).toEqual(orders[0]);
  const { byStrategy, netPaise } = await facts('pnl', 'month');
  expect(byStrategy.reduce((sum: number, each: { netPaise: number }) => sum + each.netPaise, 0)).toBe(netPaise);

  expect(await facts('quote', 'infy')).toEqual([expect.objectContaining({ instrumentId: 'NSE:INFY' })]);
  expect((await facts('report')).text).toContain(`Day's report of `);

  const [candles, results] = [join(folder, 'candles.png'), join(folder, 'results.png')];
  expect((await facts('chart', 'INFY', '15m', '--png', candles)).candles.length).toBeGreaterThan(20);
  await facts('pnl', 'day', '--png', results);
  const pictures = [candles, results].map((file) => readFileSync(file));
  expect(pictures.map((png) => png.subarray(1, 4).toString())).toEqual(['PNG', 'PNG']);
  expect(pictures[0]?.equals(pictures[1] ?? Buffer.alloc(0))).toBe(false);

  // Careless: an order that is not there, one that is many, a folder that is not there.
  const account = ['--account', 'rehearsal'];
  expect(await show('cancel', 'nosuchorder', ...account)).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('found none whose id begins with "nosuchorder"') },
  });
  expect(await show('cancel', '', ...account)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('write more'),
  });
  expect(await show('chart', 'INFY', '--png', join(folder, 'nowhere', 'a.png'))).toMatchObject({
    ...{ code: 2, stderr: expect.stringContaining('--png: expected a file in a folder that exists') },
  });
  expect(await facts('cancel', clientOrderId.slice(0, 8), ...account)).toMatchObject({
    ...{ command: 'cancel', order: clientOrderId, state: 'waiting' },
  });

  const words = await show('status');
  expect(words.stderr).toContain('Account "paper" was never traded: this is "rehearsal".');
  expect(words.stdout).toContain('entries: allowed\n');
  expect(await show('orders', 'all')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected "open" or "today", found "all"'),
  });
  expect(await show('status', '--account', 'nobody')).toMatchObject({ code: 2 });
  expect(await show('positions')).toMatchObject({ code: 0, stdout: 'Positions: none\n' });
});

it('says that nobody has traded yet', { timeout: 60_000 }, async () => {
  const { code, stderr } = await startProcess(['status'], stateFolder()).ended;
  expect([code, stderr]).toEqual([2, expect.stringContaining('no worker has run on this database')]);
});
