/** The pre-open checklist: an item a line, and what there is to do where one fails. Entry point: `runChecklist`. */
import { type Check, type CheckStatus, type Diagnosis, runChecks } from '../doctor/check.ts';
import type { JobResult } from './schedule.ts';

const MARKS: Readonly<Record<CheckStatus, string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };
const TIMEOUT_MS = 15_000;

export async function runChecklist(checks: readonly Check[], timeoutMs = TIMEOUT_MS): Promise<JobResult> {
  const items = await runChecks(checks, timeoutMs);
  const failed = items.filter(({ status }) => status === 'fail').length;
  const warned = items.filter(({ status }) => status === 'warn').length;
  return {
    level: failed > 0 ? 'critical' : warned > 0 ? 'warning' : 'info',
    headline: headlineOf(items.length, failed, warned),
    lines: items.map(lineOf),
    facts: { items: items.map(({ name, status, found, todo }) => ({ name, status, found, todo })) },
    isNews: true,
  };
}

function headlineOf(all: number, failed: number, warned: number): string {
  if (failed > 0) return `${failed} of ${all} items failed`;
  return warned > 0 ? `${warned} of ${all} items want a look` : `all ${all} items are well`;
}

function lineOf({ name, status, found, todo }: Diagnosis): string {
  // What others say has no line breaks of its own here.
  return `${MARKS[status]} ${name}: ${found}${todo === null ? '' : `. ${todo}`}`.replaceAll(/\s+/g, ' ');
}
