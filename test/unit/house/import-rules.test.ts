import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkImports } from '../../../scripts/check-imports.mjs';

const ROOT = resolve(import.meta.dirname, '../../..');

/** One file per folder of the map; every import in it is allowed. */
const LEGAL: Readonly<Record<string, string>> = {
  'src/main.ts': "import './cli/program.ts';",
  'src/core/a.ts': 'export type A = number;',
  'src/ports/a.ts': importOf('../core/a.ts'),
  'src/engine/candles/a.ts': importOf('../../ports/a.ts'),
  'src/engine/indicators/a.ts':
    "import { RSI } from 'technicalindicators';\nimport '../candles/a.ts';\nexport type A = RSI;",
  'src/engine/strategy/a.ts': `import type { ZodType } from 'zod';\n${importOf('../indicators/a.ts')}\nexport type Z = ZodType;`,
  'src/engine/signals/a.ts': importOf('../strategy/a.ts'),
  'src/engine/risk/a.ts': importOf('../signals/a.ts'),
  'src/engine/orders/a.ts': importOf('../risk/a.ts'),
  'src/engine/portfolio/a.ts': importOf('../orders/a.ts'),
  'src/engine/trading-engine.ts': importOf('./portfolio/a.ts'),
  'src/simulation/a.ts': importOf('../engine/orders/a.ts'),
  'src/feed/a.ts': importOf('../ports/a.ts'),
  'src/brokers/shared/a.ts': importOf('../../ports/a.ts'),
  'src/brokers/angel-one/a.ts': importOf('../shared/a.ts'),
  'src/brokers/flattrade/a.ts': importOf('../shared/a.ts'),
  'src/db/a.ts': `import 'postgres';\n${importOf('../engine/orders/a.ts')}`,
  'src/jobs/a.ts': `import 'bullmq';\n${importOf('../engine/orders/a.ts')}`,
  'src/alerts/a.ts': importOf('../ports/a.ts'),
  'src/charts/a.ts': `import 'echarts';\n${importOf('../ports/a.ts')}`,
  'src/history/a.ts': `import '@duckdb/node-api';\nimport 'node:fs';\n${importOf('../ports/a.ts')}`,
  'src/simulators/a.ts': importOf('../simulation/a.ts'),
  'src/config/define-bot.ts': `import 'zod';\n${importOf('../engine/risk/a.ts')}`,
  'src/logging/a.ts': `import 'pino';\n${importOf('../core/a.ts')}`,
  'src/instruments/a.ts': "import '../brokers/angel-one/a.ts';\nimport '../db/a.ts';",
  'src/backtest/a.ts':
    "import '../db/a.ts';\nimport '../engine/trading-engine.ts';\nimport '../../strategies/index.ts';",
  'src/worker/a.ts': "import '../jobs/a.ts';\nimport '../simulation/a.ts';\nimport '../../strategies/index.ts';",
  'src/cli/program.ts':
    "import 'commander';\nimport '../worker/a.ts';\nimport '../backtest/a.ts';\nimport '../../strategies/index.ts';",
  'strategies/index.ts': "import './ema/strategy.ts';",
  'strategies/ema/strategy.ts': `import 'zod';\n${importOf('../../src/engine/strategy/a.ts')}`,
  'strategies/rsi/strategy.ts': importOf('../../src/engine/indicators/a.ts'),
  'bot.config.ts': importOf('./src/config/define-bot.ts'),
  'test/unit/a.test.ts': "import 'vitest';\nimport '../../src/worker/a.ts';",
};

/** For every rule what breaks it, and it alone. */
const PLANTS: readonly [rule: string, file: string, source: string][] = [
  ['core-keeps-its-lane', 'src/core/b.ts', importOf('../feed/a.ts')],
  ['ports-keeps-its-lane', 'src/ports/b.ts', importOf('../feed/a.ts')],
  ['engine-candles-keeps-its-lane', 'src/engine/candles/b.ts', importOf('../indicators/a.ts')],
  ['engine-indicators-keeps-its-lane', 'src/engine/indicators/b.ts', importOf('../strategy/a.ts')],
  ['engine-strategy-keeps-its-lane', 'src/engine/strategy/b.ts', importOf('../signals/a.ts')],
  ['engine-signals-keeps-its-lane', 'src/engine/signals/b.ts', importOf('../risk/a.ts')],
  ['engine-risk-keeps-its-lane', 'src/engine/risk/b.ts', importOf('../orders/a.ts')],
  ['engine-orders-keeps-its-lane', 'src/engine/orders/b.ts', importOf('../portfolio/a.ts')],
  ['engine-portfolio-keeps-its-lane', 'src/engine/portfolio/b.ts', importOf('../trading-engine.ts')],
  ['engine-top-keeps-its-lane', 'src/engine/recovery.ts', importOf('../simulation/a.ts')],
  ['simulation-keeps-its-lane', 'src/simulation/b.ts', importOf('../engine/portfolio/a.ts')],
  ['feed-keeps-its-lane', 'src/feed/b.ts', importOf('../engine/candles/a.ts')],
  ['brokers-keeps-its-lane', 'src/brokers/angel-one/b.ts', importOf('../../simulation/a.ts')],
  ['db-keeps-its-lane', 'src/db/b.ts', importOf('../jobs/a.ts')],
  ['jobs-keeps-its-lane', 'src/jobs/b.ts', importOf('../db/a.ts')],
  ['alerts-keeps-its-lane', 'src/alerts/b.ts', importOf('../worker/a.ts')],
  ['charts-keeps-its-lane', 'src/charts/b.ts', importOf('../alerts/a.ts')],
  ['history-keeps-its-lane', 'src/history/b.ts', importOf('../engine/candles/a.ts')],
  ['simulators-keeps-its-lane', 'src/simulators/b.ts', importOf('../worker/a.ts')],
  ['config-keeps-its-lane', 'src/config/b.ts', importOf('../engine/portfolio/a.ts')],
  ['logging-keeps-its-lane', 'src/logging/b.ts', importOf('../config/define-bot.ts')],
  ['instruments-keeps-its-lane', 'src/instruments/b.ts', importOf('../worker/a.ts')],
  ['backtest-keeps-its-lane', 'src/backtest/b.ts', importOf('../worker/a.ts')],
  ['worker-keeps-its-lane', 'src/worker/b.ts', importOf('../backtest/a.ts')],
  ['cli-keeps-its-lane', 'src/cli/b.ts', importOf('../jobs/a.ts')],
  ['jobs-keeps-its-packages', 'src/worker/b.ts', "import 'bullmq';"],
  ['db-keeps-its-packages', 'src/worker/b.ts', "import 'drizzle-orm';"],
  ['charts-keeps-its-packages', 'src/worker/b.ts', "import 'echarts';"],
  ['history-keeps-its-packages', 'src/backtest/b.ts', "import '@duckdb/node-api';"],
  ['cli-keeps-its-packages', 'src/worker/b.ts', "import 'commander';"],
  ['logging-keeps-its-packages', 'src/worker/b.ts', "import 'pino';"],
  ['brokers-keeps-its-packages', 'src/worker/b.ts', "import 'undici';"],
  ['alerts-keeps-its-packages', 'src/worker/d.ts', "import 'socks-proxy-agent';"],
  ['brokers-and-simulators-keeps-its-packages', 'src/worker/b.ts', "import 'ws';"],
  ['file-not-in-the-map', 'src/utils/b.ts', 'export const b = 1;'],
  ['no-cycles', 'src/feed/b.ts', "import type { C } from './c.ts';\nexport type B = C;"],
  ['pure-folders-do-no-io', 'src/engine/risk/b.ts', "import 'node:fs';"],
  ['pure-folders-do-no-io', 'src/simulation/b.ts', "export const fs = process.getBuiltinModule('fs');"],
  ['indicator-libraries-stay-in-indicators', 'src/engine/candles/b.ts', "import 'technicalindicators';"],
  [
    'zod-stays-out-of-the-engine',
    'src/engine/risk/b.ts',
    "import type { ZodType } from 'zod';\nexport type B = ZodType;",
  ],
  ['brokers-never-meet', 'src/brokers/angel-one/b.ts', importOf('../flattrade/a.ts')],
  ['strategies-see-only-the-contract', 'strategies/ema/b.ts', importOf('../rsi/strategy.ts')],
  ['strategies-see-only-the-contract', 'strategies/ema/b.ts', importOf('../../src/ports/a.ts')],
  ['registry-lists-strategies-only', 'strategies/b.ts', importOf('../src/db/a.ts')],
  ['bot-config-sees-only-config', 'bot.config.ts', importOf('./src/worker/a.ts')],
  ['main-starts-the-cli-only', 'src/main.ts', importOf('./worker/a.ts')],
  ['main-is-a-leaf', 'test/unit/b.test.ts', importOf('../../src/main.ts')],
  ['tests-stay-outside', 'src/feed/b.ts', importOf('../../test/unit/a.test.ts')],
  ['no-development-packages', 'src/feed/b.ts', "import 'fast-check';"],
  ['nothing-unresolvable', 'src/feed/b.ts', importOf('./nowhere.ts')],
];

const roots: string[] = [];
const tree = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'signalman-imports-'));
  roots.push(root);
  for (const file of ['.dependency-cruiser.mjs', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, file), join(root, file));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${source}\n`);
  }
  return root;
};

afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

describe('the import map', () => {
  it('allows what the flow needs', async () => {
    const { faults, unread, filesRead } = await checkImports(tree(LEGAL));
    expect({ faults, unread }).toEqual({ faults: [], unread: [] });
    expect(filesRead).toBe(Object.keys(LEGAL).length);
  });

  it.each(PLANTS)('%s fires, alone, for %s: %s', async (rule, file, source) => {
    // The far half of the circle, and a target for it that is read on its own.
    const partner =
      rule === 'no-cycles' ? { 'src/feed/c.ts': "import type { B } from './b.ts';\nexport type C = B | 1;" } : {};
    const { faults, unread } = await checkImports(tree({ ...LEGAL, ...partner, [file]: source }));
    expect(unread).toEqual([]);
    expect([...new Set(faults.map((fault) => fault.rule))]).toEqual([rule]);
    expect(faults[0]?.comment, 'a sentence for the offender').toMatch(/^\S.{20,}[.]$/);
  });

  it('names every rule once and has a plant for each', async () => {
    const { default: config } = await import('../../../.dependency-cruiser.mjs');
    const names = config.forbidden.map(({ name }) => name);
    expect(new Set(names).size, 'each rule is listed once').toBe(names.length);
    expect(new Set(PLANTS.map(([rule]) => rule))).toEqual(new Set(names));
    expect(config.forbidden.every(({ severity }) => severity === 'error')).toBe(true);
  });
});

describe('check-imports', () => {
  const run = (root: string): { status: number | null; stdout: string } =>
    spawnSync(process.execPath, [join(ROOT, 'scripts/check-imports.mjs'), root], { encoding: 'utf8' });

  it('ends with 0 and counts what it read', () => {
    const { status, stdout } = run(tree(LEGAL));
    expect(stdout).toMatch(/^\d+ files, \d+ imports, 0 forbidden\.\n$/);
    expect(status).toBe(0);
  });

  it('ends with 1 and says rule, sentence and place', () => {
    const { status, stdout } = run(tree({ ...LEGAL, 'src/core/b.ts': importOf('../feed/a.ts') }));
    expect(stdout).toContain('core-keeps-its-lane: src/core may import nothing besides itself');
    expect(stdout).toContain('  src/core/b.ts -> src/feed/a.ts\n');
    expect(status).toBe(1);
  });

  it('fails on a tree without sources instead of finding it clean', () => {
    const { status, stdout } = run(tree({}));
    expect(stdout).toMatch(/^The import rules read 0 of 0 files/);
    expect(status).toBe(1);
  });

  it('fails with a TypeScript that dependency-cruiser cannot use', () => {
    const root = tree(LEGAL);
    rmSync(join(root, 'node_modules'));
    const from = join(ROOT, 'node_modules');
    const to = join(root, 'node_modules');
    mkdirSync(join(to, 'typescript'), { recursive: true });
    writeFileSync(join(to, 'typescript/package.json'), '{"name":"typescript","version":"7.0.0","main":"index.js"}');
    writeFileSync(join(to, 'typescript/index.js'), "module.exports = { version: '7.0.0' };");
    cpSync(join(from, 'dependency-cruiser'), join(to, 'dependency-cruiser'), { recursive: true });
    linkOthers(from, to);
    cpSync(join(ROOT, 'scripts/check-imports.mjs'), join(root, 'scripts/check-imports.mjs'));
    const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts/check-imports.mjs'), root], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^The import rules read \d+ of \d+ files.*does it support the installed TypeScript/);
    expect(status).toBe(1);
  });
});

/** Everything that is not there yet, as links. */
function linkOthers(from: string, to: string): void {
  const listed = spawnSync('ls', ['-A', from], { encoding: 'utf8' }).stdout.trim().split('\n');
  for (const name of listed) {
    if (!existsSync(join(to, name))) symlinkSync(join(from, name), join(to, name));
  }
}

function importOf(path: string): string {
  return `import '${path}';`;
}
