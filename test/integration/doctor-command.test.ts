import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

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

  test('says which configuration it could not read', async () => {
    const path = join(tempFolder(), 'none.ts');
    const run = await doctor({ SIGNALMAN_CONFIG: path, DATABASE_URL: 'postgres://127.0.0.1:1/x' });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/^FAIL configuration {2}.*none\.ts/m);
  });
});
