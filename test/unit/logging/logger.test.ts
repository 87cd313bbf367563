import { describe, expect, it } from 'vitest';
import { createLogger, type Logger } from '../../../src/logging/logger.ts';

const PASSWORD = 'corre"ct-h%rse';
const DATABASE_URL = `postgres://owner:${encodeURIComponent(PASSWORD)}@db.example:5432/signalman`;
const PLANTED = [
  'hunter2-a',
  'hunter2-b',
  'hunter2-c',
  'hunter2-d',
  'hunter2-e',
  'hunter2-f',
  'hunter2-g',
  'hunter2-h',
  '889900',
];

const record = (format: 'json' | 'pretty', write: (log: Logger) => void): string => {
  const lines: string[] = [];
  write(
    createLogger({
      level: 'trace',
      format,
      secrets: [DATABASE_URL, PASSWORD],
      destination: { write: (line) => lines.push(line) },
    }),
  );
  return lines.join('');
};

const spill = (log: Logger): void => {
  log.info({ password: PLANTED[0], apiKey: PLANTED[1], nested: { list: [{ refresh_token: PLANTED[2] }] } }, 'by key');
  log.info({ headers: { Authorization: `Bearer ${PLANTED[3]}`, 'X-PrivateKey': PLANTED[4] } }, 'by header');
  log.info({ totpSecret: PLANTED[5], mpin: PLANTED[8], sessionKey: PLANTED[6] }, 'by broker word');
  log.child({ worker: 1 }).child({ accessToken: PLANTED[7] }).info('by child');
  log.info({ note: `connecting to ${DATABASE_URL}` }, 'by value');
  log.info(`connecting with ${PASSWORD} to ${DATABASE_URL}`);
  log.info('connecting to %s', DATABASE_URL);
  log.error(new Error(`refused ${DATABASE_URL}`, { cause: new Error(`with ${PASSWORD}`) }));
  log.error({ err: Object.assign(new Error('x'), { options: { password: PLANTED[0], dsn: DATABASE_URL } }) }, 'failed');
  log.info({ url: new URL('redis://default:other-secret@cache:6379') }, 'by shape of a URL');
};

describe.each(['json', 'pretty'] as const)('createLogger, %s', (format) => {
  it('lets no planted secret through', () => {
    const text = record(format, spill);
    expect(text.split('\n').length, 'everything was logged').toBeGreaterThanOrEqual(10);
    for (const secret of [
      ...PLANTED,
      PASSWORD,
      JSON.stringify(PASSWORD).slice(1, -1),
      encodeURIComponent(PASSWORD),
      'other-secret',
    ]) {
      expect(text).not.toContain(secret);
    }
  });
});

describe('createLogger', () => {
  it('writes one JSON object a line with level, time and message', () => {
    const [line = ''] = record('json', (log) =>
      log.warn({ instrumentId: 'NSE:TCS', instrumentToken: 11536 }, 'late'),
    ).split('\n');
    expect(JSON.parse(line)).toMatchObject({
      level: 'warn',
      msg: 'late',
      instrumentId: 'NSE:TCS',
      instrumentToken: 11536,
    });
    expect(JSON.parse(line).time).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('keeps message, stack and cause of an error', () => {
    const text = record('json', (log) => log.error(new Error('outer', { cause: new Error('inner') })));
    expect(JSON.parse(text).err).toMatchObject({ type: 'Error', message: 'outer', cause: { message: 'inner' } });
  });

  it('writes nothing below its level', () => {
    const lines: string[] = [];
    createLogger({ level: 'warn', format: 'json', destination: { write: (line) => lines.push(line) } }).info('quiet');
    expect(lines).toEqual([]);
  });

  it('survives an object that contains itself', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    expect(record('json', (log) => log.info({ loop }, 'round'))).toContain('[circular]');
  });
});
