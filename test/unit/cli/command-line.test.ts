import { spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const runNode = (args: readonly string[], variables: Record<string, string> = {}): Promise<Ended> =>
  new Promise((done) => {
    const { SIGNALMAN_DEBUG: _, ...inherited } = process.env;
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...inherited, ...variables } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    child.once('close', (code) => done({ code, stdout, stderr }));
  });

const signalman = (args: readonly string[], variables?: Record<string, string>): Promise<Ended> =>
  runNode(['src/main.ts', ...args], variables);

const COMMANDS = [
  'run',
  'halt',
  'resume',
  'kill',
  'squareoff',
  'differences',
  'backtest',
  'history',
  'parity',
  'strategies',
  'config',
];

describe('signalman', () => {
  it('lists every command in --help, on stdout', async () => {
    const { code, stdout, stderr } = await signalman(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it.each(COMMANDS)('has a help page for %s', async (command) => {
    const { code, stdout } = await signalman([command, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: signalman ${command} `));
  });

  it('shows the commands on stderr and ends with 2 when none is given', async () => {
    const { code, stdout, stderr } = await signalman([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: signalman <command>');
  });

  it.each([
    [['backtset'], "Unknown command 'backtset'. Did you mean backtest? (--help lists what there is)"],
    [['config', 'chek'], "Unknown command 'chek'. Did you mean check? (--help lists what there is)"],
    [
      ['backtest', '--quantiy', '3'],
      "Unknown option '--quantiy'. Did you mean --quantity? (--help lists what there is)",
    ],
    [['backtest'], '--data: expected a candle file or folder, found nothing'],
    [['backtest', '--data', 'none.csv'], '--data: expected a file or folder that exists, found "none.csv"'],
    [['backtest', '--quantity', '1.5'], '--quantity: expected a whole number of at least 1, found "1.5"'],
    [
      ['backtest', '--sizing', 'half'],
      '--sizing: expected fixed-value:<rupees>, percent-of-equity:<percent> or risk-per-trade:<percent>, found "half"',
    ],
    [['backtest', '--sizing', 'fixed-value:0'], '--sizing: expected a number above 0, found "0"'],
    [
      ['backtest', '--data', 'bot.config.ts', '--strategy', 'x', '--sizing', 'fixed-value:9', '--quantity', '2'],
      '--sizing: expected nothing beside --quantity, which sizes already, found "2"',
    ],
    [['backtest', '--capital', '0'], '--capital: expected a number above 0, found "0"'],
    [['backtest', '--slippage-bps', '-1'], '--slippage-bps: expected a number of at least 0, found "-1"'],
    [
      ['backtest', '--timeframe', '5min'],
      '--timeframe: expected one of 1m, 3m, 5m, 10m, 15m, 30m, 60m, 1d, found "5min"; did you mean "5m"?',
    ],
    [
      ['backtest', '--from', '2026-02-30'],
      '--from: expected a day "YYYY-MM-DD" or a time "YYYY-MM-DDTHH:MM" in IST, found "2026-02-30"',
    ],
    [
      ['backtest', '--product', 'intrday'],
      '--product: expected one of delivery, intraday, carry-forward, found "intrday"; did you mean "intraday"?',
    ],
    [['backtest', '--broker', 'zerodha'], '--broker: expected one of angel-one, flattrade, found "zerodha"'],
    [['backtest', '--label', 'middle'], '--label: expected one of start, end, found "middle"'],
    [
      ['backtest', '--instrument', 'RELIANCE'],
      '--instrument: expected an instrument such as "NSE:RELIANCE", found "RELIANCE"',
    ],
    [['backtest', '--param', 'fast'], '--param: expected name=value, found "fast"'],
    [['backtest', '--param', 'fast=9', '--param', 'fast=8'], '--param fast: expected once, found "9" and "8"'],
    [
      ['backtest', '--trades-out', '/no/such/folder/t.csv'],
      '--trades-out: expected a file in a folder that exists, found "/no/such/folder/t.csv"',
    ],
    [['backtest', '--data', 'bot.config.ts', '--strategy', 'ema-crosover'], '--strategy: expected one of '],
    [
      ['backtest', '--data', 'bot.config.ts', '--strategy', 'ema-crossover', '--param', 'fast=nine'],
      '--param fast: expected a whole number, found "nine"',
    ],
    [
      ['backtest', '--data', 'bot.config.ts', '--strategy', 'ema-crossover', '--param', 'fst=9'],
      '--param fst: unknown key, expected one of fast, ',
    ],
  ])('refuses %j with exit code 2 and one line', async (args, line) => {
    const { code, stdout, stderr } = await signalman(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr.startsWith(line), `expected "${line}", found "${stderr}"`).toBe(true);
  });

  it('names a wrong variable of the environment in one line, with exit code 2', async () => {
    const { code, stderr } = await signalman(['config', 'check'], { LOG_LEVEL: 'loud' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^LOG_LEVEL: expected one of .*, found "loud"\n$/);
  });

  it('finds the bundled configuration valid', async () => {
    const { code, stdout } = await signalman(['config', 'check']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/The configuration is valid\.\n$/);
  });

  it('prints the configuration without secrets', async () => {
    const variables = {
      DATABASE_URL: 'postgres://owner:hunter2-hunter2@db.example/bot',
      REDIS_URL: 'redis://:hunter2-hunter2@cache.example',
    };
    for (const args of [
      ['config', 'check'],
      ['config', 'check', '--json'],
    ]) {
      const { stdout, stderr } = await signalman(args, variables);
      expect(stdout).toContain('db.example');
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });

  it.each([[['strategies', '--json']], [['config', 'check', '--json']]])(
    'prints one JSON document for %j',
    async (args) => {
      const { code, stdout, stderr } = await signalman(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(JSON.parse(stdout)).toBeTypeOf('object');
    },
  );

  it('prints one JSON document for an error, too', async () => {
    const { code, stdout, stderr } = await signalman(['config', 'check', '--json'], { TRADING_MODE: 'live' });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: { kind: 'ConfigError', message: stderr.trimEnd() } });
  });

  it('lists every strategy with its parameters and defaults', async () => {
    const { stdout } = await signalman(['strategies', '--json']);
    const listed: { strategies: { name: string; params: { name: string; default?: unknown }[] }[] } =
      JSON.parse(stdout);
    const crossover = listed.strategies.find(({ name }) => name === 'ema-crossover');
    expect(crossover?.params.find(({ name }) => name === 'fast')).toMatchObject({ default: 9, isRequired: false });
  });
});

describe('reportError', () => {
  const report = (error: string, variables: Record<string, string>): Promise<Ended> =>
    runNode(
      [
        '--input-type=module',
        '-e',
        `const { reportError } = await import('./src/cli/report-error.ts');
         const { ConfigError, DataError } = await import('./src/core/errors.ts');
         process.exitCode = reportError(${error}, { asJson: false });`,
      ],
      variables,
    );

  it('keeps the stack of an unexpected error in a file, out of sight', async () => {
    const state = await mkdtemp(join(tmpdir(), 'signalman-state-'));
    const { code, stdout, stderr } = await report("new TypeError('planted')", { SIGNALMAN_STATE: state });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const log = join(state, 'signalman-errors.log');
    expect(stderr).toBe(`Unexpected error: planted (details in ${log}, or run again with SIGNALMAN_DEBUG=1)\n`);
    expect(await readFile(log, 'utf8')).toMatch(/TypeError: planted\n {4}at /);
  });

  it('prints the stack and the causes with SIGNALMAN_DEBUG=1', async () => {
    const { stderr } = await report("new TypeError('planted', { cause: new Error('the root') })", {
      SIGNALMAN_DEBUG: '1',
    });
    expect(stderr).toMatch(/^Unexpected error: TypeError: planted\n {4}at /);
    expect(stderr).toMatch(/caused by Error: the root\n {4}at /);
  });

  it('prints no stack for an error that someone expected', async () => {
    expect(await report("new DataError('a.csv: row 3')", {})).toMatchObject({ code: 1, stderr: 'a.csv: row 3\n' });
    expect(await report("new ConfigError('LOG_LEVEL')", {})).toMatchObject({ code: 2, stderr: 'LOG_LEVEL\n' });
  });

  it('hides the passwords of the environment, wherever the error carries them', async () => {
    const state = await mkdtemp(join(tmpdir(), 'signalman-state-'));
    const variables = { DATABASE_URL: 'postgres://owner:hunter2-hunter2@db/bot', SIGNALMAN_STATE: state };
    const { stderr } = await report("new Error('cannot log in with hunter2-hunter2')", variables);
    expect(stderr).toContain('cannot log in with [redacted]');
    expect(await readFile(join(state, 'signalman-errors.log'), 'utf8')).not.toContain('hunter2');
  });
});

describe('main.ts', () => {
  it('is a door, not a room', async () => {
    const lines = (await readFile(join(ROOT, 'src/main.ts'), 'utf8')).split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
  });
});
