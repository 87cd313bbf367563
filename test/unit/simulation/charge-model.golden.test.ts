import { describe, expect, it } from 'vitest';
import { loadChargeRates } from '../../../src/config/load-charge-rates.ts';
import type { Instrument } from '../../../src/core/instrument.ts';
import type { OrderSide, ProductType } from '../../../src/core/order.ts';
import type { ChargeModel, Charges } from '../../../src/ports/charge-model.ts';
import { createChargeModel } from '../../../src/simulation/charge-model.ts';
import { ist, testInstrument } from '../../support/fixed-calendar.ts';

const rates = loadChargeRates();
const angel = createChargeModel(rates, 'angel-one');
const flattrade = createChargeModel(rates, 'flattrade');

const share = testInstrument('NSE:RELIANCE');
const index = testInstrument('NSE:NIFTY 50', { kind: 'INDEX' });
const niftyFuture = derivative('NFO:NIFTY:2026-11-24:FUT', 'NFO', 'FUTURE');
const niftyOption = derivative('NFO:NIFTY:2026-11-24:26000:CE', 'NFO', 'OPTION');
const sensexOption = derivative('BFO:SENSEX:2026-11-26:85000:CE', 'BFO', 'OPTION');
const stockOptionOnBse = derivative('BFO:RELIANCE:2026-11-26:1500:CE', 'BFO', 'OPTION');
const crudeOption = derivative('MCX:CRUDEOIL:2026-11-17:5500:CE', 'MCX', 'OPTION');
const crudeFuture = derivative('MCX:CRUDEOIL:2026-11-19:FUT', 'MCX', 'FUTURE');
const cottonFuture = derivative('MCX:COTTONCNDY:2026-11-30:FUT', 'MCX', 'FUTURE');
const rupeeFuture = derivative('CDS:USDINR:2026-11-26:FUT', 'CDS', 'FUTURE');

function derivative(id: string, exchange: Instrument['exchange'], kind: Instrument['kind']): Instrument {
  return testInstrument(id, { exchange, kind });
}

interface Round {
  readonly instrument: Instrument;
  readonly product?: ProductType;
  readonly quantity: number;
  readonly buy: number;
  readonly sell: number;
  readonly day?: string;
  readonly isFirstDebitOfDay?: boolean;
}

/** Charges of buying and selling in one order each, in rupees, to the paisa. */
function roundTrip(model: ChargeModel, round: Round): Record<keyof Charges, number> {
  const bought = oneFill(model, round, 'BUY');
  const sold = oneFill(model, round, 'SELL');
  const rupees = (name: keyof Charges) => Math.round(bought[name] + sold[name]) / 100;
  return {
    brokerage: rupees('brokerage'),
    transactionTax: rupees('transactionTax'),
    exchangeCharge: rupees('exchangeCharge'),
    investorProtection: rupees('investorProtection'),
    sebiFee: rupees('sebiFee'),
    gst: rupees('gst'),
    stampDuty: rupees('stampDuty'),
    depositoryCharge: rupees('depositoryCharge'),
    total: rupees('total'),
  };
}

function oneFill(model: ChargeModel, round: Round, side: OrderSide): Charges {
  return model.chargesOf({
    instrument: round.instrument,
    product: round.product ?? 'CARRY_FORWARD',
    side,
    price: side === 'BUY' ? round.buy : round.sell,
    quantity: round.quantity,
    time: ist(round.day ?? '2026-11-23', '10:00'),
    orderTurnoverBefore: 0,
    isFirstDebitOfDay: round.isFirstDebitOfDay ?? true,
  });
}

describe('a round trip on the plan of Angel One in 2026', () => {
  it('costs Rs 294.32 for delivery of 100 shares on NSE', () => {
    const round = { instrument: share, product: 'DELIVERY', quantity: 100, buy: 1000, sell: 1010 } as const;
    expect(roundTrip(angel, round)).toEqual({
      brokerage: 40,
      transactionTax: 201,
      exchangeCharge: 5.97,
      investorProtection: 0.2,
      sebiFee: 0.2,
      gst: 11.95, // 8.35 on the trade and 3.60 on the depository charge
      stampDuty: 15,
      depositoryCharge: 20,
      total: 294.32,
    });
  });

  it('costs Rs 967.91 for one NIFTY future', () => {
    expect(roundTrip(angel, { instrument: niftyFuture, quantity: 65, buy: 25_000, sell: 25_050 })).toEqual({
      brokerage: 40,
      transactionTax: 814.13,
      exchangeCharge: 56.28,
      investorProtection: 3.25,
      sebiFee: 3.25,
      gst: 18.5,
      stampDuty: 32.5,
      depositoryCharge: 0,
      total: 967.91,
    });
  });

  it('costs Rs 61.75 for one SENSEX option', () => {
    expect(roundTrip(angel, { instrument: sensexOption, quantity: 20, buy: 300, sell: 320 })).toEqual({
      brokerage: 40,
      transactionTax: 9.6,
      exchangeCharge: 4.03,
      investorProtection: 0,
      sebiFee: 0.01,
      gst: 7.93,
      stampDuty: 0.18,
      depositoryCharge: 0,
      total: 61.75,
    });
  });

  it('costs Rs 63.38 for an MCX option', () => {
    expect(roundTrip(angel, { instrument: crudeOption, quantity: 100, buy: 100, sell: 110 })).toEqual({
      brokerage: 40,
      transactionTax: 5.5,
      exchangeCharge: 8.78,
      investorProtection: 0,
      sebiFee: 0.02,
      gst: 8.78,
      stampDuty: 0.3,
      depositoryCharge: 0,
      total: 63.38,
    });
  });

  it('agrees with the delivery preset of OpenAlgo where brokerage and depository charge are nil', () => {
    const round = {
      instrument: share,
      product: 'DELIVERY',
      quantity: 5000,
      buy: 1000,
      sell: 1000,
      day: '2024-10-15',
      isFirstDebitOfDay: false,
    } as const;
    const charges = roundTrip(angel, round);
    expect(charges).toMatchObject({ brokerage: 0, transactionTax: 10_000, sebiFee: 10, gst: 57.06, stampDuty: 750 });
    expect(charges.exchangeCharge + charges.investorProtection).toBeCloseTo(307, 9);
    expect(charges.total).toBe(11_124.06);
  });
});

describe('what decides the rate', () => {
  it('taxes the sale of a future by the rate of its day', () => {
    const taxOn = (day: string) =>
      oneFill(angel, { instrument: niftyFuture, quantity: 100, buy: 0, sell: 10_000, day }, 'SELL').transactionTax /
      100;
    expect([taxOn('2024-09-30'), taxOn('2024-10-01'), taxOn('2026-03-31'), taxOn('2026-04-01')]).toEqual([
      125, 200, 200, 500,
    ]);
  });

  it('taxes the sale of an option by the rate of its day', () => {
    const taxOn = (day: string) =>
      oneFill(angel, { instrument: niftyOption, quantity: 100, buy: 0, sell: 1000, day }, 'SELL').transactionTax / 100;
    expect([taxOn('2024-09-30'), taxOn('2024-10-01'), taxOn('2026-03-31'), taxOn('2026-04-01')]).toEqual([
      62.5, 100, 100, 150,
    ]);
  });

  it('bills the exchange slab before October 2024 and the flat rate after', () => {
    const on = (instrument: Instrument, day: string) =>
      oneFill(angel, { instrument, product: 'DELIVERY', quantity: 1000, buy: 100, sell: 0, day }, 'BUY')
        .exchangeCharge / 100;
    const around = (instrument: Instrument) => [on(instrument, '2024-09-30'), on(instrument, '2024-10-01')];
    expect(around(share).map(paisa)).toEqual([3.22, 2.97]);
    expect(around(niftyFuture).map(paisa)).toEqual([1.9, 1.73]);
    expect(around(niftyOption).map(paisa)).toEqual([50, 35.03]);
    expect(around(crudeFuture).map(paisa)).toEqual([2.6, 2.1]);
    expect(around(crudeOption).map(paisa)).toEqual([50, 41.8]);
  });

  it('bills options on the Sensex otherwise than those on shares', () => {
    const on = (instrument: Instrument, day: string) =>
      paisa(oneFill(angel, { instrument, quantity: 1000, buy: 100, sell: 0, day }, 'BUY').exchangeCharge / 100);
    const days = ['2023-10-31', '2023-11-01', '2024-05-13', '2024-10-01'];
    expect(days.map((day) => on(sensexOption, day))).toEqual([5, 37.5, 49.5, 32.5]);
    expect(days.map((day) => on(stockOptionOnBse, day))).toEqual([5, 5, 5, 5]);
  });

  it('takes no exchange charge from a BSE future and no investor protection on BSE', () => {
    const future = derivative('BFO:SENSEX:2026-11-26:FUT', 'BFO', 'FUTURE');
    const charges = oneFill(angel, { instrument: future, quantity: 20, buy: 85_000, sell: 0 }, 'BUY');
    expect(charges).toMatchObject({ exchangeCharge: 0, investorProtection: 0 });
  });

  it('takes no transaction tax from currency and from cotton, but from crude oil', () => {
    const taxOf = (instrument: Instrument) =>
      oneFill(angel, { instrument, quantity: 1000, buy: 0, sell: 100 }, 'SELL').transactionTax / 100;
    expect([taxOf(rupeeFuture), taxOf(cottonFuture), taxOf(crudeFuture)]).toEqual([0, 0, 10]);
  });

  it('charges derivatives alike whatever the product', () => {
    const totals = (['INTRADAY', 'CARRY_FORWARD', 'DELIVERY'] as const).map(
      (product) =>
        roundTrip(angel, { instrument: niftyFuture, product, quantity: 65, buy: 25_000, sell: 25_050 }).total,
    );
    expect(new Set(totals).size).toBe(1);
  });

  it('charges an index as a share', () => {
    for (const product of ['DELIVERY', 'INTRADAY'] as const) {
      const round = { product, quantity: 10, buy: 25_000, sell: 25_100 };
      expect(roundTrip(angel, { instrument: index, ...round })).toEqual(
        roundTrip(angel, { instrument: share, ...round }),
      );
    }
  });

  it('charges an intraday trade in shares less tax, less stamp duty and no depository', () => {
    const round = { instrument: share, product: 'INTRADAY', quantity: 100, buy: 1000, sell: 1010 } as const;
    expect(roundTrip(angel, round)).toMatchObject({
      brokerage: 40,
      transactionTax: 25.25,
      stampDuty: 3,
      depositoryCharge: 0,
    });
  });

  it('takes the earliest rates for a day before the first', () => {
    const round = { instrument: niftyFuture, quantity: 75, buy: 10_000, sell: 10_010 };
    expect(roundTrip(angel, { ...round, day: '2018-03-01' })).toEqual(
      roundTrip(angel, { ...round, day: '2023-04-03' }),
    );
  });

  it('refuses a future of an exchange without futures', () => {
    const odd = derivative('NSE:NIFTY:2026-11-24:FUT', 'NSE', 'FUTURE');
    expect(() => oneFill(angel, { instrument: odd, quantity: 1, buy: 1, sell: 1 }, 'BUY')).toThrow(
      'Expected "futures" on NFO or BFO, found "NSE"',
    );
  });
});

describe('brokerage and depository', () => {
  const brokerageOf = (turnover: number, product: ProductType, day = '2026-11-23', model = angel) =>
    oneFill(model, { instrument: share, product, quantity: turnover, buy: 1, sell: 1, day }, 'BUY').brokerage / 100;

  it('is the lower of Rs 20 and 0.1% for delivery, at least Rs 2, from November 2024', () => {
    expect([500, 5000, 19_999, 50_000].map((turnover) => paisa(brokerageOf(turnover, 'DELIVERY')))).toEqual([
      2, 5, 20, 20,
    ]);
    expect(brokerageOf(50_000, 'DELIVERY', '2024-10-31')).toBe(0);
    expect(brokerageOf(50_000, 'DELIVERY', '2024-11-01')).toBe(20);
  });

  it('is the lower of Rs 20 and 0.03% for intraday', () => {
    expect([1000, 50_000, 100_000].map((turnover) => paisa(brokerageOf(turnover, 'INTRADAY')))).toEqual([0.3, 15, 20]);
  });

  it('is nil for delivery and Rs 10 for the rest at Flattrade', () => {
    expect(brokerageOf(50_000, 'DELIVERY', '2026-11-23', flattrade)).toBe(0);
    expect(brokerageOf(50_000, 'INTRADAY', '2026-11-23', flattrade)).toBe(10);
  });

  it('debits once a day for a share at Angel One, for every sell order at Flattrade', () => {
    const sale = { instrument: share, product: 'DELIVERY', quantity: 10, buy: 0, sell: 100 } as const;
    const debit = (model: ChargeModel, isFirstDebitOfDay: boolean) =>
      oneFill(model, { ...sale, isFirstDebitOfDay }, 'SELL').depositoryCharge / 100;
    expect([debit(angel, true), debit(angel, false)]).toEqual([20, 0]);
    expect([debit(flattrade, true), debit(flattrade, false)]).toEqual([20, 20]);
  });
});

function paisa(rupees: number): number {
  return Math.round(rupees * 100) / 100;
}
