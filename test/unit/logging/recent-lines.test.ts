import { describe, expect, it } from 'vitest';
import { createLogger, type Logger } from '../../../src/logging/logger.ts';
import { RecentLines } from '../../../src/logging/recent-lines.ts';

const PASSWORD = 'recent"ly-h%dden';
const DATABASE_URL = `postgres://owner:${encodeURIComponent(PASSWORD)}@db.example:5432/signalman`;
const PLANTED = ['seen-a', 'seen-b', 'seen-c', 'seen-d', 'seen-e', '778899'];

function opened(level: 'debug' | 'info' | 'warn', format: 'json' | 'pretty' = 'json') {
  const recent = new RecentLines();
  const written: string[] = [];
  const destination = { write: (line: string) => written.push(line) };
  const log = createLogger({ level, format, secrets: [DATABASE_URL, PASSWORD], destination, recent });
  return { log, recent, written };
}

function spill(log: Logger): void {
  log.info({ password: PLANTED[0], nested: { list: [{ refresh_token: PLANTED[1] }] } }, 'by key');
  log.info({ headers: { Authorization: `Bearer ${PLANTED[2]}` }, mpin: PLANTED[5] }, 'by header');
  log.child({ accessToken: PLANTED[3] }).warn('by child');
  log.info(`connecting with ${PASSWORD} to ${DATABASE_URL}`);
  log.error(new Error(`refused ${DATABASE_URL}`, { cause: new Error(`with ${PASSWORD}`) }));
  log.error({ err: Object.assign(new Error('x'), { options: { password: PLANTED[4] } }) }, 'failed');
}

describe.each(['json', 'pretty'] as const)('the latest lines of a log that is %s', (format) => {
  it('hold every line, and no planted secret', () => {
    const { log, recent, written } = opened('info', format);
    spill(log);
    const lines = recent.last(100);
    expect([lines.length, written.length]).toEqual([6, 6]);
    const secrets = [...PLANTED, PASSWORD, JSON.stringify(PASSWORD).slice(1, -1), encodeURIComponent(PASSWORD)];
    for (const secret of secrets) expect(lines.join('\n')).not.toContain(secret);
    expect(lines.join('\n')).toContain('[redacted]');
  });
});

describe('RecentLines', () => {
  it('are as short as they can be: time in India, level, words, then what was noted with them', () => {
    const { log, recent } = opened('info');
    log.warn({ error: 'socket hang up', jobs: 2, ids: ['NSE:TCS'] }, 'The call budget failed');
    log.error(new Error('outer'));
    expect(recent.last(2)).toEqual([
      expect.stringMatching(
        /^\d\d:\d\d:\d\d warn The call budget failed error=socket hang up jobs=2 ids=\["NSE:TCS"\]$/,
      ),
      expect.stringMatching(/^\d\d:\d\d:\d\d error outer err=outer$/),
    ]);
    // An event of the market brings its own time, and things that are not known.
    log.info({ type: 'connected', time: 1_000, reason: '', since: null }, 'Market stream');
    expect(recent.last(1)).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d info Market stream type=connected$/)]);
    const lines = new RecentLines();
    lines.take('{"level":"info","time":"2026-11-17T03:50:01.000Z","msg":"begun"}\n');
    expect(lines.last(1)).toEqual(['09:20:01 info begun']);
  });

  it('are the last hundred, the newest last, and none longer than a screen', () => {
    const { log, recent } = opened('info');
    for (let count = 0; count < 250; count += 1) log.info(`line ${count}`);
    expect(recent.last(1_000)).toHaveLength(100);
    expect(recent.last(2).map((line) => line.slice(9))).toEqual(['info line 248', 'info line 249']);
    expect(recent.last(0)).toEqual([]);
    log.info('x'.repeat(9_000));
    expect(recent.last(1)[0]).toHaveLength(300);
  });

  it('hold debug lines only where the log has them', () => {
    const quiet = opened('info');
    quiet.log.debug('one');
    expect(quiet.recent.last(1)).toEqual([]);
    const loud = opened('debug');
    loud.log.debug('one');
    expect(loud.recent.last(1)).toEqual([expect.stringMatching(/ debug one$/)]);
  });

  it('hide a secret that only stands there once the line is read', () => {
    opened('info');
    const recent = new RecentLines();
    const escaped = [...PASSWORD].map((sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    recent.take(`{"level":"info","msg":"with ${escaped}"}`);
    recent.take(`${'x'.repeat(290)} ${PASSWORD}`);
    expect(recent.last(2)).toEqual(['info with [redacted]', expect.not.stringContaining('recent')]);
  });

  it('keep what is no JSON as it is', () => {
    const recent = new RecentLines();
    for (const line of ['not JSON\n', '7', 'null']) recent.take(line);
    expect(recent.last(3)).toEqual(['not JSON', '7', 'null']);
  });
});
