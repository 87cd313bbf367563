import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'signalman-count-'));

/** The count of a report with one file of these tests. */
const count = (statuses: readonly string[], fileStatus = 'passed'): { status: number | null; lines: string[] } => {
  const file = join(folder, 'report.json');
  const assertionResults = statuses.map((status, index) => ({ fullName: `test ${index}`, status }));
  const isGood = fileStatus === 'passed' && !statuses.includes('failed');
  writeFileSync(
    file,
    JSON.stringify({
      success: isGood,
      testResults: [{ name: join(ROOT, 'a.test.ts'), status: fileStatus, assertionResults }],
    }),
  );
  return run(file);
};
const run = (file: string): { status: number | null; lines: string[] } => {
  const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'scripts/count-tests.mjs'), file], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  return { status, lines: stdout.trimEnd().split('\n') };
};

describe('count-tests', () => {
  it('is content when every test passed', () => {
    expect(count(['passed', 'passed'])).toEqual({ status: 0, lines: ['2 passed, 0 failed, 0 skipped'] });
  });

  it.each(['skipped', 'pending', 'todo', 'disabled'])('fails for a %s test and names it', (status) => {
    const counted = count(['passed', status]);
    expect(counted.status).toBe(1);
    expect(counted.lines[0]).toBe('Skipped: a.test.ts > test 1');
    expect(counted.lines.at(-1)).toBe('1 passed, 0 failed, 1 skipped');
  });

  it('fails for a failed test', () => {
    expect(count(['passed', 'failed'], 'failed')).toEqual({ status: 1, lines: ['1 passed, 1 failed, 0 skipped'] });
  });

  it('counts a file that could not be loaded as a failure', () => {
    expect(count([], 'failed').lines).toEqual([
      'Not loaded: a.test.ts',
      'No test ran.',
      '0 passed, 1 failed, 0 skipped',
    ]);
  });

  it('fails when nothing ran', () => {
    expect(count([])).toEqual({ status: 1, lines: ['No test ran.', '0 passed, 0 failed, 0 skipped'] });
    expect(run(join(folder, 'none.json'))).toMatchObject({ status: 1 });
  });
});
