import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import shipped from '../../../src/config/data/charge-rates.json' with { type: 'json' };
import { loadChargeRates } from '../../../src/config/load-charge-rates.ts';
import { ratesCover } from '../../../src/core/charge-rates.ts';
import { ConfigError } from '../../../src/core/errors.ts';
import { createChargeModel } from '../../../src/simulation/charge-model.ts';
import { dayNumber, ist, testInstrument } from '../../support/fixed-calendar.ts';

const folder = mkdtempSync(join(tmpdir(), 'charge-rates-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(content: unknown): string {
  const path = join(folder, 'charges.json');
  writeFileSync(path, JSON.stringify(content));
  return path;
}

function refusal(content: unknown): string {
  const path = write(content);
  try {
    loadChargeRates(path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toContain('\n');
    return error.message.slice(path.length + 2);
  }
  return 'accepted';
}

const { statutory, brokers } = shipped;
const [firstStamp] = statutory.stampDuty;
const dearMinimum = brokers.flattrade.brokerage.map((row, index) => (index === 0 ? { ...row, minimumRupees: 5 } : row));

describe('a file of charges', () => {
  it('replaces the shipped one', () => {
    const fees = { ...statutory, sebiFee: statutory.sebiFee.map((row) => ({ ...row, buyPercent: 1, sellPercent: 1 })) };
    const rates = loadChargeRates(write({ ...shipped, statutory: fees }));
    const charges = createChargeModel(rates, 'flattrade').chargesOf({
      instrument: testInstrument('NSE:RELIANCE'),
      product: 'DELIVERY',
      side: 'BUY',
      price: 100,
      quantity: 10,
      time: ist('2026-11-23', '10:00'),
      orderTurnoverBefore: 0,
      isFirstDebitOfDay: false,
    });
    expect(charges.sebiFee).toBe(1000);
  });

  it.each([
    [{ ...shipped, brokers: { ...brokers, other: brokers.flattrade } }, 'brokers.other: unknown key'],
    [
      { ...shipped, statutory: { ...statutory, stampDuty: [{ ...firstStamp, rate: 1 }] } },
      'statutory.stampDuty[0].rate: unknown key',
    ],
    [
      { ...shipped, statutory: { ...statutory, stampDuty: statutory.stampDuty.slice(1) } },
      'statutory.stampDuty: expected a row for "equity-delivery" on NSE (there is none)',
    ],
    [
      { ...shipped, statutory: { ...statutory, stampDuty: [...statutory.stampDuty, firstStamp] } },
      'expected one row for 2023-04-01 equity-delivery NSE all symbols (there are more)',
    ],
    [
      { ...shipped, statutory: { ...statutory, stampDuty: [{ ...firstStamp, buyPercent: '0.015' }] } },
      'statutory.stampDuty[0].buyPercent: expected a number, found "0.015"',
    ],
    [
      { ...shipped, brokers: { ...brokers, flattrade: { ...brokers.flattrade, brokerage: dearMinimum } } },
      'brokers.flattrade.brokerage[0].minimumRupees: expected no more than maximumRupees, found 5',
    ],
    [{ ...shipped, gst: [] }, 'gst: expected at least 1 entry'],
  ])('is refused with what is wrong in it (%#)', (content, problem) => {
    expect(refusal(content)).toContain(problem);
  });

  it('names a source for every row', () => {
    const rates = loadChargeRates();
    const rows = [
      ...Object.values(rates.statutory).flat(),
      ...rates.gst,
      ...Object.values(rates.brokers).flatMap((broker) => [...broker.brokerage, ...broker.depository]),
    ];
    for (const row of rows) expect(row.source).not.toBe('');
  });

  it('tells which days it covers', () => {
    const rates = loadChargeRates();
    for (const broker of ['angel-one', 'flattrade'] as const) {
      expect(ratesCover(rates, broker, dayNumber('2018-01-01'))).toBe(false);
      expect(ratesCover(rates, broker, dayNumber('2023-03-31'))).toBe(false);
      expect(ratesCover(rates, broker, dayNumber('2023-04-01'))).toBe(true);
      expect(ratesCover(rates, broker, dayNumber('2026-11-23'))).toBe(true);
    }
  });
});
