import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../src/core/errors.ts';
import { MINUTE_MS } from '../../../src/core/time.ts';
import { clientOrderId } from '../../../src/engine/orders/client-order-id.ts';
import { signalKey } from '../../../src/engine/signals/signal-key.ts';
import { enter, exit } from '../../../src/engine/strategy/strategy.ts';
import { TradingEngine } from '../../../src/engine/trading-engine.ts';
import { buildCandle } from '../../support/build-candle.ts';
import { buildFill, buildOrder } from '../../support/build-order.ts';
import { at, decideAt, EngineBench, engineOptions, RELIANCE } from '../../support/engine-bench.ts';
import { testInstrument } from '../../support/fixed-calendar.ts';
import { onCandles, scriptedStrategy } from '../../support/scripted-strategy.ts';

const BUY = enter({ side: 'BUY', stopLoss: 95, target: 110, reason: 'up' });
const KEY = signalKey(decideAt({}).id, RELIANCE.id, '1m', at('10:00'), 'ENTRY');

function entered(options: Partial<ConstructorParameters<typeof EngineBench>[0]> = {}): EngineBench {
  const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY }), ...options });
  bench.candle('10:00');
  return bench;
}

describe('an entry', () => {
  it('is decided when its candle has closed, and planned in the same moment', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY }) });
    expect(bench.candle('09:59').map(({ type }) => type)).toEqual(['candleClosed']);
    expect(bench.candle('10:00').map(({ type }) => type)).toEqual(['candleClosed', 'signalDecided', 'orderPlanned']);
    expect(bench.decided).toMatchObject([
      { key: KEY, kind: 'ENTRY', side: 'BUY', quantity: 10, entryPrice: 100, stopLoss: 95, target: 110 },
    ]);
    expect(bench.decided[0]).toMatchObject({ createdTime: at('10:01'), expiresTime: at('10:02'), status: 'ACTIVE' });
    expect(bench.last('ENTRY')).toEqual(
      buildOrder({
        clientOrderId: clientOrderId(KEY, 'entry'),
        strategyId: decideAt({}).id,
        signalKey: KEY,
        createdTime: at('10:01'),
        deadline: at('10:02'),
      }),
    );
  });

  it('is protected by stop and target as soon as it is filled', () => {
    const bench = entered();
    const entry = bench.last('ENTRY');
    const effects = bench.fill(entry, { price: 100.5, time: at('10:01') + 5 });
    expect(effects.map(({ type }) => type)).toEqual(['fillBooked', 'orderPlanned', 'orderPlanned', 'signalChanged']);
    const fillId = `${entry.clientOrderId}-1`;
    const leg = {
      ...{ signalKey: KEY, side: 'SELL', quantity: 10, product: 'INTRADAY', timeInForce: 'DAY', ocoGroup: fillId },
      ...{ createdTime: at('10:01') + 5, notBefore: at('10:01') + 5, deadline: null },
    };
    expect(bench.last('STOP_LOSS')).toMatchObject({
      ...leg,
      ...{ sequence: 3, type: 'STOP_MARKET', triggerPrice: 95, limitPrice: null },
      clientOrderId: clientOrderId(KEY, `stop/${fillId}`),
    });
    expect(bench.last('TARGET')).toMatchObject({
      ...leg,
      ...{ sequence: 4, type: 'LIMIT', limitPrice: 110, triggerPrice: null },
      clientOrderId: clientOrderId(KEY, `target/${fillId}`),
    });
    expect(bench.all('signalChanged').map(({ signal }) => signal.status)).toEqual(['COMPLETED']);
    expect(bench.held).toBe(10);
  });

  it('of a short is protected the other way round', () => {
    const bench = new EngineBench({
      strategy: decideAt({ '10:00': enter({ side: 'SELL', stopLoss: 105, target: 90, reason: 'down' }) }),
    });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    expect(bench.held).toBe(-10);
    expect(bench.last('STOP_LOSS')).toMatchObject({ side: 'BUY', triggerPrice: 105 });
    expect(bench.last('TARGET')).toMatchObject({ side: 'BUY', limitPrice: 90 });
  });

  it('held overnight is protected by rules that stay', () => {
    const bench = entered({ product: 'DELIVERY' });
    bench.fill(bench.last('ENTRY'));
    expect(bench.last('STOP_LOSS')).toMatchObject({ timeInForce: 'GTT', product: 'DELIVERY' });
    expect(bench.last('TARGET')).toMatchObject({ timeInForce: 'GTT', product: 'DELIVERY' });
  });

  it('without stop and target has no legs', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': enter({ side: 'BUY', reason: 'bare' }) }) });
    bench.candle('10:00');
    expect(bench.fill(bench.last('ENTRY')).map(({ type }) => type)).toEqual(['fillBooked', 'signalChanged']);
  });

  it('filled in parts is protected part by part', () => {
    const bench = entered();
    const entry = bench.last('ENTRY');
    bench.fill(entry, { fillId: 'a', quantity: 4 });
    expect(bench.all('signalChanged')).toEqual([]);
    bench.fill(entry, { fillId: 'b', quantity: 6 });
    expect(bench.planned('STOP_LOSS').map(({ quantity, ocoGroup }) => [quantity, ocoGroup])).toEqual([
      [4, 'a'],
      [6, 'b'],
    ]);
    expect(bench.planned('TARGET').map(({ quantity, ocoGroup }) => [quantity, ocoGroup])).toEqual([
      [4, 'a'],
      [6, 'b'],
    ]);
    expect(bench.all('signalChanged').map(({ signal }) => signal.status)).toEqual(['COMPLETED']);
  });

  it('above the freeze quantity is sliced, and its signal completes with the last slice', () => {
    const future = testInstrument('NSE:RELIANCE', { lotSize: 10, freezeQuantity: 45 });
    const strategy = scriptedStrategy({
      instruments: [future],
      create: onCandles(() => enter({ side: 'BUY', quantity: 100, stopLoss: 95, reason: 'big' })),
    });
    const bench = new EngineBench({ strategy });
    bench.candle('10:00');
    const slices = bench.planned('ENTRY');
    expect(slices.map(({ quantity }) => quantity)).toEqual([40, 40, 20]);
    for (const slice of slices) bench.fill(slice);
    expect(bench.planned('STOP_LOSS').map(({ quantity }) => quantity)).toEqual([40, 40, 20]);
    expect(bench.all('signalChanged').map(({ signal }) => signal.status)).toEqual(['COMPLETED']);
    expect(bench.effects.at(-1)?.type).toBe('signalChanged');
  });

  it('of which one slice is filled and another refused has completed', () => {
    const share = testInstrument('NSE:RELIANCE', { freezeQuantity: 40 });
    const create = onCandles(() => enter({ side: 'BUY', quantity: 80, stopLoss: 95, reason: 'big' }));
    const bench = new EngineBench({
      strategy: scriptedStrategy({ instruments: [share], create }),
      product: 'DELIVERY',
    });
    bench.candle('10:00');
    const [first, second] = bench.planned('ENTRY');
    if (!first || !second) throw new Error('Expected two slices');
    bench.fill(first);
    bench.report(second, 'REJECTED');
    expect(bench.all('signalChanged').map(({ signal }) => signal.status)).toEqual(['COMPLETED']);
    bench.timer('09:00', '2026-07-31');
    bench.fill(second, { quantity: 5, time: at('09:15', '2026-07-31') });
    expect(bench.last('STOP_LOSS'), 'as long as it is held its stop is known').toMatchObject({ quantity: 5 });
  });

  it('of which a slice was done days before the last one still completes its signal', () => {
    const [share, other] = [testInstrument('NSE:RELIANCE', { freezeQuantity: 40 }), testInstrument('NSE:TCS')];
    const strategy = scriptedStrategy({
      instruments: [share, other],
      create: ({ instrument }) => ({
        onCandle: () => enter({ side: 'BUY', quantity: instrument === share ? 80 : 1, reason: 'some' }),
      }),
    });
    const bench = new EngineBench({ strategy, product: 'DELIVERY' });
    bench.candle('10:00');
    const [first, second] = bench.planned('ENTRY');
    if (!first || !second) throw new Error('Expected two slices');
    bench.fill(first);
    for (const day of ['2026-07-31', '2026-08-03', '2026-08-04']) {
      bench.candle('10:00', 100, { instrumentId: other.id, day });
      bench.report(bench.last('ENTRY'), 'EXPIRED');
    }
    expect(bench.engine.parts.book.get(first.clientOrderId), 'long gone').toBeUndefined();
    bench.fill(second, { time: at('10:00', '2026-08-05') });
    expect(bench.all('signalChanged').map(({ signal }) => signal.status)).toEqual([
      ...['EXPIRED', 'EXPIRED', 'EXPIRED', 'COMPLETED'],
    ]);
  });

  it('takes the size that the draft asks for, else the configured one', () => {
    const strategy = decideAt({ '10:00': enter({ side: 'BUY', quantity: 7, reason: 'seven' }) });
    const bench = new EngineBench({ strategy, quantity: 25 });
    bench.candle('10:00');
    expect(bench.last('ENTRY').quantity).toBe(7);
    expect(entered({ quantity: 25 }).last('ENTRY').quantity).toBe(25);
  });

  it.each([
    ['REJECTED', 'CANCELLED'],
    ['CANCELED', 'CANCELLED'],
    ['EXPIRED', 'EXPIRED'],
  ] as const)('that ends %s without a fill leaves its signal %s', (status, signalStatus) => {
    const bench = entered();
    const effects = bench.report(bench.last('ENTRY'), status);
    expect(effects.map(({ type }) => type)).toEqual(['orderChanged', 'signalChanged']);
    expect(bench.all('signalChanged')).toMatchObject([{ signal: { key: KEY, status: signalStatus } }]);
  });

  it('that is cancelled after a part was filled has completed', () => {
    const bench = entered();
    bench.fill(bench.last('ENTRY'), { quantity: 4 });
    bench.report(bench.last('ENTRY'), 'CANCELED');
    expect(bench.all('signalChanged').map(({ signal }) => signal.status)).toEqual(['COMPLETED']);
    expect(bench.last('STOP_LOSS').quantity).toBe(4);
  });

  it('planned after the close waits for the next open, and so does its deadline', () => {
    const bench = new EngineBench({ strategy: decideAt({ '15:29': BUY }), product: 'DELIVERY' });
    bench.candle('15:29');
    expect(bench.last('ENTRY')).toMatchObject({
      createdTime: at('15:30'),
      notBefore: at('09:15', '2026-07-31'),
      deadline: at('09:16', '2026-07-31'),
    });
  });

  it('planned on a Friday evening waits for Monday', () => {
    const bench = new EngineBench({ strategy: decideAt({ '15:29': BUY }), product: 'DELIVERY' });
    bench.candle('15:29', 100, { day: '2026-07-31' });
    expect(bench.last('ENTRY').notBefore).toBe(at('09:15', '2026-08-03'));
  });
});

describe('a fill', () => {
  it('reported twice is booked once', () => {
    const bench = entered();
    const entry = bench.last('ENTRY');
    const fill = buildFill(entry, { time: at('10:01') });
    bench.handle({ type: 'orderFilled', fill });
    expect(bench.handle({ type: 'orderFilled', fill })).toEqual([]);
    expect(bench.held).toBe(10);
    expect(bench.planned()).toHaveLength(3);
  });

  it('that comes after the cancel is booked and protected all the same', () => {
    for (const status of ['CANCELED', 'EXPIRED', 'REJECTED'] as const) {
      const bench = entered();
      const entry = bench.last('ENTRY');
      bench.report(entry, status);
      bench.fill(entry, { quantity: 6 });
      expect(bench.held).toBe(6);
      expect(bench.last('STOP_LOSS'), status).toMatchObject({ quantity: 6, triggerPrice: 95 });
    }
  });

  it('that comes after the stop has closed the first part is undone: the trade is over', () => {
    const bench = entered();
    const entry = bench.last('ENTRY');
    bench.fill(entry, { fillId: 'a', quantity: 4 });
    bench.fill(bench.last('STOP_LOSS'), { price: 95 });
    expect(bench.trades).toHaveLength(1);
    bench.fill(entry, { fillId: 'b', quantity: 6 });
    expect(bench.planned('STOP_LOSS').map(({ quantity }) => quantity)).toEqual([4]);
    expect(bench.last('SQUARE_OFF')).toMatchObject({ side: 'SELL', quantity: 6 });
  });

  it('that comes on the day after the cancel is undone: its signal is history', () => {
    const bench = entered({ product: 'DELIVERY' });
    const entry = bench.last('ENTRY');
    bench.report(entry, 'CANCELED');
    bench.timer('09:00', '2026-07-31');
    bench.fill(entry, { quantity: 6, time: at('09:15', '2026-07-31') });
    expect(bench.planned('STOP_LOSS')).toEqual([]);
    expect(bench.last('SQUARE_OFF')).toMatchObject({ side: 'SELL', quantity: 6 });
  });

  it('of an order that is not ours is an invariant error, and is not taken for booked', () => {
    const bench = entered();
    const stranger = buildOrder();
    const fill = buildFill(stranger, { fillId: 'later' });
    expect(() => bench.handle({ type: 'orderFilled', fill })).toThrow(InvariantError);
    expect(() => bench.handle({ type: 'orderFilled', fill })).toThrow(/testorder0000001/);
  });

  it('that would fill too much is an invariant error and changes nothing', () => {
    const bench = entered();
    const entry = bench.last('ENTRY');
    expect(() => bench.fill(entry, { quantity: 11 })).toThrow(InvariantError);
    expect(bench.held).toBe(0);
    expect(bench.fill(entry, { quantity: 10 }).length).toBeGreaterThan(0);
    expect(bench.held).toBe(10);
  });

  it('is told to the strategy that asked for it', () => {
    const seen: string[] = [];
    const strategy = scriptedStrategy({
      instruments: [RELIANCE, testInstrument('NSE:TCS')],
      create: ({ instrument }) => ({
        onCandle: () => enter({ side: 'BUY', reason: 'always' }),
        onFill: ({ quantity, price, chargesPaise }) =>
          void seen.push(`${instrument.id} ${quantity}@${price} ${chargesPaise}`),
      }),
    });
    const bench = new EngineBench({ strategy });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'), { price: 100.5 });
    expect(seen).toEqual(['NSE:RELIANCE 10@100.5 0']);
  });
});

describe('a fill of one strategy', () => {
  it('is not told to another one on the same instrument', () => {
    const seen: string[] = [];
    const [left, right] = ['left', 'right'].map((id) =>
      scriptedStrategy({
        ...{ id, instruments: [RELIANCE] },
        create: () => ({
          onCandle: () => (id === 'left' ? BUY : undefined),
          onFill: ({ quantity }) => void seen.push(`${id} ${quantity}`),
        }),
      }),
    );
    if (!left || !right) throw new Error('Expected two strategies');
    const options = engineOptions({ strategy: left });
    const sizing = { kind: 'fixed-quantity', quantity: 10 } as const;
    const strategies = [...options.strategies, { instance: right, product: 'INTRADAY', sizing } as const];
    const engine = new TradingEngine({ ...options, strategies });
    const effects = engine.handle({ type: 'candle', candle: buildCandle('10:00', 100) });
    for (const effect of effects) {
      if (effect.type === 'orderPlanned') engine.handle({ type: 'orderFilled', fill: buildFill(effect.order) });
    }
    expect(seen).toEqual(['left 10']);
  });
});

describe('an update', () => {
  it('of an order that is not ours is an invariant error', () => {
    const bench = entered();
    expect(() => bench.report(buildOrder(), 'ACCEPTED')).toThrow(InvariantError);
  });

  it('that brings nothing new has no effect', () => {
    const bench = entered();
    const entry = bench.last('ENTRY');
    expect(bench.report(entry, 'ACCEPTED').map(({ type }) => type)).toEqual(['orderChanged']);
    expect(bench.report(entry, 'ACCEPTED')).toEqual([]);
    expect(bench.report(entry, 'SUBMITTED')).toEqual([]);
  });

  it('that is impossible is an invariant error', () => {
    const bench = entered();
    const entry = bench.last('ENTRY');
    bench.fill(entry);
    expect(() => bench.report(entry, 'REJECTED')).toThrow(InvariantError);
  });
});

describe('an entry against what is held', () => {
  const REVERSE = enter({ side: 'SELL', stopLoss: 105, target: 90, reason: 'turn' });

  function reversed(
    decision = [exit({ reason: 'turn' }), REVERSE] as readonly (typeof REVERSE | ReturnType<typeof exit>)[],
  ) {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY, '10:05': decision }) });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    bench.candle('10:05');
    return bench;
  }

  it('after an exit turns the position round', () => {
    const bench = reversed();
    expect(bench.cancelled).toEqual(['STOP_LOSS', 'TARGET']);
    expect(
      bench
        .planned()
        .slice(3)
        .map(({ role, side, quantity }) => [role, side, quantity]),
    ).toEqual([
      ['EXIT', 'SELL', 10],
      ['ENTRY', 'SELL', 10],
    ]);
    bench.fill(bench.last('EXIT'));
    bench.fill(bench.last('ENTRY'));
    expect(bench.held).toBe(-10);
    expect(bench.trades).toMatchObject([{ side: 'LONG', exitReason: 'signal' }]);
    expect(bench.last('STOP_LOSS')).toMatchObject({ side: 'BUY', quantity: 10, triggerPrice: 105 });
  });

  it('turns it round though the strategy forgot to leave: what is held is closed first, its legs withdrawn', () => {
    const bench = reversed([REVERSE]);
    expect(bench.cancelled).toEqual(['STOP_LOSS', 'TARGET']);
    expect(
      bench
        .planned()
        .slice(3)
        .map(({ role, side, quantity }) => [role, side, quantity]),
    ).toEqual([
      ['EXIT', 'SELL', 10],
      ['ENTRY', 'SELL', 10],
    ]);
    bench.fill(bench.last('EXIT'));
    bench.fill(bench.last('ENTRY'));
    expect(bench.held).toBe(-10);
  });

  it('that has overtaken the exit is squared off with it, though nothing is held at the moment', () => {
    const bench = reversed();
    bench.fill(bench.last('ENTRY'));
    bench.command('squareoff', '10:07');
    expect(bench.last('SQUARE_OFF')).toMatchObject({ side: 'BUY', quantity: 10 });
    bench.fill(bench.last('EXIT'));
    bench.fill(bench.last('SQUARE_OFF'));
    expect(bench.held).toBe(0);
    expect(bench.cancelled.slice(2)).toEqual(['STOP_LOSS', 'TARGET']);
  });

  it('that has overtaken half of the exit is squared off as well', () => {
    const bench = reversed();
    bench.fill(bench.last('EXIT'), { fillId: 'a', quantity: 3 });
    bench.fill(bench.last('ENTRY'), { fillId: 'b', quantity: 7 });
    expect(bench.held).toBe(0);
    bench.command('squareoff', '10:07');
    expect(bench.last('SQUARE_OFF')).toMatchObject({ side: 'BUY', quantity: 7 });
    expect(bench.cancelled.slice(2)).toEqual(['ENTRY', 'STOP_LOSS', 'TARGET']);
  });

  it('ends as a turned position when its fill overtakes the exit', () => {
    const bench = reversed();
    bench.fill(bench.last('ENTRY'));
    expect(bench.held).toBe(0);
    bench.fill(bench.last('EXIT'));
    expect(bench.held).toBe(-10);
    expect(bench.planned('SQUARE_OFF')).toEqual([]);
    expect(bench.last('STOP_LOSS')).toMatchObject({ side: 'BUY', quantity: 10 });
  });
});

describe('the time', () => {
  it('a signal of the day is good for the next one', () => {
    const strategy = scriptedStrategy({
      ...{ instruments: [RELIANCE], timeframe: '1d' },
      create: onCandles(() => BUY),
    });
    const bench = new EngineBench({ strategy, product: 'DELIVERY' });
    bench.candle('09:15', 100, { timeframe: '1d' });
    expect(bench.last('ENTRY')).toMatchObject({
      ...{ createdTime: at('15:30'), notBefore: at('09:15', '2026-07-31') },
      deadline: at('15:30', '2026-07-31'),
    });
  });

  it('a signal is good for one more candle of its timeframe', () => {
    const strategy = scriptedStrategy({
      ...{ instruments: [RELIANCE], timeframe: '5m' },
      create: onCandles(() => BUY),
    });
    const bench = new EngineBench({ strategy });
    for (let minute = 0; minute < 5; minute += 1) bench.candle(`10:0${minute}`);
    expect(bench.last('ENTRY').deadline).toBe(at('10:05') + 5 * MINUTE_MS);
  });
});
