import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ROOT } from './tree.ts';

const bench = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ['bench/main.ts', ...args], { cwd: ROOT, encoding: 'utf8' });

describe('bench', () => {
  it('refuses an unknown name with exit code 2 and lists the known ones', () => {
    const { status, stdout, stderr } = bench('--json', '--only', 'nothing');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^--only: expected one of .*tick_to_candle.*, found "nothing"\n$/);
  });

  it('refuses an unknown option in one line', () => {
    const { status, stderr } = bench('--jsn');
    expect(status).toBe(2);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
