import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ChaosWorkerInput } from './chaos-worker.ts';

export interface SupervisorOptions {
  /** What a worker is told at its start. */
  readonly input: () => ChaosWorkerInput | Promise<ChaosWorkerInput>;
  readonly onStarted?: (pid: number, input: ChaosWorkerInput) => void;
  /** Where the worker keeps its database. */
  readonly folder: string;
  readonly configPath: string;
  readonly redisUrl: string;
  readonly mostStarts?: number;
  readonly log: (line: string) => void;
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const WORKER = fileURLToPath(new URL('chaos-worker.ts', import.meta.url));
const MOST_STARTS = 40;

/** Starts the worker, and again whenever it ends before its day is over. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly problems: string[] = [];
  readonly #mostStarts: number;
  starts = 0;
  kills = 0;
  #child: ChildProcess | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#mostStarts = options.mostStarts ?? MOST_STARTS;
  }

  async run(deadline: number): Promise<void> {
    for (;;) {
      const code = await this.#life(deadline);
      if (code === 0) return;
      if (performance.now() > deadline || this.starts >= this.#mostStarts) {
        this.problems.push(`The worker was not done after ${this.starts} starts`);
        return;
      }
      await sleep(50);
    }
  }

  kill(): void {
    this.kills += 1;
    this.signal('SIGKILL');
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async #life(deadline: number): Promise<number | null> {
    const input = await this.#options.input();
    const { folder, configPath, redisUrl, log } = this.#options;
    this.starts += 1;
    const child = spawn(process.execPath, [WORKER, JSON.stringify(input)], {
      cwd: PROJECT,
      env: {
        ...process.env,
        ...{ DATABASE_URL: '', REDIS_URL: redisUrl, LOG_LEVEL: process.env.LOG_LEVEL ?? 'info', LOG_FORMAT: 'json' },
        ...{ SIGNALMAN_STATE: folder, SIGNALMAN_CONFIG: configPath },
      },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.#child = child;
    if (child.pid !== undefined) this.#options.onStarted?.(child.pid, input);
    child.stderr.on('data', (chunk: Buffer) => log(chunk.toString().trimEnd()));
    const stuck = setTimeout(() => child.kill('SIGKILL'), Math.max(0, deadline - performance.now()));
    return new Promise((resolve) =>
      child.once('close', (code) => {
        clearTimeout(stuck);
        log(`worker ${this.starts} ended with ${code ?? 'a signal'}`);
        resolve(code);
      }),
    );
  }
}
