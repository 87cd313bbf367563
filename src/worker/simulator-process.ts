/**
 * The simulator of the broker's protocol as a child process on loopback: what the worker talks to while no broker account
 * is configured. It ends when its standard input closes, so it never outlives the worker, however that ends.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { PROJECT_FOLDER } from '../config/env.ts';
import { UnavailableError } from '../core/errors.ts';

const readySchema = z.object({
  endpoints: z.object({
    rest: z.string(),
    marketStream: z.string(),
    orderStream: z.string(),
    instrumentMaster: z.string(),
  }),
  control: z.string(),
  credentials: z.object({
    clientCode: z.string(),
    mpin: z.string(),
    totpSecret: z.string(),
    apiKey: z.string(),
  }),
});
const endedSchema = z.object({ event: z.literal('ended'), prints: z.int() });

/** Where a simulator is and who may log in there. */
export type SimulatorAddress = Readonly<z.output<typeof readySchema>>;

export interface SimulatorProcess extends SimulatorAddress {
  /** Resolves with the number of prints when the last one has been made; null when nobody has counted them. */
  readonly ended: Promise<number> | null;
  /** Asks or tells the simulator's control surface. */
  ask(route: string, body?: object): Promise<unknown>;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

export interface SimulatorProcessOptions {
  readonly sessionPath: string;
  readonly instrumentsPath: string;
  readonly speed: number;
  /** Trading days and hours, instead of the ones that ship. */
  readonly calendarPath?: string | null;
  /** How long before its first price the session's clock begins. */
  readonly leadSeconds?: number;
  readonly onLine: (line: string) => void;
}

/** A simulator that runs already and goes on when we are gone. */
export function attachSimulator(address: SimulatorAddress): SimulatorProcess {
  return { ...address, ended: null, stop: async () => {}, ask: (route, body) => ask(address.control, route, body) };
}

const START_PATIENCE_MS = 20_000;
const STOP_PATIENCE_MS = 2_000;

export async function startSimulator(options: SimulatorProcessOptions): Promise<SimulatorProcess> {
  const { sessionPath, instrumentsPath, speed, calendarPath = null, leadSeconds, onLine } = options;
  const args = ['simulate', 'angel-one', '--port', '0', '--session', sessionPath, '--instruments', instrumentsPath];
  if (calendarPath !== null) args.push('--calendar', calendarPath);
  if (leadSeconds !== undefined) args.push('--lead', String(leadSeconds));
  // A group of its own: Ctrl-C at the terminal is the worker's to answer.
  const child = spawn(
    process.execPath,
    [join(PROJECT_FOLDER, 'src/main.ts'), ...args, '--speed', String(speed), '--clock', 'session', '--hold', '--json'],
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  );
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const said: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    said.push(line);
    onLine(line);
  });
  // A worker that is killed closes the pipe; writing is never needed.
  child.stdin.on('error', () => undefined);
  let isEnded: (prints: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    isEnded = resolve;
  });
  const ready = new Promise<SimulatorAddress>((resolve, reject) => {
    const late = setTimeout(() => reject(failure('did not start in time', said)), START_PATIENCE_MS);
    const lines = createInterface(child.stdout);
    lines.once('line', (line) => {
      clearTimeout(late);
      const parsed = readySchema.safeParse(jsonOf(line));
      if (parsed.success) resolve(parsed.data);
      else reject(failure(`said "${line.slice(0, 200)}" instead of its addresses`, said));
    });
    lines.on('line', (line) => {
      const parsed = endedSchema.safeParse(jsonOf(line));
      if (parsed.success) isEnded(parsed.data.prints);
    });
    void gone.then(() => {
      clearTimeout(late);
      reject(failure('ended before it was ready', said));
    });
  });
  const stop = async (): Promise<void> => {
    child.stdin.end();
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
    await gone;
    clearTimeout(late);
  };
  try {
    const addresses = await ready;
    return { ...addresses, ended, stop, ask: (route, body) => ask(addresses.control, route, body) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ask(control: string, route: string, body?: object): Promise<unknown> {
  const url = `${control.replace(/\/$/, '')}/${route}`;
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new UnavailableError(`The simulator answered "${route}" with HTTP ${response.status}`);
  return response.json();
}

function failure(what: string, said: readonly string[]): UnavailableError {
  const last = said.at(-1);
  return new UnavailableError(`The simulator of the broker ${what}${last === undefined ? '' : `: ${last}`}`);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
