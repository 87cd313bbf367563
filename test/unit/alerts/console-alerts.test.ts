import { describe, expect, it } from 'vitest';
import { ConsoleAlerts } from '../../../src/alerts/console-alerts.ts';
import { ALERT_KINDS, type Alert, type AlertSettings } from '../../../src/core/alert.ts';

/** 09:20:01 in India. */
const TIME = Date.UTC(2026, 10, 20, 3, 50, 1);
const ALERT: Alert = {
  key: 'fill/F1',
  kind: 'fill',
  level: 'info',
  text: 'Bought 10 RELIANCE at 1,402.35 (entry, EMA crossover)',
  time: TIME,
};

function stream(isTTY?: boolean, columns?: number) {
  const written: string[] = [];
  return {
    written,
    isTTY,
    columns,
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
    const text =
      'Target hit: closed 10 RELIANCE long, in at 1,402.35, out at 1,410.00, net +₹64.12 after ₹12.38 charges';
    await new ConsoleAlerts(out).send({ ...ALERT, text });
    const lines = out.written.join('').trimEnd().split('\n');
    expect(lines).toEqual([
      '09:20:01    Target hit: closed 10 RELIANCE long, in at 1,402.35, out at',
      '            1,410.00, net +₹64.12 after ₹12.38 charges',
    ]);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([
    [30, 40],
    [50, 50],
    [200, 80],
  ])('of a terminal of %d columns use %d', async (columns, most) => {
    const out = stream(true, columns);
    await new ConsoleAlerts(out).send({ ...ALERT, text: 'word '.repeat(60) });
    const lengths = out.written
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...lengths)).toBeGreaterThan(most - 6);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(most);
  });

  it('leave out what is switched off, but never what went wrong', async () => {
    const out = stream();
    const settings = Object.fromEntries(ALERT_KINDS.map((kind) => [kind, 'on'])) as AlertSettings;
    const alerts = new ConsoleAlerts(out, { ...settings, 'order/placed': 'off', order: 'off' });
    const order = { ...ALERT, kind: 'order' } as const;
    for (const each of [
      { ...order, topic: 'placed' },
      { ...order, topic: 'rejected', level: 'critical' as const },
    ]) {
      expect(await alerts.send({ ...each, text: each.topic })).toEqual({ kind: 'done', value: null });
    }
    expect(out.written).toEqual(['09:20:01 !! rejected\n']);
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
