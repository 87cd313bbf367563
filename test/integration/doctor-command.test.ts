import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { NIFTY, openTestDesk } from '../support/angel-one-simulator.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CONFIG = fileURLToPath(new URL('../../bot.config.ts', import.meta.url));
const DEFINE_BOT = fileURLToPath(new URL('../../src/config/define-bot.ts', import.meta.url));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function doctor(env: Record<string, string>, ...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const given = { ...process.env, SIGNALMAN_STATE: tempFolder(), ...env };
    execFile(process.execPath, [MAIN, 'doctor', ...args], { env: given }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
}

describe('doctor', () => {
  test('fails with one document when something is broken, and every other check is there', async () => {
    const run = await doctor({ DATABASE_URL: 'postgres://me:s3cret-word@127.0.0.1:1/x' }, '--json', '--timeout', '15');
    expect([run.code, run.stderr]).toEqual([1, '']);
    const { isFit, checks } = JSON.parse(run.stdout);
    expect(isFit).toBe(false);
    const status = Object.fromEntries(checks.map((each: { name: string; status: string }) => [each.name, each.status]));
    expect(status).toMatchObject({
      node: 'ok',
      environment: 'ok',
      configuration: 'ok',
      database: 'fail',
      queue: 'fail',
    });
    expect(status).toHaveProperty('clock');
    expect(run.stdout).not.toContain('s3cret-word');
  });

  test('works when the environment itself is wrong, and shows no secret of it', async () => {
    const run = await doctor({ ANGEL_MPIN: 'my-web-password', ANGEL_CLIENT_CODE: 'X1234' });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^FAIL environment {2}ANGEL_MPIN: expected the four digits of the MPIN/m);
    expect(run.stdout).toMatch(/^ok {3}node/m);
    expect(run.stdout).toMatch(/^Not fit to trade: 1 of 5 checks failed/m);
    expect(run.stdout).not.toContain('my-web-password');
  });

  test('asks the broker of an account, in one line where something is wrong, and shows no secret', async () => {
    const { market, simulator } = await openTestDesk({
      isLoggedIn: false,
      account: { registeredIps: ['203.0.113.9'] },
    });
    await market.print(market.listing(NIFTY.id), 26_000);
    simulator.accounts.skewMs = 8_000;
    const { clientCode, mpin, totpSecret, apiKey } = TEST_ACCOUNT;
    const run = await doctor(
      {
        ...{ ANGEL_CLIENT_CODE: clientCode, ANGEL_MPIN: mpin, ANGEL_TOTP_SECRET: totpSecret, ANGEL_API_KEY: apiKey },
        ...{ ANGEL_SIMULATOR_URL: simulator.url, DATABASE_URL: 'postgres://127.0.0.1:1/x' },
      },
      '--check-ip',
    );
    expect(run.code, run.stderr).toBe(1);
    expect(run.stdout).toMatch(/^WARN clock {10}[78]\.\d s behind 127\.0\.0\.1/m);
    expect(run.stdout).toMatch(/^ok {3}session {8}logged in; the account trades NSE, NFO/m);
    expect(run.stdout).toMatch(/^ok {3}stream {9}connected in \d+ ms, first price of Nifty 50/m);
    expect(run.stdout).toMatch(/^FAIL address {8}.*\(AG7002\)\n +-> Register the public IP/m);
    for (const secret of [totpSecret, apiKey]) expect(run.stdout).not.toContain(secret);
  });

  test('looks at the calendar of the bot', async () => {
    const path = join(tempFolder(), 'bot.config.ts');
    const bot = readFileSync(CONFIG, 'utf8')
      .replace('./src/config/define-bot.ts', DEFINE_BOT)
      .replace('defineBot({', "defineBot({ calendarFile: './gone.json',");
    writeFileSync(path, bot);
    const run = await doctor({ SIGNALMAN_CONFIG: path, DATABASE_URL: 'postgres://127.0.0.1:1/x' });
    expect(run.stdout).toMatch(/^FAIL calendar .*gone\.json/m);
  });

  test('says which configuration it could not read', async () => {
    const path = join(tempFolder(), 'none.ts');
    const run = await doctor({ SIGNALMAN_CONFIG: path, DATABASE_URL: 'postgres://127.0.0.1:1/x' });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^FAIL configuration {2}.*none\.ts/m);
  });
});
