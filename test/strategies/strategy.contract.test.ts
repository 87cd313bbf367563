/**
 * What every strategy promises, the template included: no look-ahead, determinism, exact warm-up, readable settings.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Candle } from '../../src/core/candle.ts';
import type { SignalDraft, Strategy } from '../../src/engine/strategy/strategy.ts';
import { template } from '../../strategies/_template/strategy.ts';
import { strategies } from '../../strategies/index.ts';
import { HAS_RECORDED, RECORDED_TITLE, randomCandles, recordedCandles } from '../support/indicator-series.ts';
import { StrategyDriver } from '../support/strategy-context.ts';

const FOLDER = new URL('../../strategies/', import.meta.url);

/** Short periods, so that random series of a day or two give signals. */
const LIVELY: Readonly<Record<string, object>> = {
  'ema-crossover': { fast: 2, slow: 5, allowShort: true, stopAtr: 2, targetPercent: 1, atrPeriod: 4 },
  'rsi-mean-reversion': { period: 3, oversold: 40, exitAbove: 60, stopPercent: 1, maxHoldCandles: 8 },
  'opening-range-breakout': { rangeMinutes: 10, allowShort: true },
  template: { period: 4 },
};

const series = randomCandles({ min: 1, max: 160 });

function draftsFor(strategy: Strategy, params: object, candles: readonly Candle[]): (readonly SignalDraft[])[] {
  return new StrategyDriver(strategy, params).run(candles);
}

function propertiesOf(strategy: Strategy): [string, z.core.JSONSchema.BaseSchema][] {
  const { properties = {} } = z.toJSONSchema(strategy.params, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => [name, typeof property === 'boolean' ? {} : property]);
}

const ALL: readonly Strategy[] = [...strategies.values(), template];

describe('the registry', () => {
  it('has every strategy folder under its own name', () => {
    const folders = readdirSync(FOLDER, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
      .map((entry) => entry.name);
    expect([...strategies.keys()].sort()).toEqual(folders.sort());
    for (const [name, strategy] of strategies) expect(strategy.name).toBe(name);
  });
});

describe.each(ALL.map((strategy) => [strategy.name, strategy] as const))('%s', (name, strategy) => {
  const lively = LIVELY[name] ?? {};

  it('decides the same whatever comes later', () => {
    fc.assert(
      fc.property(series, series, (candles, other) => {
        const cut = Math.ceil(candles.length / 2);
        const full = draftsFor(strategy, lively, candles);
        expect(draftsFor(strategy, lively, candles.slice(0, cut))).toEqual(full.slice(0, cut));
        expect(draftsFor(strategy, lively, [...candles.slice(0, cut), ...other]).slice(0, cut)).toEqual(
          full.slice(0, cut),
        );
      }),
    );
  });

  it('decides nothing before its warm-up', () => {
    fc.assert(
      fc.property(series, (candles) => {
        const driver = new StrategyDriver(strategy, lively);
        const early = driver.run(candles).slice(0, driver.warmUp - 1);
        expect(early.flat()).toEqual([]);
      }),
    );
  });

  it('has indicators with values at the first candle asked', () => {
    for (const params of [{}, lively]) {
      const driver = new StrategyDriver(strategy, params);
      for (const { warmUp } of driver.context.indicators) expect(warmUp).toBeLessThanOrEqual(driver.warmUp);
    }
  });

  it('gives drafts that can become orders', () => {
    let entries = 0;
    fc.assert(
      fc.property(randomCandles({ min: 100, max: 160 }), (candles) => {
        for (const [index, drafts] of draftsFor(strategy, lively, candles).entries()) {
          const close = candles[index]?.close ?? Number.NaN;
          for (const draft of drafts) {
            expect(draft.reason).not.toMatch(/NaN|undefined|Infinity|^$/);
            if (draft.kind === 'EXIT') continue;
            entries += 1;
            const sign = draft.side === 'BUY' ? 1 : -1;
            if (draft.stopLoss !== undefined) expect((close - draft.stopLoss) * sign).toBeGreaterThan(0);
            if (draft.target !== undefined) expect((draft.target - close) * sign).toBeGreaterThan(0);
            expect(Math.min(draft.stopLoss ?? 1, draft.target ?? 1)).toBeGreaterThan(0);
          }
        }
      }),
    );
    expect(entries, 'entries over all random series').toBeGreaterThan(20);
  });

  it('works with its defaults and takes the same settings as text', () => {
    const defaults = strategy.params.parse({});
    expect(defaults).toBeTypeOf('object');
    const asTexts = Object.fromEntries(Object.entries(defaults ?? {}).map(([key, value]) => [key, String(value)]));
    expect(strategy.params.parse(asTexts)).toEqual(defaults);
  });

  it('refuses unknown settings and text that says nothing', () => {
    expect(strategy.params.safeParse({ noSuchSetting: 1 }).error?.issues[0]).toMatchObject({
      code: 'unrecognized_keys',
    });
    for (const [key, property] of propertiesOf(strategy)) {
      expect(strategy.params.safeParse({ [key]: '' }).success, key).toBe(false);
      expect(strategy.params.safeParse({ [key]: 'abc' }).success, key).toBe(false);
      expect(strategy.params.safeParse({ [key]: property.type === 'boolean' ? 1 : true }).success, key).toBe(false);
    }
  });

  it('describes every setting, in its schema and in its README', () => {
    const folder = new URL(`${name === 'template' ? '_template' : name}/`, FOLDER);
    for (const file of ['strategy.ts', 'params.ts', 'README.md'])
      expect(existsSync(new URL(file, folder)), file).toBe(true);
    const rows = readFileSync(new URL('README.md', folder), 'utf8')
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()));
    for (const [key, property] of propertiesOf(strategy)) {
      expect(property.description, key).toBeTruthy();
      const [, , unit, byDefault] = rows.find(([, first]) => first === `\`${key}\``) ?? [];
      expect(unit, `the unit of ${key} in the README's table`).toBeTruthy();
      expect(byDefault, `the default of ${key} in the README's table`).toBe(String(property.default ?? 'none'));
    }
  });

  describe.skipIf(!HAS_RECORDED)(RECORDED_TITLE, () => {
    it('trades, in pairs of entry and exit at most one position at a time', () => {
      const candles = recordedCandles().slice(0, 15_000);
      const driver = new StrategyDriver(strategy, lively);
      let entries = 0;
      for (const candle of candles) {
        const drafts = driver.next(candle);
        entries += drafts.filter(({ kind }) => kind === 'ENTRY').length;
        if (Math.abs(driver.context.quantity) > 1) expect.fail(`position of ${driver.context.quantity}`);
      }
      expect(entries).toBeGreaterThan(0);
    });
  });
});
