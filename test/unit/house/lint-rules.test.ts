import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ROOT } from './tree.ts';

const PURE = [
  'src/core',
  'src/ports',
  'src/engine/risk',
  'src/engine',
  'src/simulation',
  'strategies/ema',
  'strategies',
];
const BANNED = [
  'export const a = Date.now();',
  'export const a = new Date();',
  'export const a = Date();',
  'export const { now } = Date;',
  'export const a = Math.random();',
  'export const a = crypto.randomUUID();',
  'setTimeout(() => undefined, 1);',
  'setInterval(() => undefined, 1);',
  'setImmediate(() => undefined);',
  'queueMicrotask(() => undefined);',
  'export const a = performance.now();',
  'export const a = process.env.LOG_LEVEL;',
  'export const a = process.hrtime();',
  'export const a = globalThis.setTimeout;',
  "export const a = await fetch('http://x');",
  "console.log('x');",
  "export const a = await import('./b.ts');",
];
const HARMLESS = [
  "export const a = Date.parse('2026-01-01');",
  'export const a = Date.UTC(2026, 0);',
  'export const a = Math.max(1, 2);',
];

const root = mkdtempSync(join(tmpdir(), 'signalman-lint-'));
const outputSchema = z.object({
  diagnostics: z.array(
    z.object({ category: z.string(), severity: z.string(), location: z.object({ path: z.string() }) }),
  ),
});

/** Lints all files at once: file -> what was found in it, as errors. */
const lint = (files: Readonly<Record<string, string>>): Map<string, string[]> => {
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${source}\n`);
  }
  const { stdout } = spawnSync(
    join(ROOT, 'node_modules/.bin/biome'),
    ['lint', '--reporter=json', '--max-diagnostics=none', ...Object.keys(files)],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  const found = new Map<string, string[]>(Object.keys(files).map((file) => [file, []]));
  for (const { category, severity, location } of outputSchema.parse(JSON.parse(stdout)).diagnostics) {
    if (severity === 'error') found.get(location.path)?.push(category);
  }
  return found;
};

beforeAll(() => {
  cpSync(join(ROOT, 'biome.json'), join(root, 'biome.json'));
  cpSync(join(ROOT, 'scripts/lint'), join(root, 'scripts/lint'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(join(root, '.gitignore'), 'node_modules\n');
  spawnSync('git', ['init', '-q'], { cwd: root });
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('lint of the pure folders', () => {
  const cases = PURE.flatMap((folder) =>
    BANNED.map((source, index) => [`${folder}/banned-${index}.ts`, source] as const),
  );

  it('refuses clocks, randomness, timers, I/O and the environment, in every one of them', () => {
    const found = lint(Object.fromEntries(cases));
    expect(cases.filter(([file]) => found.get(file)?.length === 0)).toEqual([]);
  });

  it('leaves pure uses of the same names alone', () => {
    const files = HARMLESS.map((source, index) => [`src/core/harmless-${index}.ts`, source] as const);
    expect([...lint(Object.fromEntries(files)).values()].flat()).toEqual([]);
  });

  it('lets adapters read the clock', () => {
    const found = lint({ 'src/worker/clock.ts': 'export const a = Date.now();\nsetTimeout(() => undefined, 1);' });
    expect(found.get('src/worker/clock.ts')).toEqual([]);
  });
});

describe('lint of the environment', () => {
  it.each([
    'export const a = process.env.X;',
    "export const a = process['env'];",
    'export const { env } = process;',
    "import { env } from 'node:process';\nexport const a = env;",
    "import process from 'node:process';\nexport const a = process.env;",
  ])('refuses %j outside src/config', (source) => {
    const found = [...lint({ 'src/worker/e.ts': source, 'src/cli/e.ts': source }).values()];
    expect(found.filter((categories) => categories.length === 0)).toEqual([]);
  });

  it('lets src/config read it', () => {
    expect(lint({ 'src/config/e.ts': 'export const a = process.env.X;' }).get('src/config/e.ts')).toEqual([]);
  });
});

describe('lint of types', () => {
  it.each([
    ['any', 'export const a = (b: any): number => b;'],
    ['a non-null assertion', 'export const a = (b: number | null): number => b!;'],
    [
      'a promise that nobody awaits',
      'export async function a(): Promise<void> {}\nexport function b(): void {\n  a();\n}',
    ],
    ['an unused import', "import { z } from 'zod';\nexport const a = 1;"],
  ])('refuses %s', (_, source) => {
    expect(lint({ 'src/feed/t.ts': source }).get('src/feed/t.ts')).not.toEqual([]);
  });
});
