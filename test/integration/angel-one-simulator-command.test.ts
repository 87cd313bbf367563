import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WireClient } from '../support/angel-one-client.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

interface Announcement {
  readonly endpoints: Readonly<Record<'rest' | 'marketStream' | 'orderStream' | 'instrumentMaster', string>>;
  readonly control: string;
  readonly credentials: Readonly<Record<'clientCode' | 'mpin' | 'totpSecret' | 'apiKey' | 'about', string>>;
  readonly pid: number;
}

async function simulate(...args: string[]): Promise<{ child: ChildProcess; announced: Announcement }> {
  const child = spawn(process.execPath, ['src/main.ts', 'simulate', 'angel-one', '--json', ...args], {
    cwd: PROJECT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, announced: JSON.parse(String(line)) as Announcement };
}

describe('signalman simulate angel-one', () => {
  it('says in one line where it is, takes the credentials it prints, and ends when its input does', async () => {
    const { child, announced } = await simulate();
    expect(announced.pid).toBe(child.pid);
    expect(announced.credentials.about).toMatch(/made up/);
    const client = new WireClient(announced.endpoints.rest, { ...announced.credentials, fundsPaise: 0 });
    expect((await client.login()).body).toMatchObject({ status: true });
    expect((await client.get('user/v1/getRMS')).data).toMatchObject({ net: '1000000.0000' });
    const rows: unknown = await (await fetch(announced.endpoints.instrumentMaster)).json();
    expect(rows).toContainEqual(expect.objectContaining({ symbol: 'RELIANCE-EQ' }));
    child.stdin?.end();
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  it('plays a session from its own time once it is told to, and ends on SIGTERM', async () => {
    const session = ['--session', 'backtest-data/session-2026-11-18.parquet', '--speed', '600', '--hold'];
    const { child, announced } = await simulate(...session);
    const time = async (): Promise<number> => {
      const health: unknown = await (await fetch(`${announced.control}/health`)).json();
      return Number((health as Readonly<Record<string, unknown>>).time);
    };
    const before = await time();
    expect(new Date(before).toISOString()).toMatch(/^2026-11-18T03:4/);
    expect(await time()).toBe(before);
    await fetch(`${announced.control}/start`, { method: 'POST' });
    await expect.poll(time, { timeout: 5_000 }).toBeGreaterThan(before + 60_000);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  it('refuses a session clock without a session', async () => {
    const child = spawn(process.execPath, ['src/main.ts', 'simulate', 'angel-one', '--clock', 'session'], {
      cwd: PROJECT,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += String(chunk);
    });
    const [code] = await once(child, 'exit');
    expect([code, text]).toEqual([2, '--clock session: expected --session <file>, found none\n']);
  });
});
