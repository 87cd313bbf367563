import { describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/config/env.ts';
import { ConfigError } from '../../../src/core/errors.ts';

const linesOf = (real: Record<string, string>, dotenv = ''): string[] => {
  try {
    readEnv(real, dotenv);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe('readEnv', () => {
  it('is paper trading on the embedded database when nothing is set', () => {
    const env = readEnv({}, '');
    expect(env).toMatchObject({
      tradingMode: 'paper',
      databaseUrl: null,
      redisUrl: null,
      logLevel: 'info',
      logFormat: null,
    });
    expect(env.stateFolder).toMatch(/\.signalman$/);
    expect(env.configPath).toMatch(/bot\.config\.ts$/);
  });

  it('takes a variable of the .env file', () => {
    expect(readEnv({}, 'LOG_LEVEL=debug\n# LOG_FORMAT=json\n').logLevel).toBe('debug');
  });

  it('lets a real variable win over the .env file', () => {
    expect(readEnv({ LOG_LEVEL: 'warn' }, 'LOG_LEVEL=debug').logLevel).toBe('warn');
  });

  it('reads an empty real variable as unset, over the .env file', () => {
    expect(readEnv({ REDIS_URL: '' }, 'REDIS_URL=redis://127.0.0.1:6379').redisUrl).toBeNull();
  });

  it('is frozen', () => {
    expect(Object.isFrozen(readEnv({}, ''))).toBe(true);
  });

  it('names a wrong value, what was expected and what was found, in one line', () => {
    expect(linesOf({ TRADING_MODE: 'lve' })).toEqual(['TRADING_MODE: expected one of "paper", "live", found "lve"']);
  });

  it('says when the wrong value stands in the .env file', () => {
    expect(linesOf({}, 'LOG_LEVEL=loud')).toEqual([
      '.env: LOG_LEVEL: expected one of "trace", "debug", "info", "warn", "error", "silent", found "loud"',
    ]);
  });

  it.each([
    ['DATABASE_URL', 'mysql://owner:hunter2hunter2@db/x'],
    ['DATABASE_URL', 'hunter2hunter2'],
    ['REDIS_URL', 'http://:hunter2hunter2@db'],
  ])('never prints the value of %s', (name, value) => {
    const lines = linesOf({ [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name}: expected a URL that starts with `));
    expect(lines[0]).not.toContain('hunter2');
  });

  it('refuses an unknown name in the .env file and suggests the one meant', () => {
    expect(linesOf({}, 'DATABSE_URL=postgres://a@b/c')).toEqual([
      '.env: DATABSE_URL: expected a variable of .env.example, found an unknown name; did you mean "DATABASE_URL"?',
    ]);
  });

  it('refuses an unknown SIGNALMAN_ name in the real environment and leaves other programs alone', () => {
    expect(linesOf({ SIGNALMAN_STAT: '/tmp', PGHOST: 'x', NODE_ENV: 'test' })).toEqual([
      'SIGNALMAN_STAT: expected a variable of .env.example, found an unknown name; did you mean "SIGNALMAN_STATE"?',
    ]);
  });

  it('reports every fault, one line each', () => {
    expect(linesOf({ TRADING_MODE: 'x', LOG_FORMAT: 'y' })).toHaveLength(2);
  });

  it('collects the secrets of its values', () => {
    const { secrets } = readEnv(
      { DATABASE_URL: 'postgres://owner:p%40ss-word@db/x', REDIS_URL: 'redis://127.0.0.1:6379' },
      '',
    );
    expect(secrets).toEqual(['postgres://owner:p%40ss-word@db/x', 'p%40ss-word', 'p@ss-word']);
  });

  it.each(['http://10.0.0.1:3128', 'https://proxy.example/', 'socks5://asha:hunter2@proxy.example:1080'])(
    'takes %s for a proxy, whose password is a secret',
    (proxy) => {
      const token = '123456789:AAFakeTokenOfATestThatNobodyMaySee00';
      const env = readEnv({ TELEGRAM_BOT_TOKEN: token, TELEGRAM_PROXY: proxy }, '');
      expect(env.telegram).toEqual({ token, apiRoot: 'https://api.telegram.org', proxy });
      expect(env.secrets).toEqual([token, ...(proxy.includes('hunter2') ? [proxy, 'hunter2'] : [])]);
      expect(readEnv({ TELEGRAM_BOT_TOKEN: token }, '').telegram?.proxy).toBeNull();
    },
  );

  it.each([
    'proxy.example:3128',
    'ftp://asha:hunter2@proxy.example',
    'socks4://asha:hunter2@proxy.example',
    'http://hunter2@proxy.example',
    'http://:hunter2@proxy.example',
    'http://asha:hunter2%@proxy.example',
    'http://asha:hunter2@proxy.example/path',
    'http://asha:hunter2@proxy.example?x=1',
    'socks5://',
  ])('refuses %s for a proxy and does not print it', (proxy) => {
    const lines = linesOf({ TELEGRAM_PROXY: proxy });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^TELEGRAM_PROXY: expected a URL that starts with http:\/\/, https:\/\/ or socks5:\/\//);
    expect(lines[0]).not.toContain('hunter2');
  });
});
