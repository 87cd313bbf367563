import { expect, it } from 'vitest';
import { marketClosed } from '../../../../../src/engine/risk/rules/market-closed.ts';
import { at, DAY, NEXT_DAY, reasonOf, sessionOf } from '../risk-cases.ts';

const PRODUCTS = ['DELIVERY', 'CARRY_FORWARD', 'INTRADAY'] as const;

it('allows every product while the session is on, to its last millisecond', () => {
  for (const product of PRODUCTS) {
    expect(reasonOf(marketClosed, { product, now: at('09:15:00') })).toBeUndefined();
    expect(reasonOf(marketClosed, { product, now: at('15:30:00') - 1 })).toBeUndefined();
  }
});

it('denies every product when the calendar knows no session', () => {
  for (const product of PRODUCTS) {
    expect(reasonOf(marketClosed, { product, session: null })).toEqual({ code: 'MARKET_CLOSED', at: at('10:00:00') });
  }
});

it('lets what may be held overnight wait for the next open', () => {
  const evening = { now: at('15:30:00'), session: sessionOf(NEXT_DAY) };
  expect(reasonOf(marketClosed, { ...evening, product: 'DELIVERY' })).toBeUndefined();
  expect(reasonOf(marketClosed, { ...evening, product: 'CARRY_FORWARD' })).toBeUndefined();
});

it('denies an intraday entry once the session is over', () => {
  const now = at('15:30:00');
  const denied = { code: 'MARKET_CLOSED', at: now };
  expect(reasonOf(marketClosed, { now, session: sessionOf(NEXT_DAY) })).toEqual(denied);
  expect(reasonOf(marketClosed, { now, session: sessionOf(DAY) })).toEqual(denied);
});

it('lets an intraday entry wait for the open of the same day', () => {
  expect(reasonOf(marketClosed, { now: at('09:00:00') })).toBeUndefined();
});
