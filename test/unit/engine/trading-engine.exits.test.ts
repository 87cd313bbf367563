import { describe, expect, it } from 'vitest';
import type { Order } from '../../../src/core/order.ts';
import { type Decision, enter, exit } from '../../../src/engine/strategy/strategy.ts';
import { at, decideAt, EngineBench } from '../../support/engine-bench.ts';

const BUY = enter({ side: 'BUY', stopLoss: 95, target: 110, reason: 'up' });
const LEAVE = exit({ reason: 'enough' });

/** Ten units bought at 100 on the candle of 10:00, with their legs; further decisions as given. */
function holding(decisions: Readonly<Record<string, Decision>> = {}, options: { quantity?: number } = {}): EngineBench {
  const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY, ...decisions }), ...options });
  bench.candle('10:00');
  bench.fill(bench.last('ENTRY'));
  return bench;
}

const legsOf = (bench: EngineBench): readonly [Order, Order] => [bench.last('STOP_LOSS'), bench.last('TARGET')];

describe('a stop-loss', () => {
  it('that is filled closes the trade', () => {
    const bench = holding();
    const [stop, target] = legsOf(bench);
    const effects = bench.fill(stop, { price: 94.95, time: at('10:03') });
    expect(effects.map(({ type }) => type)).toEqual(['fillBooked', 'tradeClosed']);
    expect(bench.trades).toMatchObject([
      { side: 'LONG', quantity: 10, entryPrice: 100, exitPrice: 94.95, exitReason: 'stop_loss', grossPaise: -5_050 },
    ]);
    expect(bench.cancelled, 'the exchange takes the other leg of the pair away').toEqual([]);
    bench.report(target, 'CANCELED');
    expect(bench.held).toBe(0);
  });

  it('keeps the strategy out for the day at most', () => {
    const bench = new EngineBench({
      strategy: decideAt({ '10:00': BUY, '10:03': BUY }),
      limits: { cooldownAfterStopMs: 5 * 86_400_000 },
    });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:01') });
    bench.candle('10:03');
    bench.candle('10:00', 100, { day: '2026-07-31' });
    expect(bench.decided.map(({ status }) => status)).toEqual(['ACTIVE', 'DENIED', 'ACTIVE']);
  });

  it('keeps the strategy out for the cooldown', () => {
    const again = { '10:03': BUY, '10:05': BUY };
    const bench = new EngineBench({
      strategy: decideAt({ '10:00': BUY, ...again }),
      limits: { cooldownAfterStopMs: 5 * 60_000 },
    });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:01') });
    bench.candle('10:03');
    expect(bench.decided.at(-1)?.verdict).toMatchObject({
      reason: { code: 'COOLDOWN_AFTER_STOP', until: at('10:06') },
    });
    bench.candle('10:05');
    expect(bench.decided.at(-1)?.verdict.kind).toBe('ALLOWED');
  });
});

describe('a target', () => {
  it('that is filled closes the trade', () => {
    const bench = holding();
    bench.fill(bench.last('TARGET'), { price: 110 });
    expect(bench.trades).toMatchObject([{ exitReason: 'target', grossPaise: 10_000 }]);
  });

  it('filled in parts closes the trade with the last part', () => {
    const bench = holding();
    bench.fill(bench.last('TARGET'), { fillId: 'a', quantity: 4, price: 110 });
    expect(bench.trades).toEqual([]);
    expect(bench.held).toBe(6);
    bench.fill(bench.last('TARGET'), { fillId: 'b', quantity: 6, price: 111 });
    expect(bench.trades).toMatchObject([{ quantity: 10, exitPrice: 110.6 }]);
  });
});

describe('a leg that closes the position', () => {
  it('withdraws what is left of the entry: its trade is over', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY }) });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'), { quantity: 4 });
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:02') });
    expect(bench.all('cancelRequested')).toMatchObject([{ order: { role: 'ENTRY' }, time: at('10:02') }]);
  });

  it('withdraws an exit that was on its way', () => {
    const bench = holding({ '10:05': LEAVE });
    bench.candle('10:05');
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:06') });
    expect(bench.cancelled).toEqual(['STOP_LOSS', 'TARGET', 'EXIT']);
  });

  it('is undone by nobody when the exit is withdrawn in time', () => {
    const bench = holding({ '10:05': LEAVE });
    bench.candle('10:05');
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:06') });
    bench.report(bench.last('EXIT'), 'CANCELED');
    expect(bench.planned('SQUARE_OFF')).toEqual([]);
    expect(bench.held).toBe(0);
  });

  it('and an exit that was filled all the same: what was sold too much is bought back at once', () => {
    const bench = holding({ '10:05': LEAVE });
    bench.candle('10:05');
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:06') });
    bench.fill(bench.last('EXIT'), { price: 94, time: at('10:06') + 1 });
    expect(bench.held).toBe(-10);
    expect(bench.last('SQUARE_OFF')).toMatchObject({
      ...{ side: 'BUY', quantity: 10, type: 'MARKET', createdTime: at('10:06') + 1 },
    });
    bench.fill(bench.last('SQUARE_OFF'), { price: 94.1 });
    expect(bench.held).toBe(0);
  });

  it('in part leaves so much less to the exit', () => {
    const bench = holding({ '10:05': LEAVE });
    bench.candle('10:05');
    bench.fill(bench.last('STOP_LOSS'), { quantity: 4, price: 95, time: at('10:06') });
    expect(bench.held).toBe(6);
    bench.fill(bench.last('EXIT'), { price: 94, time: at('10:06') + 1 });
    expect(bench.held).toBe(-4);
    expect(bench.last('SQUARE_OFF')).toMatchObject({ side: 'BUY', quantity: 4 });
    bench.fill(bench.last('SQUARE_OFF'));
    expect(bench.held).toBe(0);
  });

  it('does not stand in the way of a new entry that was decided with the exit', () => {
    const turn = enter({ side: 'SELL', stopLoss: 105, reason: 'turn' });
    const bench = holding({ '10:05': [LEAVE, turn] });
    bench.candle('10:05');
    bench.fill(bench.planned('STOP_LOSS')[0] as Order, { price: 95, time: at('10:06') });
    expect(bench.cancelled, 'the exit is not needed any more, the entry is').toEqual(['STOP_LOSS', 'TARGET', 'EXIT']);
    bench.fill(bench.last('ENTRY'), { price: 95 });
    expect(bench.held).toBe(-10);
    bench.report(bench.last('EXIT'), 'CANCELED');
    expect(bench.planned('SQUARE_OFF')).toEqual([]);
  });
});

describe('an exit', () => {
  it('cancels the legs and sells at market', () => {
    const bench = holding({ '10:05': LEAVE });
    const effects = bench.candle('10:05');
    expect(effects.map(({ type }) => type)).toEqual([
      ...['candleClosed', 'signalDecided', 'cancelRequested', 'cancelRequested', 'orderPlanned'],
    ]);
    expect(bench.all('cancelRequested')).toMatchObject([
      { order: { role: 'STOP_LOSS' }, reason: 'The strategy leaves', time: at('10:06') },
      { order: { role: 'TARGET' }, reason: 'The strategy leaves', time: at('10:06') },
    ]);
    expect(bench.decided.at(-1)).toMatchObject({ kind: 'EXIT', side: 'SELL', quantity: 10, status: 'ACTIVE' });
    expect(bench.last('EXIT')).toMatchObject({
      ...{ side: 'SELL', quantity: 10, type: 'MARKET', deadline: null, notBefore: at('10:06') },
      signalKey: bench.decided.at(-1)?.key,
    });
    bench.fill(bench.last('EXIT'), { price: 103 });
    expect(bench.trades).toMatchObject([{ exitReason: 'signal', grossPaise: 3_000 }]);
    expect(bench.all('signalChanged').at(-1)).toMatchObject({ signal: { kind: 'EXIT', status: 'COMPLETED' } });
  });

  it('that is asked for again while it is on its way sells nothing more', () => {
    const bench = holding({ '10:05': LEAVE, '10:06': LEAVE });
    bench.candle('10:05');
    bench.candle('10:06');
    expect(bench.planned('EXIT')).toHaveLength(1);
    expect(bench.all('signalChanged').at(-1), 'nothing is left to do').toMatchObject({
      signal: { kind: 'EXIT', status: 'COMPLETED', candleTime: at('10:06') },
    });
    bench.fill(bench.last('EXIT'));
    expect(bench.held).toBe(0);
  });

  it('sells what came in after it was asked for', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY, '10:05': LEAVE, '10:06': LEAVE }) });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'), { fillId: 'a', quantity: 4 });
    bench.candle('10:05');
    expect(bench.last('EXIT').quantity).toBe(4);
    expect(bench.cancelled).toEqual(['ENTRY', 'STOP_LOSS', 'TARGET']);
  });

  it('undoes an entry that fills after the strategy has left', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY, '10:05': LEAVE }) });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'), { fillId: 'a', quantity: 4 });
    bench.candle('10:05');
    bench.fill(bench.last('EXIT'));
    bench.fill(bench.last('ENTRY'), { fillId: 'b', quantity: 6, time: at('10:06') + 9 });
    expect(bench.held).toBe(6);
    expect(bench.last('SQUARE_OFF')).toMatchObject({ side: 'SELL', quantity: 6, createdTime: at('10:06') + 9 });
    expect(bench.planned('STOP_LOSS'), 'no leg for what is sold at once').toHaveLength(1);
  });

  it('without a position is denied', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:05': LEAVE }) });
    bench.candle('10:05');
    expect(bench.decided).toMatchObject([{ kind: 'EXIT', status: 'DENIED', quantity: 0 }]);
    expect(bench.decided[0]?.verdict).toEqual({ kind: 'DENIED', reason: { code: 'NO_POSITION_TO_EXIT' } });
    expect(bench.planned()).toEqual([]);
  });

  it('that the broker refuses leaves its signal cancelled, and the next candle may try again', () => {
    const bench = holding({ '10:05': LEAVE, '10:06': LEAVE });
    bench.candle('10:05');
    bench.report(bench.last('EXIT'), 'REJECTED');
    expect(bench.all('signalChanged').at(-1)?.signal).toMatchObject({ kind: 'EXIT', status: 'CANCELLED' });
    bench.candle('10:06');
    const exits = bench.planned('EXIT');
    expect(exits.map(({ quantity }) => quantity)).toEqual([10, 10]);
    expect(exits[0]?.clientOrderId).not.toBe(exits[1]?.clientOrderId);
  });

  it('of a large position is sliced', () => {
    const bench = holding({ '10:05': LEAVE });
    expect(bench.last('ENTRY').quantity).toBe(10);
    bench.candle('10:05');
    bench.fill(bench.last('EXIT'), { fillId: 'a', quantity: 3 });
    bench.fill(bench.last('EXIT'), { fillId: 'b', quantity: 7 });
    expect(bench.held).toBe(0);
    expect(bench.trades).toHaveLength(1);
  });

  it('does not ask again to cancel what is being cancelled', () => {
    const bench = holding({ '10:05': LEAVE, '10:06': LEAVE });
    bench.candle('10:05');
    for (const leg of legsOf(bench)) bench.report(leg, 'PENDING_CANCEL');
    bench.candle('10:06');
    expect(bench.cancelled).toEqual(['STOP_LOSS', 'TARGET']);
  });

  it('undoes a stop that fills after it: its cancel came too late', () => {
    const bench = holding({ '10:05': LEAVE });
    bench.candle('10:05');
    bench.fill(bench.last('EXIT'), { time: at('10:06') });
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:06') + 3 });
    expect(bench.held).toBe(-10);
    expect(bench.last('SQUARE_OFF')).toMatchObject({ side: 'BUY', quantity: 10, createdTime: at('10:06') + 3 });
    bench.fill(bench.last('SQUARE_OFF'));
    expect(bench.held).toBe(0);
  });

  it('asks again to cancel what could not be cancelled', () => {
    const bench = holding({ '10:05': LEAVE, '10:06': LEAVE });
    bench.candle('10:05');
    const [stop] = legsOf(bench);
    bench.report(stop, 'PENDING_CANCEL');
    bench.report(stop, 'ACCEPTED');
    bench.candle('10:06');
    expect(bench.cancelled).toEqual(['STOP_LOSS', 'TARGET', 'STOP_LOSS']);
  });

  it('asked for after the close waits for the next open', () => {
    const strategy = decideAt({ '10:00': BUY, '15:29': LEAVE });
    const bench = new EngineBench({ strategy, product: 'DELIVERY' });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    bench.candle('15:29');
    expect(bench.last('EXIT')).toMatchObject({ createdTime: at('15:30'), notBefore: at('09:15', '2026-07-31') });
  });
});
