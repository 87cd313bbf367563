import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { InvariantError } from '../../../../src/core/errors.ts';
import type { InstrumentId, StrategyId } from '../../../../src/core/ids.ts';
import type { Position } from '../../../../src/core/position.ts';
import { type DraftOrigin, signalFromDraft } from '../../../../src/engine/signals/signal-from-draft.ts';
import { signalKey } from '../../../../src/engine/signals/signal-key.ts';
import { enter, exit } from '../../../../src/engine/strategy/strategy.ts';
import { ist, testInstrument } from '../../../support/fixed-calendar.ts';

const STRATEGY = 'ema-5m' as StrategyId;
const OPTION = testInstrument('NFO:NIFTY:2026-11-24:26000:CE', { kind: 'OPTION', optionType: 'CE', tickSize: 0.05 });
const CANDLE: Candle = {
  instrumentId: OPTION.id,
  timeframe: '5m',
  openTime: ist('2026-07-30', '10:00'),
  open: 100,
  high: 101,
  low: 99,
  close: 100.5,
  volume: 1_000,
  openInterest: null,
  provenance: 'live-with-gap',
};

function origin(quantity = 0): DraftOrigin {
  const position: Position = {
    strategyId: STRATEGY,
    instrumentId: OPTION.id,
    product: 'INTRADAY',
    quantity,
    averagePrice: 100,
    openedTime: null,
    realisedPaise: 0,
    chargesPaise: 0,
  };
  return {
    strategyId: STRATEGY,
    instrument: OPTION,
    product: 'INTRADAY',
    candle: CANDLE,
    lastPrice: 100.5,
    position,
    sizeOf: (entryPrice, stopLoss) => entryPrice * 10 - (stopLoss ?? 0),
    now: ist('2026-07-30', '10:05'),
    expires: ist('2026-07-30', '10:10'),
  };
}

describe('a signal key', () => {
  it('is strategy, instrument, timeframe, candle and kind', () => {
    const key = signalKey(STRATEGY, OPTION.id, '5m', 1_785_385_800_000, 'ENTRY');
    expect(key).toBe('ema-5m|NFO:NIFTY:2026-11-24:26000:CE|5m|1785385800000|ENTRY');
  });

  it('differs when any of them differs', () => {
    const other = 'NSE:TCS' as InstrumentId;
    const keys = [
      signalKey(STRATEGY, OPTION.id, '5m', 1, 'ENTRY'),
      signalKey('rsi' as StrategyId, OPTION.id, '5m', 1, 'ENTRY'),
      signalKey(STRATEGY, other, '5m', 1, 'ENTRY'),
      signalKey(STRATEGY, OPTION.id, '15m', 1, 'ENTRY'),
      signalKey(STRATEGY, OPTION.id, '5m', 2, 'ENTRY'),
      signalKey(STRATEGY, OPTION.id, '5m', 1, 'EXIT'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a signal from an entry draft', () => {
  it('has identity, prices and the provenance of its candle', () => {
    const draft = enter({
      side: 'SELL',
      stopLoss: 110,
      trail: 2.5,
      target: 90,
      quantity: 130,
      confidence: 80,
      reason: 'crossed',
      notes: 'n',
      tags: ['a'],
    });
    expect(signalFromDraft(draft, origin())).toEqual({
      key: signalKey(STRATEGY, OPTION.id, '5m', CANDLE.openTime, 'ENTRY'),
      strategyId: STRATEGY,
      instrumentId: OPTION.id,
      timeframe: '5m',
      candleTime: CANDLE.openTime,
      kind: 'ENTRY',
      side: 'SELL',
      optionType: 'CE',
      product: 'INTRADAY',
      entryPrice: 100.5,
      target: 90,
      stopLoss: 110,
      trail: 2.5,
      quantity: 130,
      confidence: 80,
      reason: 'crossed',
      notes: 'n',
      tags: ['a'],
      provenance: 'live-with-gap',
      createdTime: origin().now,
      expiresTime: origin().expires,
      status: 'ACTIVE',
      verdict: { kind: 'ALLOWED' },
    });
  });

  it('has no prices, medium confidence and the configured size when the draft says nothing', () => {
    expect(signalFromDraft(enter({ side: 'BUY', reason: 'r' }), origin())).toMatchObject({
      ...{ target: null, stopLoss: null, trail: null, quantity: 1_005, confidence: 50, notes: null, tags: [] },
    });
  });

  it('is sized from the price seen and the stop as it will be placed', () => {
    expect(signalFromDraft(enter({ side: 'BUY', stopLoss: 99.97, reason: 'r' }), origin()).quantity).toBe(905.05);
  });

  it.each([
    [99.97, 99.95],
    [99.98, 100],
    [100.025_000_1, 100.05],
    [0.1 + 0.2, 0.3],
    [0.01, 0.05],
    [-12, 0.05],
  ])('snaps stop and target: %d becomes %d', (price, snapped) => {
    const draft = enter({ side: 'BUY', stopLoss: price, target: price, reason: 'r' });
    expect(signalFromDraft(draft, origin())).toMatchObject({ stopLoss: snapped, target: snapped });
  });
});

describe('a draft with a stop or target that is no number', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'such as %s is an invariant error: it would leave a position bare',
    (price) => {
      expect(() => signalFromDraft(enter({ side: 'BUY', stopLoss: price, reason: 'r' }), origin())).toThrow(
        InvariantError,
      );
      expect(() => signalFromDraft(enter({ side: 'BUY', target: price, reason: 'r' }), origin())).toThrow(
        /price for a stop or target in "NFO:NIFTY/,
      );
    },
  );
});

describe('a signal from an exit draft', () => {
  it.each([
    [65, 'SELL', 65],
    [-130, 'BUY', 130],
    [0, 'SELL', 0],
  ] as const)('closes a position of %i: %s %i units', (held, side, quantity) => {
    const draft = exit({ reason: 'r', confidence: 90, notes: 'n', tags: ['a'] });
    expect(signalFromDraft(draft, origin(held))).toMatchObject({
      ...{ kind: 'EXIT', side, quantity, target: null, stopLoss: null },
      ...{ confidence: 90, notes: 'n', tags: ['a'] },
    });
  });
});
