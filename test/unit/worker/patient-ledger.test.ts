import { expect, test } from 'vitest';
import type { Effect } from '../../../src/ports/engine-event.ts';
import type { OutboxJob } from '../../../src/ports/ledger.ts';
import { patientLedger } from '../../../src/worker/patient-ledger.ts';

const EFFECTS: readonly Effect[] = [
  {
    type: 'alertRaised',
    alert: { key: 'a', kind: 'system', level: 'info', text: 'told', time: 1 },
  },
];

const failed = (code: string) => Object.assign(new Error(code), { code });

/** Answers with these in turn. */
function ledgerThat(...answers: readonly (Error | readonly OutboxJob[] | 'hangs')[]) {
  const asked: (readonly Effect[])[] = [];
  return {
    asked,
    record(effects: readonly Effect[]): Promise<readonly OutboxJob[]> {
      const answer = answers[asked.push(effects) - 1];
      if (answer === 'hangs') return new Promise(() => undefined);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? []);
    },
  };
}

test.each(['ECONNREFUSED', 'CONNECTION_CLOSED', 'CONNECT_TIMEOUT', '57P01', '57P03', '08006', '53300'])(
  'waits when the database is away (%s), and writes the same then',
  async (code) => {
    const ledger = ledgerThat(failed(code), failed(code), []);
    await expect(patientLedger(ledger, new AbortController().signal).record(EFFECTS)).resolves.toEqual([]);
    expect(ledger.asked).toEqual([EFFECTS, EFFECTS, EFFECTS]);
  },
);

test.each(['23505', '22003', '42P01', '40001', '57P04', 'ERR_INVALID_ARG_TYPE'])(
  'does not wait for what would come again (%s)',
  async (code) => {
    const ledger = ledgerThat(failed(code), []);
    await expect(patientLedger(ledger, new AbortController().signal).record(EFFECTS)).rejects.toThrow(code);
    expect(ledger.asked).toHaveLength(1);
  },
);

test.each(['hangs' as const, failed('ECONNREFUSED')])('stops waiting when the worker stops', async (answer) => {
  const stop = new AbortController();
  const recorded = patientLedger(ledgerThat(answer, answer, answer, answer), stop.signal).record(EFFECTS);
  setTimeout(() => stop.abort(), 20);
  await expect(recorded).rejects.toThrow();
});
