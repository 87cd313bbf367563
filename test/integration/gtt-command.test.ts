import { type ChildProcess, spawn } from 'node:child_process';
import { describe, expect, it, type TestContext, vi } from 'vitest';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { openTestDesk, type TestDesk } from '../support/angel-one-simulator.ts';
import { stateFolder } from '../support/worker-process.ts';

vi.setConfig({ testTimeout: 90_000 });

const PAIR = ['new', 'INFY', '--side', 'buy', '--quantity', '5', '--stop-trigger', '1700', '--stop-limit', '1705'];
const TARGET = ['--target-trigger', '1300', '--target-limit', '1305'];

interface Shell {
  readonly desk: TestDesk;
  start(...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Said> };
  gtt(...args: readonly string[]): Promise<Said>;
}

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The commands as a person types them, against a broker whose prices move by hand. */
async function openShell({ onTestFinished }: TestContext): Promise<Shell> {
  const desk = await openTestDesk({ start: Date.now(), isLoggedIn: false, onFinished: onTestFinished });
  const folder = stateFolder(onTestFinished);
  const { clientCode, mpin, totpSecret, apiKey } = TEST_ACCOUNT;
  const env = {
    ...{ ANGEL_CLIENT_CODE: clientCode, ANGEL_MPIN: mpin, ANGEL_TOTP_SECRET: totpSecret, ANGEL_API_KEY: apiKey },
    ...{ ANGEL_SIMULATOR_URL: desk.simulator.url, SIGNALMAN_STATE: folder, DATABASE_URL: '', REDIS_URL: '' },
    SIGNALMAN_KEY: '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
  };
  const start: Shell['start'] = (...args) => {
    const child = spawn(process.execPath, ['src/main.ts', 'gtt', ...args, '--json'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      said.stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said.stderr += chunk.toString();
    });
    const ended = new Promise<Said>((resolve) => child.on('close', (code) => resolve({ code, ...said })));
    return { child, ended };
  };
  return { desk, start, gtt: (...args) => start(...args).ended };
}

function deeds({ simulator }: TestDesk): readonly string[] {
  return simulator.ledger.rules.map(({ ruleId, deed }) => `${ruleId} ${deed}`);
}

/** Rules that are at the broker, by what truly happened. */
function liveRules({ simulator }: TestDesk): readonly string[] {
  const live = new Set<string>();
  for (const { ruleId, deed } of simulator.ledger.rules) {
    if (deed === 'created' || deed === 'modified') live.add(ruleId);
    else live.delete(ruleId);
  }
  return [...live];
}

async function until(isSo: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 30_000, interval: 10 });
}

describe.concurrent('gtt', () => {
  it('says in numbers what it would do, and does it with --yes only', async (context) => {
    const { desk, gtt } = await openShell(context);
    const entry = ['new', 'INFY', '--side', 'buy', '--quantity', '5', '--trigger', '1600', '--limit', '1605'];
    const asked = await gtt(...entry, '--days', '90');
    expect(asked).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('5 at 1600, limit 1605 = 8,025.00 rupees'),
    });
    expect(deeds(desk)).toEqual([]);
    const made = await gtt(...entry, '--days', '90', '--yes');
    expect(made.code, made.stderr).toBe(0);
    const { rule } = JSON.parse(made.stdout);
    expect(rule).toMatchObject({ status: 'ACTIVE', side: 'BUY', legs: [{ quantity: 5, triggerPrice: 1600 }] });
    expect((await gtt('modify', rule.id, '--quantity', '6', '--yes')).code).toBe(0);
    const listed = JSON.parse((await gtt('list')).stdout);
    expect(listed).toMatchObject({ rules: [{ id: rule.id, legs: [{ quantity: 6 }] }], foreign: [], unreadRows: 0 });
    // What is not held is not sold.
    const sale = await gtt(
      'new',
      'INFY',
      '--side',
      'sell',
      '--quantity',
      '5',
      '--trigger',
      '1400',
      '--limit',
      '1395',
      '--yes',
    );
    expect(sale.code).toBe(1);
    expect(JSON.parse(sale.stdout).rule.legs[0].reason).toContain('0 are held');
    const wrong = await gtt(
      'new',
      'INFY',
      '--side',
      'buy',
      '--quantity',
      '5',
      '--trigger',
      '1400.01',
      '--limit',
      '0',
      '--yes',
    );
    expect(wrong.code).toBe(2);
    // The entry: bought when the price crosses it.
    await desk.market.print(desk.infy, 1601);
    expect((await gtt('settle', '--yes')).code).toBe(0);
    expect(JSON.parse((await gtt('list', '--all')).stdout).rules[0]).toMatchObject({
      status: 'TRIGGERED',
      isEnded: true,
    });
    expect(deeds(desk)).toEqual(['4410001 created', '4410001 modified', '4410001 triggered']);
    expect(desk.simulator.ledger.orders).toMatchObject([{ side: 'BUY', quantity: 6, price: 1605 }]);
  });

  it.for([
    ['after the first leg was taken and before it is known', 'first'],
    ['while the second leg is on its way and lost', 'second lost'],
    ['while the second leg is taken and its answer is on its way', 'second taken'],
  ] as const)('that is killed %s makes exactly one pair', async ([, at], context) => {
    const { desk, start, gtt } = await openShell(context);
    const { simulator } = desk;
    const first = simulator.arm({ kind: 'delay', ms: at === 'first' ? 20_000 : 600, on: ['createRule'], count: 1 });
    const { child, ended } = start(...PAIR, ...TARGET, '--yes');
    await until(() => simulator.ledger.rules.length === 1);
    if (at !== 'first') {
      simulator.arm({ kind: at === 'second lost' ? 'half-open' : 'half-open-after', on: ['createRule'] });
      const struck = (): number => Object.values(simulator.ledger.report().faults).reduce((sum, each) => sum + each, 0);
      await until(() => struck() >= 2);
      if (at === 'second taken') await until(() => simulator.ledger.rules.length === 2);
    }
    child.kill('SIGKILL');
    await ended;
    simulator.lift(first);
    for (let id = first; id < first + 5; id += 1) simulator.lift(id);
    const settled = await gtt('settle', '--yes');
    expect(settled.code, settled.stderr + settled.stdout).toBe(0);
    expect(JSON.parse(settled.stdout).rules).toMatchObject([{ status: 'ACTIVE', kind: 'OCO' }]);
    expect(liveRules(desk)).toHaveLength(2);
    expect(deeds(desk).filter((deed) => deed.endsWith('created'))).toHaveLength(2);
  });

  it('that is killed between the trigger and the cancel of the other leg leaves no orphan', async (context) => {
    const { desk, start, gtt } = await openShell(context);
    const { simulator, market, infy } = desk;
    expect((await gtt(...PAIR, ...TARGET, '--yes')).code).toBe(0);
    await market.print(infy, 1701);
    expect(liveRules(desk)).toEqual(['4410002']);
    const fault = simulator.arm({ kind: 'half-open', on: ['cancelRule'] });
    const { child, ended } = start('settle', '--yes');
    await until(() => Object.keys(simulator.ledger.report().faults).length > 0);
    child.kill('SIGKILL');
    await ended;
    expect(liveRules(desk)).toEqual(['4410002']);
    simulator.lift(fault);
    const settled = await gtt('settle', '--yes');
    expect(settled.code, settled.stderr).toBe(0);
    expect(JSON.parse(settled.stdout).rules).toMatchObject([{ status: 'TRIGGERED', isEnded: true }]);
    expect(liveRules(desk)).toEqual([]);
    expect(simulator.ledger.orders).toHaveLength(1);
  });
});
