/**
 * `npm run bench -- [--json] [--only name]`: runs every bench of this folder, each in a process of its own so that none
 * warms up or crowds another, and merges their figures. Progress goes to stderr, the result to stdout.
 *
 * A bench is a file that exports `bench = { name, run(): Promise<Record<string, number>> }`.
 */
import '../src/cli/inlining-budget.ts';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';

const FOLDER = import.meta.dirname;
const THIS_FILE = fileURLToPath(import.meta.url);
const CHILD_FLAG = '--run-file';

const figuresSchema = z.record(z.string(), z.number());
const moduleSchema = z.object({
  bench: z.object({
    name: z.string().min(1),
    run: z.custom<() => Promise<unknown>>((run) => typeof run === 'function'),
  }),
});
type Bench = z.output<typeof moduleSchema>['bench'];
type Figures = z.output<typeof figuresSchema>;

interface Listed {
  readonly file: string;
  readonly name: string;
}

async function loadBench(file: string): Promise<Bench> {
  const parsed = moduleSchema.safeParse(await import(pathToFileURL(join(FOLDER, file)).href));
  if (!parsed.success) throw new Error(`bench/${file}: expected an export "bench" of { name, run }`);
  return parsed.data.bench;
}

async function listBenches(): Promise<Listed[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts') && file !== basename(THIS_FILE));
  return Promise.all(files.sort().map(async (file) => ({ file, name: await nameOf(file) })));
}

/** A bench that cannot be loaded goes by its file's name, and fails when its turn comes. */
async function nameOf(file: string): Promise<string> {
  try {
    return (await loadBench(file)).name;
  } catch {
    return basename(file, '.ts');
  }
}

/** In the child: the figures travel over the process channel, so a bench may print what it likes. */
async function runFile(file: string): Promise<void> {
  const figures = figuresSchema.parse(await (await loadBench(file)).run());
  await new Promise((sent) => process.send?.(figures, undefined, undefined, sent));
  process.exit(0);
}

function runInChild({ file, name }: Listed): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--expose-gc', THIS_FILE, CHILD_FLAG, file], {
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    let figures: Figures | undefined;
    child.on('message', (message) => {
      figures = figuresSchema.parse(message);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (figures !== undefined && code === 0) resolve(figures);
      else reject(new Error(`${name}: expected figures, found exit ${code ?? signal}`));
    });
  });
}

function machine(): Readonly<Record<string, string | number>> {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryMb: Math.round(totalmem() / 1024 ** 2),
    system: `${platform()} ${release()} ${process.arch}`,
    node: process.version,
  };
}

function formatFigures(figures: Figures): string {
  const width = Math.max(0, ...Object.keys(figures).map((name) => name.length));
  const format = new Intl.NumberFormat('en-IN', { maximumFractionDigits: 3 });
  return Object.entries(figures)
    .map(([name, value]) => `${name.padEnd(width)}  ${format.format(value).padStart(18)}`)
    .join('\n');
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean' }, only: { type: 'string', multiple: true } } });
  const listed = await listBenches();
  const unknown = (values.only ?? []).filter((wanted) => !listed.some(({ name }) => name === wanted));
  if (unknown.length > 0) {
    process.stderr.write(
      `--only: expected one of ${listed.map(({ name }) => name).join(', ')}, found "${unknown[0]}"\n`,
    );
    return 2;
  }
  const chosen = values.only === undefined ? listed : listed.filter(({ name }) => values.only?.includes(name));
  const figures: Figures = {};
  const failed: string[] = [];
  for (const [index, bench] of chosen.entries()) {
    const startedAt = performance.now();
    process.stderr.write(`[${index + 1}/${chosen.length}] ${bench.name} …\n`);
    try {
      for (const [name, value] of Object.entries(await runInChild(bench))) {
        if (Object.hasOwn(figures, name))
          throw new Error(`${bench.name}: expected figures of its own, found "${name}" again`);
        figures[name] = value;
      }
      process.stderr.write(
        `[${index + 1}/${chosen.length}] ${bench.name} ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`,
      );
    } catch (error) {
      failed.push(bench.name);
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  const result = { machine: machine(), figures, failed };
  process.stdout.write(values.json === true ? `${JSON.stringify(result, null, 2)}\n` : `${formatFigures(figures)}\n`);
  return failed.length === 0 ? 0 : 1;
}

const [flag, file] = process.argv.slice(2);
if (flag === CHILD_FLAG && file !== undefined) {
  await runFile(file);
} else {
  try {
    process.exitCode = await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
