import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadChargeRates } from '../../../src/config/load-charge-rates.ts';
import { CHARGED_BROKERS } from '../../../src/core/charge-rates.ts';
import type { Instrument } from '../../../src/core/instrument.ts';
import { PRODUCT_TYPES } from '../../../src/core/order.ts';
import type { ChargeableFill, ChargeModel } from '../../../src/ports/charge-model.ts';
import { createChargeModel } from '../../../src/simulation/charge-model.ts';
import { ist, testInstrument } from '../../support/fixed-calendar.ts';

const rates = loadChargeRates();
const models = CHARGED_BROKERS.map((broker) => createChargeModel(rates, broker));

const instruments: readonly Instrument[] = [
  testInstrument('NSE:RELIANCE'),
  testInstrument('BSE:RELIANCE', { exchange: 'BSE' }),
  testInstrument('NSE:NIFTY 50', { kind: 'INDEX' }),
  testInstrument('NFO:NIFTY:2026-11-24:FUT', { exchange: 'NFO', kind: 'FUTURE' }),
  testInstrument('NFO:NIFTY:2026-11-24:26000:CE', { exchange: 'NFO', kind: 'OPTION' }),
  testInstrument('BFO:SENSEX:2026-11-26:85000:PE', { exchange: 'BFO', kind: 'OPTION' }),
  testInstrument('BFO:SENSEX:2026-11-26:FUT', { exchange: 'BFO', kind: 'FUTURE' }),
  testInstrument('CDS:USDINR:2026-11-26:FUT', { exchange: 'CDS', kind: 'FUTURE' }),
  testInstrument('CDS:USDINR:2026-11-26:88:CE', { exchange: 'CDS', kind: 'OPTION' }),
  testInstrument('MCX:GOLD:2026-12-04:FUT', { exchange: 'MCX', kind: 'FUTURE' }),
  testInstrument('MCX:KAPAS:2026-11-30:FUT', { exchange: 'MCX', kind: 'FUTURE' }),
  testInstrument('MCX:GOLD:2026-11-25:100000:CE', { exchange: 'MCX', kind: 'OPTION' }),
];

const fills: fc.Arbitrary<ChargeableFill> = fc.record({
  instrument: fc.constantFrom(...instruments),
  product: fc.constantFrom(...PRODUCT_TYPES),
  side: fc.constantFrom('BUY', 'SELL'),
  price: fc.integer({ min: 1, max: 10_000_000 }).map((ticks) => ticks / 20),
  quantity: fc.integer({ min: 1, max: 100_000 }),
  time: fc.integer({ min: ist('2017-01-02', '09:15'), max: ist('2027-12-31', '15:30') }),
  orderTurnoverBefore: fc.constantFrom(0, 0.05, 999.95, 12_345.6, 10_000_000),
  isFirstDebitOfDay: fc.boolean(),
});
const anyModel: fc.Arbitrary<ChargeModel> = fc.constantFrom(...models);

describe('charges of any fill', () => {
  it('have no negative component', () => {
    fc.assert(
      fc.property(anyModel, fills, (model, fill) => {
        for (const amount of Object.values(model.chargesOf(fill))) expect(amount).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('have components that sum to the total', () => {
    fc.assert(
      fc.property(anyModel, fills, (model, fill) => {
        const { total, ...components } = model.chargesOf(fill);
        const sum = Object.values(components).reduce((before, amount) => before + amount, 0);
        expect(Math.abs(sum - total)).toBeLessThanOrEqual(1e-9 * Math.max(1, total));
      }),
    );
  });

  it('have the same total with and without the breakdown, in any order of asking', () => {
    fc.assert(
      fc.property(anyModel, fc.array(fills, { minLength: 1, maxLength: 20 }), (model, asked) => {
        const fresh = createChargeModel(rates, model === models[0] ? 'angel-one' : 'flattrade');
        for (const fill of asked) {
          expect(model.totalOf(fill)).toBe(model.chargesOf(fill).total);
          expect(model.totalOf(fill), 'what was asked before does not matter').toBe(fresh.totalOf(fill));
        }
      }),
    );
  });

  it('never fall when the quantity rises', () => {
    fc.assert(
      fc.property(anyModel, fills, fc.integer({ min: 1, max: 100_000 }), (model, fill, more) => {
        const larger = { ...fill, quantity: fill.quantity + more };
        expect(model.totalOf(larger)).toBeGreaterThanOrEqual(model.totalOf(fill));
      }),
    );
  });
});

describe('an order filled in parts', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 });

  it('costs what it costs filled at once', () => {
    fc.assert(
      fc.property(anyModel, fills, parts, (model, fill, quantities) => {
        const quantity = quantities.reduce((before, part) => before + part, 0);
        const whole = model.totalOf({ ...fill, quantity, orderTurnoverBefore: 0 });
        let filled = 0;
        let cost = 0;
        for (const part of quantities) {
          cost += model.totalOf({
            ...fill,
            quantity: part,
            orderTurnoverBefore: fill.price * filled,
            isFirstDebitOfDay: fill.isFirstDebitOfDay && filled === 0,
          });
          filled += part;
        }
        expect(Math.abs(cost - whole)).toBeLessThanOrEqual(1e-9 * Math.max(1, whole));
      }),
    );
  });

  it('pays the flat brokerage with its first fill', () => {
    const future = testInstrument('NFO:NIFTY:2026-11-24:FUT', { exchange: 'NFO', kind: 'FUTURE' });
    const fill = (orderTurnoverBefore: number): ChargeableFill => ({
      instrument: future,
      product: 'CARRY_FORWARD',
      side: 'BUY',
      price: 25_000,
      quantity: 65,
      time: ist('2026-11-23', '10:00'),
      orderTurnoverBefore,
      isFirstDebitOfDay: false,
    });
    const angel = createChargeModel(rates, 'angel-one');
    expect(angel.chargesOf(fill(0)).brokerage).toBe(2000);
    expect(angel.chargesOf(fill(1_625_000)).brokerage).toBe(0);
  });
});
