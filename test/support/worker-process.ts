import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type OnFinished, tempFolder } from './temp-folder.ts';
import { newStateFolder } from './test-server.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** Settles when the process has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
}

/** A state folder that is gone after the test, with a server that was never started; the database's own user may enter it. */
export function stateFolder(onFinished?: OnFinished): string {
  const folder = tempFolder(onFinished);
  // Files keep their owner, who is another one when tests run as root.
  execFileSync('cp', ['-a', `${newStateFolder()}/.`, folder]);
  return folder;
}

/** A real worker, as `npm start -- --json` starts it, on a state folder of its own. */
export function startWorker(
  stateFolder: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): WorkerProcess {
  return startProcess(['run', '--json', ...args], stateFolder, env);
}

/** Until the worker says at which minute of the session it is, or has ended. */
export async function underWay({ child, ended }: WorkerProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => /^\d\d:\d\d:\d\d/m.test(chunk.toString()) && resolve());
    void ended.then(() => resolve());
  });
}

/** Any command. */
export function startProcess(
  args: readonly string[],
  stateFolder: string,
  env: Readonly<Record<string, string>> = {},
): WorkerProcess {
  const child = spawn(process.execPath, ['src/main.ts', ...args], {
    cwd: PROJECT,
    env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', LOG_LEVEL: 'warn', SIGNALMAN_STATE: stateFolder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** Postgres servers that run on a data folder under `folder`. */
export function serversUnder(folder: string): string[] {
  const processes = execFileSync('ps', ['-eo', 'pid,stat,args'], { encoding: 'utf8' }).split('\n');
  return processes.filter((line) => line.includes('postgres -D') && line.includes(folder) && !line.includes('ps -eo'));
}

/** The Postgres servers on a data folder under `folder`, and all processes that they have started. */
export function serverProcesses(folder: string): readonly number[] {
  const servers = serversUnder(folder).map((line) => Number(line.trim().split(/\s+/)[0]));
  const processes = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const children = processes.map((line) => line.trim().split(/\s+/).map(Number));
  return [...servers, ...children.flatMap(([pid = 0, parent = 0]) => (servers.includes(parent) ? [pid] : []))];
}
