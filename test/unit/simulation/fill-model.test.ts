import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_FILL_RULES,
  limitPriceOn,
  rejectionOf,
  triggerPriceOn,
  withSlippage,
} from '../../../src/simulation/fill-model.ts';
import { buildOrder } from '../../support/build-order.ts';
import { testInstrument } from '../../support/fixed-calendar.ts';

const SHARE = testInstrument('NSE:RELIANCE');
const FUTURE = testInstrument('NFO:NIFTY:2026-07-30:FUT', { kind: 'FUTURE', lotSize: 65, freezeQuantity: 1_800 });

describe('slippage', () => {
  it.each([
    ['BUY', 100, 10, 100.1],
    ['SELL', 100, 10, 99.9],
    ['BUY', 100.05, 1, 100.1],
    ['SELL', 100.05, 1, 100],
    ['BUY', 100, 0, 100],
    ['SELL', 0.05, 500, 0.05],
  ] as const)('makes a %s at %d by %d basis points one at %d: snapped against us', (side, price, bps, worse) => {
    expect(withSlippage(price, side, SHARE, bps)).toBe(worse);
  });

  it('is never in our favour and always on a tick', () => {
    const cases = fc.tuple(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 500 }));
    fc.assert(
      fc.property(cases, ([ticks, bps]) => {
        const price = ticks / 20;
        const [bought, sold] = [withSlippage(price, 'BUY', SHARE, bps), withSlippage(price, 'SELL', SHARE, bps)];
        expect(bought).toBeGreaterThan(price);
        expect(sold).toBeLessThanOrEqual(price);
        for (const each of [bought, sold]) expect(Math.abs(each * 20 - Math.round(each * 20))).toBeLessThan(1e-6);
      }),
    );
  });
});

describe('a limit price', () => {
  it.each([
    ['BUY', 100, 101, 99, 'through', 100],
    ['BUY', 100, 101, 100, 'through', undefined],
    ['BUY', 100, 101, 100, 'touch', 100],
    ['BUY', 100, 101, 100.05, 'touch', undefined],
    ['BUY', 100, 98, 99, 'through', 98],
    ['BUY', 100, 100, 100, 'through', undefined],
    ['BUY', 100, 100, 100, 'touch', 100],
    ['SELL', 100, 99, 101, 'through', 100],
    ['SELL', 100, 99, 100, 'through', undefined],
    ['SELL', 100, 99, 100, 'touch', 100],
    ['SELL', 100, 102, 99, 'through', 102],
  ] as const)('of a %s at %d, the price going from %d to %d (%s): %s', (side, limit, from, to, rule, expected) => {
    expect(limitPriceOn(side, limit, from, to, rule)).toBe(expected);
  });

  it('is never worse than the limit', () => {
    const ticks = fc.integer({ min: 1, max: 4_000 });
    fc.assert(
      fc.property(ticks, ticks, ticks, fc.constantFrom('touch', 'through'), (limit, from, to, rule) => {
        expect(limitPriceOn('BUY', limit, from, to, rule) ?? 0).toBeLessThanOrEqual(limit);
        expect(limitPriceOn('SELL', limit, from, to, rule) ?? limit).toBeGreaterThanOrEqual(limit);
      }),
    );
  });
});

describe('a trigger', () => {
  it.each([
    ['SELL', 95, 100, 94, 95],
    ['SELL', 95, 100, 95, 95],
    ['SELL', 95, 100, 95.05, undefined],
    ['SELL', 95, 93, 96, 93],
    ['SELL', 95, 95, 97, 95],
    ['BUY', 105, 100, 106, 105],
    ['BUY', 105, 100, 104.95, undefined],
    ['BUY', 105, 107, 100, 107],
  ] as const)('of a %s stop at %d, the price going from %d to %d: %s', (side, trigger, from, to, expected) => {
    expect(triggerPriceOn(side, trigger, from, to)).toBe(expected);
  });
});

describe('an exchange', () => {
  const rules = { ...DEFAULT_FILL_RULES, circuitPercent: 10 };

  it('takes a sound order', () => {
    expect(rejectionOf(buildOrder(), SHARE, 100, rules)).toBeUndefined();
    expect(rejectionOf(buildOrder({ quantity: 1_755 }), FUTURE, 100, rules)).toBeUndefined();
  });

  it.each([
    ['parts of a lot', { quantity: 70 }, FUTURE, /70 is not a multiple of the lot of 65/],
    ['more than the freeze quantity', { quantity: 1_820 }, FUTURE, /1820 is above the freeze quantity of 1800/],
    ['an index', {}, testInstrument('NSE:NIFTY 50', { kind: 'INDEX' }), /"NSE:NIFTY 50" is an index/],
    ['a limit above the circuit', { limitPrice: 110.05 }, SHARE, /110.05 is outside .* 10% around 100/],
    ['a limit below the circuit', { limitPrice: 89.95 }, SHARE, /outside the circuit/],
    ['a trigger beyond the circuit', { triggerPrice: 120 }, SHARE, /outside the circuit/],
  ] as const)('refuses %s', (_what, changes, instrument, reason) => {
    expect(rejectionOf(buildOrder(changes), instrument, 100, rules)).toMatch(reason);
  });

  it('takes a price on the circuit, and any price while the day has none or the check is off', () => {
    expect(rejectionOf(buildOrder({ limitPrice: 110 }), SHARE, 100, rules)).toBeUndefined();
    expect(rejectionOf(buildOrder({ limitPrice: 500 }), SHARE, undefined, rules)).toBeUndefined();
    expect(rejectionOf(buildOrder({ limitPrice: 500 }), SHARE, 100, DEFAULT_FILL_RULES)).toBeUndefined();
  });
});
