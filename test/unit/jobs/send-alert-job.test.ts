import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/core/alert.ts';
import { sendAlertJob } from '../../../src/jobs/send-alert-job.ts';
import type { Outcome } from '../../../src/ports/outcome.ts';
import { MemoryLedger } from '../../../src/simulation/memory-ledger.ts';
import { TestClock } from './sample-order.ts';

const ALERT: Alert = { key: 'fill/F1', kind: 'fill', level: 'info', text: 'Bought 10 RELIANCE', time: 1_500 };
const context = { jobId: 'job', stopping: new AbortController().signal };

function setUp(...outcomes: readonly Outcome<null>[]) {
  const alerts = new MemoryLedger();
  alerts.recordNow([{ type: 'alertRaised', alert: ALERT }]);
  const answers = [...outcomes];
  const sent: Alert[] = [];
  const sink = {
    send: async (alert: Alert): Promise<Outcome<null>> => {
      sent.push(alert);
      return answers.shift() ?? { kind: 'done', value: null };
    },
  };
  const job = sendAlertJob({ alerts, sink, clock: new TestClock(2_000) });
  return { alerts, sent, run: (subject = ALERT.key) => job.run({ subject }, context) };
}

describe('sending an alert', () => {
  it('sends it and marks it with the time', async () => {
    const { alerts, sent, run } = setUp();
    expect(await run()).toEqual({ kind: 'done' });
    expect(sent).toMatchObject([ALERT]);
    expect(await alerts.alert(ALERT.key)).toMatchObject({ sentTime: 2_001 });
  });

  it('does not send again what is marked', async () => {
    const { sent, run } = setUp();
    await run();
    expect(await run()).toEqual({ kind: 'done' });
    expect(sent).toHaveLength(1);
  });

  it.each<[Outcome<null>, unknown]>([
    [
      { kind: 'throttled', retryAfterMs: 30_000 },
      { kind: 'throttled', retryAfterMs: 30_000 },
    ],
    [
      { kind: 'transient', reason: 'No network' },
      { kind: 'retry', reason: 'No network' },
    ],
    [
      { kind: 'session', reason: 'Token revoked' },
      { kind: 'retry', reason: 'Token revoked' },
    ],
    [
      { kind: 'unknown', reason: 'No answer' },
      { kind: 'retry', reason: 'No answer' },
    ],
    [
      { kind: 'refused', code: '400', reason: 'Bad chat' },
      { kind: 'failed', reason: 'Bad chat (400)' },
    ],
  ])('leaves it unmarked after %j', async (outcome, result) => {
    const { alerts, run } = setUp(outcome);
    expect(await run()).toEqual(result);
    expect(await alerts.alert(ALERT.key)).toMatchObject({ sentTime: null });
  });

  it('fails for an alert that is in no book', async () => {
    const { sent, run } = setUp();
    expect(await run('nobody')).toEqual({ kind: 'failed', reason: 'Expected alert "nobody" in the book, found none' });
    expect(sent).toEqual([]);
  });
});
