import { setTimeout as sleep } from 'node:timers/promises';

export type CheckStatus = 'ok' | 'warn' | 'fail';

export interface Finding {
  readonly status: CheckStatus;
  readonly found: string;
  /** What a person does about it; null when there is nothing to do, or when `found` says it. */
  readonly todo: string | null;
}

/** One question about this installation. */
export interface Check {
  readonly name: string;
  /** It may take so much longer than others. */
  readonly patienceMs?: number;
  /** May throw: that is a finding too. What it holds open it gives up when the signal aborts. */
  run(signal: AbortSignal): Promise<Finding>;
}

export interface Diagnosis extends Finding {
  readonly name: string;
  readonly ms: number;
}

export const ok = (found: string): Finding => ({ status: 'ok', found, todo: null });
export const warn = (found: string, todo: string): Finding => ({ status: 'warn', found, todo });
export const fail = (found: string, todo: string): Finding => ({ status: 'fail', found, todo });

/** All at once; one that hangs or breaks takes no other with it. In the order in which they were given. */
export function runChecks(checks: readonly Check[], timeoutMs: number): Promise<readonly Diagnosis[]> {
  return Promise.all(checks.map((check) => diagnose(check, timeoutMs)));
}

async function diagnose(check: Check, leastMs: number): Promise<Diagnosis> {
  const timeoutMs = leastMs + (check.patienceMs ?? 0);
  const began = performance.now();
  const ended = new AbortController();
  const timer = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: timer.signal }).then(
    () =>
      fail(
        `no answer within ${timeoutMs / 1_000} s`,
        'Try again; if it stays so, look at the network and at what is asked.',
      ),
    () => undefined,
  );
  const answer = check.run(ended.signal).catch(findingOf);
  const finding = (await Promise.race([answer, late])) ?? (await answer);
  timer.abort();
  ended.abort();
  return { name: check.name, ...finding, ms: Math.round(performance.now() - began) };
}

/** The program's own errors say what to do themselves. */
function findingOf(error: unknown): Finding {
  const message = error instanceof Error ? error.message || error.name : String(error);
  return { status: 'fail', found: message.split('\n').join('; '), todo: null };
}
