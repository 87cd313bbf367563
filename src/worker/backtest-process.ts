/**
 * A backtest in a process of its own, by the command line's `backtest`, behind everything else that wants the processor: it
 * shares no thread and no memory with what trades. Entry point: `runBacktestProcess`.
 *
 * Invariant: when the promise is settled the process is gone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { PROJECT_FOLDER } from '../config/env.ts';
import { UnavailableError } from '../core/errors.ts';

const reportSchema = z.object({
  run: z.object({ instruments: z.array(z.string()) }),
  trades: z.int(),
  wins: z.int(),
  chargesPaise: z.number(),
  netPaise: z.number(),
  maxDrawdownPaise: z.number(),
  maxDrawdownPercent: z.number(),
  warnings: z.array(z.string()),
});
const failureSchema = z.object({ error: z.object({ message: z.string() }) });

/** What is read of the document that `backtest --json` prints. */
export type ReportOfProcess = Readonly<z.output<typeof reportSchema>>;

/** A report is far shorter. */
const MOST_CHARACTERS = 4_000_000;
/** Of the process's memory, in megabytes: ten years of minutes take a quarter of it. */
const MOST_HEAP = 1_024;

const NICE = '/usr/bin/nice';
const LAST = constants.priority.PRIORITY_LOW;

/** `args` as the command line takes them. Throws with the command's own words when it fails. */
export async function runBacktestProcess(args: readonly string[], signal: AbortSignal): Promise<ReportOfProcess> {
  signal.throwIfAborted();
  const main = join(PROJECT_FOLDER, 'src/main.ts');
  const line = [process.execPath, `--max-old-space-size=${MOST_HEAP}`, main, 'backtest', ...args, '--json'];
  // Started so, all of its threads are behind; later on only those that it has yet to start would be.
  const [command = '', ...rest] = existsSync(NICE) ? [NICE, '-n', String(LAST), ...line] : line;
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(child, 'close').catch((error: unknown) => error);
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let [printed, said] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.length > MOST_CHARACTERS) stop();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-1_000);
  });
  try {
    if (child.pid !== undefined) lower(child.pid);
    const ended = await gone;
    if (ended instanceof Error) throw new UnavailableError(`The backtest could not be started: ${ended.message}`);
    signal.throwIfAborted();
    return readReport(printed, said);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function lower(pid: number): void {
  try {
    setPriority(pid, LAST);
  } catch {
    // It has ended already, which its output tells.
  }
}

function readReport(printed: string, said: string): ReportOfProcess {
  const document = jsonOf(printed);
  const report = reportSchema.safeParse(document);
  if (report.success) return report.data;
  const failure = failureSchema.safeParse(document);
  if (failure.success) throw new UnavailableError(failure.data.error.message);
  const last = said.trim().split('\n').at(-1);
  throw new UnavailableError(`The backtest ended without a report${last ? `: ${last}` : ''}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
