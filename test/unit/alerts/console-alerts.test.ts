import { describe, expect, it } from 'vitest';
import { ConsoleAlerts } from '../../../src/alerts/console-alerts.ts';
import type { Alert } from '../../../src/core/alert.ts';

/** 09:20:01 in India. */
const TIME = Date.UTC(2026, 10, 20, 3, 50, 1);
const ALERT: Alert = {
  key: 'fill/F1',
  kind: 'fill',
  level: 'info',
  text: 'Bought 10 RELIANCE at 1,402.35 (entry, EMA crossover)',
  time: TIME,
};

function stream(isTTY?: boolean) {
  const written: string[] = [];
  return {
    written,
    isTTY,
    write(text: string, done: (error?: Error | null) => void) {
      written.push(text);
      done();
    },
  };
}

describe('console alerts', () => {
  it('write a line with the time', async () => {
    const out = stream();
    expect(await new ConsoleAlerts(out).send(ALERT)).toEqual({ kind: 'done', value: null });
    expect(out.written).toEqual(['09:20:01    Bought 10 RELIANCE at 1,402.35 (entry, EMA crossover)\n']);
  });

  it('stay within 80 columns, later lines under the first word', async () => {
    const out = stream();
    const text = 'Closed 10 RELIANCE long: in at 1,402.35, out at 1,410.00 (target), net +₹64.12 after ₹12.38 charges';
    await new ConsoleAlerts(out).send({ ...ALERT, text });
    const lines = out.written.join('').trimEnd().split('\n');
    expect(lines).toEqual([
      '09:20:01    Closed 10 RELIANCE long: in at 1,402.35, out at 1,410.00 (target),',
      '            net +₹64.12 after ₹12.38 charges',
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('mark what is urgent, in colour only at a terminal', async () => {
    const [pipe, terminal] = [stream(), stream(true)];
    for (const level of ['info', 'warning', 'critical'] as const) {
      await new ConsoleAlerts(pipe).send({ ...ALERT, level, text: 'Text' });
      await new ConsoleAlerts(terminal).send({ ...ALERT, level, text: 'Text' });
    }
    expect(pipe.written).toEqual(['09:20:01    Text\n', '09:20:01  ! Text\n', '09:20:01 !! Text\n']);
    expect(terminal.written).toEqual([
      '09:20:01    Text\n',
      '\u001b[33m09:20:01  ! Text\u001b[0m\n',
      '\u001b[1;31m09:20:01 !! Text\u001b[0m\n',
    ]);
  });

  it('let no words steer the terminal', async () => {
    const out = stream(true);
    await new ConsoleAlerts(out).send({ ...ALERT, text: 'Rejected:\r\n\u001b[2Jno \u0007funds\n' });
    expect(out.written).toEqual(['09:20:01    Rejected: [2Jno funds\n']);
  });

  it('report a stream that is gone as refused', async () => {
    const gone = { write: (_text: string, done: (error: Error) => void) => done(new Error('write EPIPE')) };
    expect(await new ConsoleAlerts(gone).send(ALERT)).toEqual({
      kind: 'refused',
      code: 'CONSOLE_CLOSED',
      reason: 'write EPIPE',
    });
  });
});
