import { describe, expect, it } from 'vitest';
import {
  formatDenial,
  formatFill,
  formatMovedStop,
  formatOrder,
  formatSignal,
  formatTrade,
} from '../../../src/alerts/format-alert.ts';
import { formatDenialReason } from '../../../src/alerts/format-denial.ts';
import {
  formatInstrument,
  formatMoney,
  formatPrice,
  formatResult,
  formatUnits,
} from '../../../src/alerts/format-values.ts';
import type { DenialCode, DenialReason } from '../../../src/core/denial-reason.ts';
import type { ClientOrderId, InstrumentId, SignalKey, StrategyId } from '../../../src/core/ids.ts';
import { ORDER_STATUSES } from '../../../src/core/order-status.ts';
import type { Signal } from '../../../src/core/signal.ts';
import type { Trade } from '../../../src/core/trade.ts';
import { fillOf, order } from '../jobs/sample-order.ts';

const RELIANCE = 'NSE:RELIANCE' as InstrumentId;
/** 2026-11-20, 10:05:00 in India. */
const TIME = Date.UTC(2026, 10, 20, 4, 35);

const SIGNAL: Signal = {
  key: 'k' as SignalKey,
  strategyId: 'ema-5m' as StrategyId,
  instrumentId: RELIANCE,
  timeframe: '5m',
  candleTime: TIME,
  kind: 'ENTRY',
  side: 'BUY',
  optionType: null,
  product: 'INTRADAY',
  entryPrice: 1_402.35,
  target: 1_420,
  stopLoss: 1_395.5,
  trail: null,
  quantity: 10,
  confidence: 70,
  reason: 'EMA crossover',
  notes: null,
  tags: [],
  provenance: 'live',
  createdTime: TIME,
  expiresTime: TIME,
  status: 'ACTIVE',
  verdict: { kind: 'ALLOWED' },
};

describe('values', () => {
  it.each([
    ['NSE:RELIANCE', 'RELIANCE'],
    ['BSE:RELIANCE', 'RELIANCE (BSE)'],
    ['NSE:NIFTY 50', 'NIFTY 50'],
    ['NFO:NIFTY:2026-11-24:FUT', 'NIFTY 24 Nov 2026 FUT'],
    ['NFO:NIFTY:2026-11-24:26000:CE', 'NIFTY 24 Nov 2026 26000 CE'],
    ['no instrument', 'no instrument'],
  ])('names the instrument %s', (id, text) => {
    expect(formatInstrument(id as InstrumentId)).toBe(text);
  });

  it.each([
    [1_402.35, '1,402.35'],
    [1_23_456.7, '1,23,456.70'],
    [0.05, '0.05'],
    [83.1225, '83.1225'],
    [83.1, '83.10'],
    [83.125, '83.125'],
    [-83.125, '-83.125'],
  ])('writes the price %d', (price, text) => {
    expect(formatPrice(price)).toBe(text);
  });

  it('writes money with its sign, results with a plus, and units in Indian groups', () => {
    expect([formatMoney(12_34_567_89), formatMoney(-5_000), formatMoney(0)]).toEqual([
      '₹12,34,567.89',
      '-₹50.00',
      '₹0.00',
    ]);
    expect([formatResult(6_412), formatResult(-6_412), formatResult(0)]).toEqual(['+₹64.12', '-₹64.12', '₹0.00']);
    expect([formatUnits(75), formatUnits(1_25_000)]).toEqual(['75', '1,25,000']);
  });
});

describe('sentences', () => {
  it('tells a signal', () => {
    expect(formatSignal(SIGNAL)).toBe(
      'Signal: buy 10 RELIANCE at 1,402.35, stop 1,395.50, target 1,420.00 (EMA crossover, ema-5m)',
    );
    const exit: Signal = { ...SIGNAL, kind: 'EXIT', side: 'SELL', quantity: 0, stopLoss: null, target: null };
    expect(formatSignal(exit)).toBe('Signal: exit, sell RELIANCE at 1,402.35 (EMA crossover, ema-5m)');
  });

  it('tells a denial, and of an allowed signal the signal', () => {
    const verdict = { kind: 'DENIED', reason: { code: 'TRADING_PAUSED' } } as const;
    expect(formatDenial({ ...SIGNAL, verdict })).toBe('Denied: buy RELIANCE at 1,402.35, because trading is paused');
    expect(formatDenial(SIGNAL)).toBe(formatSignal(SIGNAL));
  });

  it('tells a fill', () => {
    const whole = order({ filledQuantity: 10 });
    expect(formatFill(fillOf(whole, 'F1'), whole)).toBe('Bought 10 RELIANCE at 1,402.35 (entry)');
    const part = order({ side: 'SELL', role: 'STOP_LOSS', filledQuantity: 7 });
    expect(formatFill(fillOf(part, 'F2', 4), part)).toBe('Sold 4 RELIANCE at 1,402.35 (stop-loss, 7 of 10 by now)');
  });

  it('tells a stop that was moved', () => {
    const stop = order({ role: 'STOP_LOSS', type: 'STOP_MARKET', triggerPrice: 1_398, filledQuantity: 3 });
    expect(formatMovedStop(stop)).toBe('Stop of 7 RELIANCE moved to 1,398.00');
  });

  it('tells a trade', () => {
    const trade: Trade = {
      ...{ strategyId: SIGNAL.strategyId, instrumentId: RELIANCE, signalKey: SIGNAL.key, side: 'LONG', quantity: 10 },
      ...{ entryTime: TIME, entryPrice: 1_402.35, exitTime: TIME, exitPrice: 1_410, exitReason: 'target' },
      ...{ grossPaise: 7_650, chargesPaise: 1_238, netPaise: 6_412 },
    };
    expect(formatTrade(trade)).toBe(
      'Target hit: closed 10 RELIANCE long, in at 1,402.35, out at 1,410.00, net +₹64.12 after ₹12.38 charges',
    );
    expect(formatTrade({ ...trade, exitReason: 'stop_loss' })).toMatch(/^Stop hit: closed 10 /);
  });

  it.each([
    [
      { status: 'REJECTED', statusReason: 'Insufficient funds' },
      'at 1,402.35 was rejected by the broker (entry): Insufficient funds',
    ],
    [{ status: 'PARTIALLY_FILLED', filledQuantity: 4 }, 'at 1,402.35 is working, 4 filled (entry)'],
    [{ status: 'FILLED', averagePrice: 1_402.3 }, 'at 1,402.35 is filled at 1,402.30 (entry)'],
    [{ status: 'EXPIRED', filledQuantity: 4 }, 'at 1,402.35 expired, 4 filled (entry)'],
    [{ status: 'ACCEPTED', type: 'STOP_LIMIT', triggerPrice: 1_402 }, 'at 1,402.35 from 1,402.00 is accepted (entry)'],
    [{ status: 'SUBMITTED', type: 'MARKET', limitPrice: null }, 'is at the broker (entry)'],
  ] as const)('tells an order %o', (changes, rest) => {
    expect(formatOrder(order(changes))).toBe(`Order to buy 10 RELIANCE ${rest}`);
  });

  it('has words of its own for every status of an order', () => {
    const texts = ORDER_STATUSES.map((status) => formatOrder(order({ status })));
    expect(new Set(texts).size).toBe(ORDER_STATUSES.length);
    for (const status of ORDER_STATUSES) expect(texts.join()).not.toContain(status);
  });
});

const DENIALS: Readonly<Record<DenialCode, readonly [DenialReason, string]>> = {
  KILL_SWITCH_ON: [{ code: 'KILL_SWITCH_ON' }, 'the kill switch is on'],
  TRADING_PAUSED: [{ code: 'TRADING_PAUSED' }, 'trading is paused'],
  ORDER_IN_DOUBT: [
    { code: 'ORDER_IN_DOUBT', clientOrderId: 'a1b2c3d4e5f6g7h8' as ClientOrderId },
    'nobody knows yet whether order a1b2c3d4e5f6g7h8 in it is at the broker',
  ],
  MARKET_CLOSED: [{ code: 'MARKET_CLOSED', at: TIME }, 'the market is closed at 10:05:00'],
  SQUARE_OFF_WINDOW: [
    { code: 'SQUARE_OFF_WINDOW', at: TIME, from: TIME - 60_000 },
    'intraday positions are closed from 10:04:00 on, and it is 10:05:00',
  ],
  STALE_SIGNAL: [
    { code: 'STALE_SIGNAL', at: TIME, expired: TIME - 60_000 },
    'the signal was good until 10:04:00, and it is 10:05:00',
  ],
  NOT_TRADABLE: [
    { code: 'NOT_TRADABLE', instrumentId: 'NSE:NIFTY 50' as InstrumentId, why: 'it is an index' },
    'NIFTY 50 can not be traded: it is an index',
  ],
  DAILY_LOSS_LIMIT: [
    { code: 'DAILY_LOSS_LIMIT', limitPaise: 10_00_000, lossPaise: 10_25_050 },
    "the day's loss of ₹10,250.50 has reached the limit of ₹10,000.00",
  ],
  MAX_DRAWDOWN: [
    { code: 'MAX_DRAWDOWN', limitPercent: 5, drawdownPercent: 5.2345 },
    'equity is 5.23% below its peak, and the limit is 5%',
  ],
  MAX_OPEN_POSITIONS: [{ code: 'MAX_OPEN_POSITIONS', limit: 5, open: 5 }, '5 positions are open, and the limit is 5'],
  MAX_POSITION_PER_INSTRUMENT: [
    { code: 'MAX_POSITION_PER_INSTRUMENT', limit: 400, wanted: 1_500 },
    'the position would be 1,500 units, and the limit is 400',
  ],
  MAX_ORDER_VALUE: [
    { code: 'MAX_ORDER_VALUE', limitPaise: 1_00_000_00, valuePaise: 1_25_000_50 },
    'the order is worth ₹1,25,000.50, and the limit is ₹1,00,000.00',
  ],
  MAX_ORDERS_PER_MINUTE: [
    { code: 'MAX_ORDERS_PER_MINUTE', limit: 10, sent: 10 },
    '10 orders went out in the last minute, and the limit is 10',
  ],
  MAX_ORDERS_PER_DAY: [
    { code: 'MAX_ORDERS_PER_DAY', limit: 100, sent: 100 },
    '100 orders went out today, and the limit is 100',
  ],
  PRICE_OUTSIDE_BAND: [
    { code: 'PRICE_OUTSIDE_BAND', price: 105, reference: 100, bandPercent: 3 },
    'the price 105.00 is more than 3% away from 100.00, the last one',
  ],
  COOLDOWN_AFTER_STOP: [{ code: 'COOLDOWN_AFTER_STOP', until: TIME }, 'it pauses until 10:05:00 after a stop-loss'],
  LOSING_STREAK_LOCK: [
    { code: 'LOSING_STREAK_LOCK', limit: 3, losses: 3 },
    '3 trades in a row lost today, and the limit is 3',
  ],
  DUPLICATE_EXPOSURE: [
    { code: 'DUPLICATE_EXPOSURE', held: 10, working: 5 },
    '10 units are held and 5 more are on order already',
  ],
  INSUFFICIENT_MARGIN: [
    { code: 'INSUFFICIENT_MARGIN', neededPaise: 1_40_235_00, availablePaise: 99_999 },
    'it needs ₹1,40,235.00, and ₹999.99 is available',
  ],
  NOT_A_LOT_MULTIPLE: [
    { code: 'NOT_A_LOT_MULTIPLE', quantity: 100, lotSize: 65 },
    '100 units are not a multiple of the lot of 65',
  ],
  NO_POSITION_TO_EXIT: [{ code: 'NO_POSITION_TO_EXIT' }, 'there is no position to close'],
  SHORT_NOT_ALLOWED: [
    { code: 'SHORT_NOT_ALLOWED', why: 'delivery can not be sold first' },
    'selling short is not allowed: delivery can not be sold first',
  ],
};

describe('denials', () => {
  it.each(Object.entries(DENIALS))('says %s in plain words', (_code, [reason, text]) => {
    expect(formatDenialReason(reason)).toBe(text);
  });
});
