import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenSql } from '../db/open-sql.ts';
import type { CommandAnswer, CommandRequest } from '../db/postgres-commands.ts';

export const DEFAULT_WAIT_SECONDS = 3;
const LOOK_EVERY_MS = 25;
/** Workers say that they live every two seconds. */
const SILENT_MS = 5_000;

export interface Outcome {
  readonly id: number;
  readonly state: 'applied' | 'waiting' | 'failed' | 'unanswered';
  readonly tookMs: number | null;
  readonly text: string;
}

/** Sends a command and waits for what a running worker says to it. */
export async function askWorker(
  database: OpenSql,
  request: Omit<CommandRequest, 'askedBy'>,
  waitSeconds: number,
): Promise<Outcome> {
  const { sendCommand } = await import('../db/postgres-commands.ts');
  const askedBy = `cli:${userName()}@${hostname()} pid ${process.pid}`;
  const id = await sendCommand(database, { ...request, askedBy });
  return { id, ...(await outcomeOf(database, id, waitSeconds)) };
}

async function outcomeOf(database: OpenSql, id: number, waitSeconds: number): Promise<Omit<Outcome, 'id'>> {
  const { findAnswer } = await import('../db/postgres-commands.ts');
  const { findLeaseHolder, findRunningAccounts } = await import('../db/lease.ts');
  const deadline = performance.now() + waitSeconds * 1_000;
  for (;;) {
    const holder = await findLeaseHolder(database, database.schema);
    const answer = await findAnswer(database, id);
    if (answer !== undefined) return answered(answer);
    if (holder === undefined) {
      const running = await findRunningAccounts(database);
      const hint = running.map((name) => `; account "${name}" is running: --account ${name}`).join('');
      const text = `no worker is running: it will be applied at the next start, before anything is sent${hint}`;
      return { state: 'waiting', tookMs: null, text };
    }
    if (performance.now() >= deadline) {
      const pid = holder.processId === undefined ? '' : ` (pid ${holder.processId})`;
      const silent = (holder.silentMs ?? 0) > SILENT_MS;
      const heard = silent ? `, which has not been heard of for ${seconds(holder.silentMs ?? 0)}` : '';
      const text =
        `the worker${pid}${heard} has not answered within ${waitSeconds} s. It is still asked for. If it is urgent, act in ` +
        `the broker's own app; end the worker and start it again: the command is applied before anything is sent.`;
      return { state: 'unanswered', tookMs: null, text };
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function answered({ isApplied, text, tookMs }: CommandAnswer): Omit<Outcome, 'id'> {
  if (isApplied) return { state: 'applied', tookMs, text: `applied in ${seconds(tookMs ?? 0)}: ${text}` };
  const next = "it is tried again at the next start; until then act in the broker's own app";
  return { state: 'failed', tookMs, text: `the worker could not do it (${text}): ${next}` };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** A login that the system has no name for is no reason to refuse. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
