/**
 * The process dies at every step of a placement, a modification, a cancel, a pair of rules: once right before the step and
 * once right after. A first run writes the steps down; then one run each. Entry point: `runPoints`.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import type { Points } from './fault-points.ts';
import { PointsDesk, readSteps } from './points-desk.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

export interface Point {
  readonly scenario: string;
  readonly step: string;
  readonly when: 'before' | 'after';
}

export interface PointsOptions {
  readonly jobs: number;
  /** These alone; absent: all that a first run of each scenario comes by. */
  readonly points?: readonly Point[];
  readonly say: (line: string) => void;
}

export interface PointResult extends Point {
  /** False: the run came to its end without the step. */
  readonly isKilled: boolean;
  readonly wrong: readonly string[];
  readonly wallMs: number;
}

interface Task {
  readonly scenario: Scenario;
  readonly kill: Points['kill'];
}

export async function runPoints({ jobs, points, say }: PointsOptions): Promise<readonly PointResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'signalman-points-'));
  chmodSync(folder, 0o755);
  const stateFolder = join(folder, 'state');
  mkdirSync(stateFolder);
  chmodSync(stateFolder, 0o755);
  // As long as it is open, the server that all runs share is there.
  const held = await openDatabase({ stateFolder, schema: 'live_points', role: 'chaos' });
  try {
    let runs = 0;
    const carryOut = (task: Task): Promise<PointResult & { readonly steps: readonly string[] }> => {
      runs += 1;
      return oneRun(task, { stateFolder, folder: join(folder, `${runs}`), name: `points_${runs}` });
    };
    const results: PointResult[] = [];
    const tasks = (points ?? []).map(({ scenario, ...kill }): Task => ({ scenario: named(scenario), kill }));
    await inParallel(points === undefined ? SCENARIOS : [], jobs, async (scenario) => {
      const { steps, ...result } = await carryOut({ scenario, kill: null });
      results.push(result);
      const own = [...new Set(steps)].filter(scenario.concerns);
      say(`${scenario.name}: ${own.length} steps\n${own.map((step, index) => `  ${index + 1}. ${step}`).join('\n')}`);
      for (const line of result.wrong) say(`  WRONG though nothing was killed: ${line}`);
      for (const step of own)
        tasks.push({ scenario, kill: { step, when: 'before' } }, { scenario, kill: { step, when: 'after' } });
    });
    let done = 0;
    await inParallel(tasks, jobs, async (task) => {
      const { steps: _, ...result } = await carryOut(task);
      results.push(result);
      done += 1;
      const { scenario, when, step, isKilled, wrong, wallMs } = result;
      const verdict = wrong.length > 0 ? 'WRONG' : isKilled ? 'right' : 'right (not reached)';
      say(
        `[${done}/${tasks.length}] ${scenario}, killed ${when} ${step}: ${verdict}, ${(wallMs / 1_000).toFixed(1)} s`,
      );
      for (const line of wrong) say(`  ${line}`);
    });
    return results;
  } finally {
    await held.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function named(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (found === undefined)
    throw new Error(`Expected one of ${SCENARIOS.map((each) => each.name).join(', ')}, found "${name}"`);
  return found;
}

interface Place {
  readonly stateFolder: string;
  readonly folder: string;
  readonly name: string;
}

async function oneRun(
  { scenario, kill }: Task,
  { stateFolder, folder, name }: Place,
): Promise<PointResult & { readonly steps: readonly string[] }> {
  const startedAt = performance.now();
  mkdirSync(folder);
  const path = join(folder, 'steps');
  const desk = await PointsDesk.open({ ...scenario.setup, stateFolder, folder, name });
  try {
    const openBooks = (): Promise<Database> => openDatabase({ stateFolder, schema: `live_${name}`, role: 'chaos' });
    const wrong = await scenario.run(desk, { path, kill }, openBooks);
    const lines = readSteps(path);
    const [step, when] = [kill?.step ?? '', kill?.when ?? 'before'] as const;
    return {
      ...{ scenario: scenario.name, step, when, isKilled: lines.includes(`killed ${when} ${step}`) },
      ...{ wrong: [...wrong, ...desk.simulator.ledger.mishaps, ...doubled(desk)], steps: lines },
      wallMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    await desk.close();
  }
}

function doubled({ simulator }: PointsDesk): readonly string[] {
  return simulator.ledger.doubledTags.map((tag) => `${tag}: more than one order at the broker`);
}

async function inParallel<T>(items: readonly T[], jobs: number, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const job = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: jobs }, job));
}
