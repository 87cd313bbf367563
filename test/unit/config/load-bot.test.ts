import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type BotFile, defineBot } from '../../../src/config/define-bot.ts';
import { checkInstruments, checkTradingMode, loadBot, parseBot } from '../../../src/config/load-bot.ts';
import { ConfigError } from '../../../src/core/errors.ts';
import { defineStrategy, type Strategy } from '../../../src/engine/strategy/strategy.ts';

const crossover: Strategy = defineStrategy<unknown>({
  name: 'ema-crossover',
  summary: 'A stand-in with the parameters of the real one.',
  params: z
    .strictObject({
      fast: z.int().min(1).default(9),
      slow: z.int().default(21),
      mode: z.enum(['close', 'open']).default('close'),
    })
    .refine(({ fast, slow }) => fast < slow, { path: ['fast'], message: 'a whole number below slow' }),
  scope: 'instrument',
  warmUp: () => 1,
  create: () => ({ onCandle: () => undefined }),
});
const strategies = new Map([[crossover.name, crossover]]);
const options = { path: '/somewhere/bot.config.ts', strategies };

const base: BotFile = defineBot({
  account: { id: 'paper', broker: 'paper', capital: 10_00_000 },
  strategies: [
    {
      id: 'ema-5m',
      strategy: 'ema-crossover',
      instruments: ['NSE:RELIANCE', 'NSE:TCS'],
      timeframe: '5m',
      params: { fast: 5 },
      product: 'INTRADAY',
      sizing: { kind: 'fixed-quantity', quantity: 10 },
    },
    {
      id: 'ema-15m',
      strategy: 'ema-crossover',
      instruments: ['NSE:INFY'],
      timeframe: '15m',
      product: 'DELIVERY',
      sizing: { kind: 'percent-of-equity', percent: 5 },
    },
  ],
  risk: { dailyLoss: 20_000.5, cooldownAfterStopMinutes: 15 },
  replay: { session: 'data/day.parquet', instruments: 'data/instruments.json', speed: 60 },
});

/** The base with one place changed, as an owner's slip would. */
const changed = (path: readonly (string | number)[], value: unknown): unknown => {
  const copy: unknown = structuredClone(base);
  let place: unknown = copy;
  for (const key of path.slice(0, -1)) place = Reflect.get(Object(place), key);
  Reflect.set(Object(place), path.at(-1) ?? '', value);
  return copy;
};

const linesOf = (written: unknown): string[] => {
  try {
    parseBot(written, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
};

describe('parseBot', () => {
  it('takes settings of alerts by kind and by topic', () => {
    const telegram = { alerts: { trade: 'off', 'trade/stop_loss': 'on' } } as const;
    expect(parseBot({ ...base, telegram }, options).telegram.alerts).toMatchObject({
      ...{ trade: 'off', 'trade/stop_loss': 'on', 'order/placed': 'off', order: 'on', denial: 'silent' },
    });
    const wrong = { alerts: { 'trade/stop': 'on' } };
    expect(() => parseBot({ ...base, telegram: wrong }, options)).toThrow(/telegram\.alerts.*trade\/stop/);
  });

  it('turns rupees into paise, minutes into milliseconds and paths into absolute ones', () => {
    const bot = parseBot(base, options);
    expect(bot.account).toEqual({ id: 'paper', broker: 'paper', capitalPaise: 1_000_000_00 });
    expect(bot.limits).toMatchObject({
      dailyLossPaise: 20_000_50,
      cooldownAfterStopMs: 900_000,
      maxOpenPositions: null,
    });
    expect(bot.replay).toEqual({
      sessionPath: '/somewhere/data/day.parquet',
      instrumentsPath: '/somewhere/data/instruments.json',
      speed: 60,
    });
    expect(bot.calendarPath).toBeNull();
  });

  it("fills in the defaults of the strategy's own schema", () => {
    const [first, second] = parseBot(base, options).strategies;
    expect(first?.params).toEqual({ fast: 5, slow: 21, mode: 'close' });
    expect(second?.params).toEqual({ fast: 9, slow: 21, mode: 'close' });
    expect(first?.strategy).toBe(crossover);
  });

  it('is frozen all the way down', () => {
    const bot = parseBot(base, options);
    const [first] = bot.strategies;
    for (const part of [
      bot,
      bot.account,
      bot.limits,
      bot.replay,
      bot.strategies,
      first,
      first?.params,
      first?.sizing,
      first?.instruments,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it.each<[string, (string | number)[], unknown, string]>([
    [
      'an unknown key at the top',
      ['acount'],
      {},
      'acount: unknown key, expected one of account, strategies, risk, execution, exits, paper, telegram, replay, calendarFile, chargesFile; did you mean "account"?',
    ],
    [
      'an unknown key of a strategy',
      ['strategies', 0, 'instrumnets'],
      [],
      'strategies[0].instrumnets: unknown key, expected one of id, strategy, instruments, timeframe, params, product, sizing; did you mean "instruments"?',
    ],
    [
      'an unknown key of a sizing',
      ['strategies', 0, 'sizing', 'quantty'],
      1,
      'strategies[0].sizing.quantty: unknown key, expected one of kind, quantity; did you mean "quantity"?',
    ],
    ['a missing part', ['account'], undefined, 'account: expected an object, found nothing'],
    ['a text for a number', ['account', 'capital'], '10 lakh', 'account.capital: expected a number, found "10 lakh"'],
    ['a capital of nothing', ['account', 'capital'], 0, 'account.capital: expected more than 0, found 0'],
    [
      'a fraction for a whole number',
      ['strategies', 0, 'sizing', 'quantity'],
      1.5,
      'strategies[0].sizing.quantity: expected a whole number, found 1.5',
    ],
    [
      'an unknown sizing',
      ['strategies', 1, 'sizing', 'kind'],
      'percent',
      'strategies[1].sizing.kind: expected one of "fixed-quantity", "fixed-value", "percent-of-equity", "risk-per-trade", found "percent"',
    ],
    [
      'a percentage above 100',
      ['strategies', 1, 'sizing', 'percent'],
      250,
      'strategies[1].sizing.percent: expected at most 100, found 250',
    ],
    [
      'an unknown timeframe',
      ['strategies', 0, 'timeframe'],
      '5min',
      'strategies[0].timeframe: expected one of "1m", "3m", "5m", "10m", "15m", "30m", "60m", "1d", found "5min"; did you mean "5m"?',
    ],
    [
      'no instruments',
      ['strategies', 0, 'instruments'],
      [],
      'strategies[0].instruments: expected at least 1 entry, found []',
    ],
    [
      'a misshapen instrument',
      ['strategies', 0, 'instruments', 1],
      'RELIANCE',
      'strategies[0].instruments[1]: expected an instrument such as "NSE:RELIANCE" or "NFO:NIFTY:2026-11-24:26000:CE", found "RELIANCE"',
    ],
    [
      'an instrument twice',
      ['strategies', 0, 'instruments', 1],
      'NSE:RELIANCE',
      'strategies[0].instruments[1]: expected each instrument once, found "NSE:RELIANCE" again',
    ],
    [
      'a duplicate id',
      ['strategies', 1, 'id'],
      'ema-5m',
      'strategies[1].id: expected an id of its own, found "ema-5m", which strategies[0] has',
    ],
    [
      'an id with blanks',
      ['strategies', 1, 'id'],
      'my ema',
      'strategies[1].id: expected lower-case letters, digits and "-", at most 40 characters, found "my ema"',
    ],
    [
      'an unknown strategy',
      ['strategies', 1, 'strategy'],
      'ema-crosover',
      'strategies[1].strategy: expected one of ema-crossover, found "ema-crosover"; did you mean "ema-crossover"?',
    ],
    [
      'a wrong parameter',
      ['strategies', 1, 'params'],
      { fast: 'nine' },
      'strategies[1].params.fast: expected a whole number, found "nine"',
    ],
    [
      'an unknown parameter',
      ['strategies', 1, 'params'],
      { fst: 9 },
      'strategies[1].params.fst: unknown key, expected one of fast, slow, mode; did you mean "fast"?',
    ],
    [
      'a parameter outside its choices',
      ['strategies', 1, 'params'],
      { mode: 'opne' },
      'strategies[1].params.mode: expected one of "close", "open", found "opne"; did you mean "open"?',
    ],
    [
      'parameters that contradict each other',
      ['strategies', 0, 'params'],
      { fast: 30 },
      'strategies[0].params.fast: expected a whole number below slow, found 30',
    ],
    ['a negative limit', ['risk', 'dailyLoss'], -1, 'risk.dailyLoss: expected more than 0, found -1'],
    [
      'a limit that is a text',
      ['risk', 'maxOpenPositions'],
      'ten',
      'risk.maxOpenPositions: expected a whole number, found "ten"',
    ],
    [
      'a broker that is not there yet',
      ['account', 'broker'],
      'flattrade',
      'account.broker: expected one of "paper", "angel-one", found "flattrade"',
    ],
  ])('refuses %s in exactly one line', (_, path, value, line) => {
    expect(linesOf(changed(path, value))).toEqual([`bot.config.ts: ${line}`]);
  });

  it('reports every fault, one line each', () => {
    const twice = changed(['strategies', 0, 'timeframe'], 'x');
    Reflect.set(Object(Reflect.get(Object(twice), 'account')), 'capital', -5);
    expect(linesOf(twice)).toHaveLength(2);
  });

  it('refuses what is no object', () => {
    expect(linesOf(5)).toEqual(['bot.config.ts: expected an object, found 5']);
  });
});

describe('checkInstruments', () => {
  it('accepts instruments of the list', () => {
    expect(() => checkInstruments(parseBot(base, options), ['NSE:TCS', 'NSE:INFY', 'NSE:RELIANCE'])).not.toThrow();
  });

  it('names the nearest instrument for one that does not exist', () => {
    const bot = parseBot(changed(['strategies', 1, 'instruments', 0], 'NSE:INFYY'), options);
    expect(() => checkInstruments(bot, ['NSE:TCS', 'NSE:INFY', 'NSE:RELIANCE'])).toThrow(
      new ConfigError(
        'bot.config.ts: strategies[1].instruments[0]: expected an instrument of the list, found "NSE:INFYY"; did you mean "NSE:INFY"?',
      ),
    );
  });
});

describe('checkTradingMode', () => {
  it('refuses live trading on a paper account', () => {
    const bot = parseBot(base, options);
    expect(() => checkTradingMode('paper', bot)).not.toThrow();
    expect(() => checkTradingMode('live', bot)).toThrow(/^TRADING_MODE: expected "paper", .* found "live"/);
  });
});

describe('loadBot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'signalman-bot-'));
  const written = (name: string, source: string): string => {
    const path = join(folder, name);
    writeFileSync(path, source);
    return path;
  };

  it('imports and parses the file', async () => {
    const path = written('good.config.ts', `export default ${JSON.stringify(base)} satisfies object;`);
    const bot = await loadBot({ path, strategies });
    expect(bot.file).toBe('good.config.ts');
    expect(bot.replay?.sessionPath).toBe(join(folder, 'data/day.parquet'));
  });

  it('says so when there is no such file', async () => {
    const path = join(folder, 'none.config.ts');
    await expect(loadBot({ path, strategies })).rejects.toThrow(
      /^none\.config\.ts: expected the bot's configuration at .*none\.config\.ts, found no such file/,
    );
  });

  it('says so when the file exports nothing', async () => {
    const path = written('empty.config.ts', 'export const bot = {};');
    await expect(loadBot({ path, strategies })).rejects.toThrow(
      'empty.config.ts: expected "export default defineBot({ … })", found no default export',
    );
  });

  it('says in one line why the file cannot be loaded', async () => {
    const path = written('broken.config.ts', 'export default { account: ');
    const error: unknown = await loadBot({ path, strategies }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).not.toContain('\n');
    expect(String(error)).toContain('broken.config.ts: expected a module that can be loaded, found an error: ');
  });
});

describe('the bundled bot.config.ts', () => {
  it('has the shape of a bot', async () => {
    const { default: bot } = await import('../../../bot.config.ts');
    const { botSchema } = await import('../../../src/config/define-bot.ts');
    expect(botSchema.safeParse(bot).error).toBeUndefined();
  });
});
