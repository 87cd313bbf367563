import { describe, expect, it } from 'vitest';
import { orderBodyOf } from '../../../../src/brokers/angel-one/order-body.ts';
import { buildOrder } from '../../../support/build-order.ts';
import { testInstrument } from '../../../support/fixed-calendar.ts';

const LISTED = {
  instrument: testInstrument('NSE:INFY'),
  segment: 'NSE',
  token: '1594',
  tradingSymbol: 'INFY-EQ',
} as const;

describe('an order on the wire', () => {
  it('has the broker’s words and texts for numbers', () => {
    const order = buildOrder({ type: 'STOP_LIMIT', limitPrice: 1523.45, triggerPrice: 1520, product: 'CARRY_FORWARD' });
    expect(orderBodyOf(order, LISTED)).toEqual({
      ...{
        variety: 'STOPLOSS',
        tradingsymbol: 'INFY-EQ',
        symboltoken: '1594',
        transactiontype: 'BUY',
        exchange: 'NSE',
      },
      ...{ ordertype: 'STOPLOSS_LIMIT', producttype: 'CARRYFORWARD', duration: 'DAY', quantity: '10' },
      ...{ price: '1523.45', triggerprice: '1520.00', ordertag: order.clientOrderId },
    });
  });

  it.each([
    [83.1225, '83.1225'],
    [83.125, '83.1250'],
    [0.05, '0.05'],
    [1490, '1490.00'],
    [0.1 + 0.2, '0.30'],
  ])('prices %d as %s: a tick of a currency is a quarter of a paisa', (limitPrice, text) => {
    expect(orderBodyOf(buildOrder({ type: 'LIMIT', limitPrice }), LISTED).price).toBe(text);
  });

  it('has no price that its type has no use for', () => {
    const prices = { limitPrice: 1490, triggerPrice: 1480 };
    expect(orderBodyOf(buildOrder({ type: 'MARKET', ...prices }), LISTED)).toMatchObject({
      price: '0',
      triggerprice: '0',
    });
    expect(orderBodyOf(buildOrder({ type: 'STOP_MARKET', ...prices }), LISTED)).toMatchObject({
      ...{ price: '0', triggerprice: '1480.00' },
    });
  });
});
