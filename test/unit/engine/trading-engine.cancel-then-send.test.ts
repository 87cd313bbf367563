import { describe, expect, it } from 'vitest';
import type { Order } from '../../../src/core/order.ts';
import { enter, exit } from '../../../src/engine/strategy/strategy.ts';
import { at, type BenchOptions, decideAt, EngineBench } from '../../support/engine-bench.ts';

const BUY = enter({ side: 'BUY', stopLoss: 95, target: 110, reason: 'up' });
const SHORT = enter({ side: 'SELL', stopLoss: 105, target: 90, reason: 'down' });
const LEAVE = exit({ reason: 'out' });

/** Ten units held from 10:00, the stop at the broker. */
function holding(
  decisions: Parameters<typeof decideAt>[0] = {},
  options: Partial<BenchOptions> = {},
  entry = BUY,
): EngineBench {
  const strategy = decideAt({ '10:00': entry, ...decisions });
  const bench = new EngineBench({ strategy, tiesPairs: false, ...options });
  bench.candle('10:00');
  bench.fill(bench.last('ENTRY'));
  for (const leg of bench.planned('STOP_LOSS')) bench.report(leg, 'ACCEPTED');
  return bench;
}

/** Orders that have left the engine for the broker, in order. */
function sent(bench: EngineBench): readonly Order['role'][] {
  return bench.effects.flatMap((effect) => {
    if (effect.type === 'orderPlanned' && !effect.order.isHeld) return [effect.order.role];
    return effect.type === 'orderAmended' && effect.job === 'place' ? [effect.order.role] : [];
  });
}

describe('where no exchange ties stop and target', () => {
  it('the stop rests at the broker and the target waits with the engine', () => {
    const bench = holding();
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS']);
    bench.tick('10:02', 109.95);
    expect(bench.cancelled).toEqual([]);
  });

  it('a target that is reached is sent when the stop is gone', () => {
    const bench = holding();
    bench.tick('10:02', 110);
    expect(bench.cancelled).toEqual(['STOP_LOSS']);
    expect(bench.last('TARGET')).toMatchObject({ isHeld: true, side: 'SELL', quantity: 10 });
    bench.tick('10:03', 111);
    expect(bench.planned('TARGET'), 'once').toHaveLength(1);
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS']);
    bench.report(bench.last('STOP_LOSS'), 'CANCELED', { time: at('10:03') });
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS', 'TARGET']);
    bench.fill(bench.last('TARGET'), { price: 111, time: at('10:04') });
    expect(bench.trades).toMatchObject([{ exitReason: 'target', quantity: 10 }]);
    expect(bench.held).toBe(0);
  });

  it('a short is bought back so, too', () => {
    const bench = holding({}, {}, SHORT);
    bench.tick('10:02', 90);
    bench.report(bench.last('STOP_LOSS'), 'CANCELED', { time: at('10:03') });
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS', 'TARGET']);
    expect(bench.last('TARGET')).toMatchObject({ side: 'BUY', quantity: 10 });
  });

  it('a stop that fills before its cancel leaves nothing for the target to sell', () => {
    const bench = holding();
    bench.tick('10:02', 110);
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:03') });
    expect(bench.order(bench.last('TARGET'))).toMatchObject({ status: 'CANCELED' });
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS']);
    expect(bench.held).toBe(0);
    expect(bench.trades).toMatchObject([{ exitReason: 'stop_loss' }]);
  });

  it('a stop that fills in part before its cancel leaves the rest', () => {
    const bench = holding();
    bench.tick('10:02', 110);
    bench.fill(bench.last('STOP_LOSS'), { fillId: 'a', quantity: 4, price: 95, time: at('10:03') });
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS']);
    bench.report(bench.last('STOP_LOSS'), 'CANCELED', { time: at('10:03') + 5 });
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS', 'TARGET']);
    expect(bench.order(bench.last('TARGET'))).toMatchObject({ quantity: 6, isHeld: false });
    bench.fill(bench.last('TARGET'), { price: 110, time: at('10:04') });
    expect(bench.held).toBe(0);
    expect(bench.planned('SQUARE_OFF')).toEqual([]);
  });

  it('an exit is sent when the stop is gone', () => {
    const bench = holding({ '10:05': LEAVE });
    bench.candle('10:05');
    expect(bench.cancelled).toEqual(['STOP_LOSS']);
    expect(bench.last('EXIT')).toMatchObject({ isHeld: true, quantity: 10 });
    bench.report(bench.last('STOP_LOSS'), 'CANCELED', { time: at('10:06') });
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS', 'EXIT']);
  });

  it('an exit that its stop has overtaken ends, and its signal with it', () => {
    const bench = holding({ '10:05': LEAVE });
    bench.candle('10:05');
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:06') });
    expect(bench.order(bench.last('EXIT'))).toMatchObject({ status: 'CANCELED' });
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS']);
    expect(bench.all('signalChanged').at(-1)).toMatchObject({ signal: { kind: 'EXIT', status: 'CANCELLED' } });
    expect(bench.planned('SQUARE_OFF')).toEqual([]);
  });

  it('a square-off waits for the stop as well', () => {
    const bench = holding();
    bench.command('squareoff', '10:06');
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS']);
    bench.report(bench.last('STOP_LOSS'), 'CANCELED', { time: at('10:06') + 90 });
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS', 'SQUARE_OFF']);
  });

  it('a square-off takes the place of a target on its way', () => {
    const bench = holding();
    bench.tick('10:02', 110);
    bench.report(bench.last('STOP_LOSS'), 'CANCELED', { time: at('10:02') + 50 });
    bench.command('squareoff', '10:03');
    expect(bench.cancelled).toEqual(['STOP_LOSS', 'TARGET']);
    expect(bench.last('SQUARE_OFF')).toMatchObject({ isHeld: true });
    bench.fill(bench.last('TARGET'), { fillId: 'a', quantity: 3, price: 110, time: at('10:03') + 5 });
    bench.report(bench.last('TARGET'), 'CANCELED', { time: at('10:03') + 9 });
    expect(bench.order(bench.last('SQUARE_OFF'))).toMatchObject({ quantity: 7, isHeld: false });
  });

  it('a leg that will not go is told, after twice as long each time', () => {
    const bench = holding();
    bench.command('squareoff', '10:06');
    for (let second = 0; second < 75; second += 1) bench.handle({ type: 'timer', time: at('10:06') + second * 1_000 });
    const told = bench.all('alertRaised').map(({ alert }) => [alert.time - at('10:06'), alert.level, alert.text]);
    const text = expect.stringMatching(/^NSE:RELIANCE: the SELL order of 10 units \(SQUARE_OFF\) waits for a stop/);
    expect(told).toEqual([10_000, 20_000, 40_000].map((waited) => [waited, 'critical', text]));
    expect(bench.cancelled, 'the cancel is still being tried').toEqual(['STOP_LOSS']);
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS']);
  });

  it('a leg whose cancel the broker has refused is cancelled once more', () => {
    const bench = holding();
    bench.command('squareoff', '10:06');
    bench.report(bench.last('STOP_LOSS'), 'PENDING_CANCEL', { time: at('10:06') + 1 });
    bench.report(bench.last('STOP_LOSS'), 'ACCEPTED', { time: at('10:06') + 2 });
    bench.timer('10:06:10');
    expect(bench.cancelled).toEqual(['STOP_LOSS', 'STOP_LOSS']);
  });

  it('an entry filled in parts has a stop for each, and one target that waits for both', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY }), tiesPairs: false });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'), { fillId: 'a', quantity: 4 });
    bench.fill(bench.last('ENTRY'), { fillId: 'b', quantity: 6 });
    bench.tick('10:05', 111);
    const [first, second] = bench.planned('STOP_LOSS');
    if (!first || !second) throw new Error('Expected two stops');
    expect(bench.last('TARGET')).toMatchObject({ quantity: 10, isHeld: true });
    bench.report(first, 'CANCELED', { time: at('10:05') + 9 });
    expect(bench.order(bench.last('TARGET')).isHeld).toBe(true);
    bench.fill(second, { price: 95, time: at('10:05') + 10 });
    expect(bench.order(bench.last('TARGET'))).toMatchObject({ isHeld: false, quantity: 4 });
  });
});

describe('a stop that the broker refuses', () => {
  it('waits with the engine and is sent when the price is there', () => {
    const bench = holding();
    bench.report(bench.last('STOP_LOSS'), 'REJECTED', { reason: 'no', time: at('10:01') });
    bench.tick('10:02', 95.05);
    expect(bench.planned('STOP_LOSS')).toHaveLength(1);
    bench.tick('10:03', 95);
    expect(bench.last('STOP_LOSS')).toMatchObject({ type: 'MARKET', quantity: 10, side: 'SELL', isHeld: false });
    bench.fill(bench.last('STOP_LOSS'), { price: 94.9, time: at('10:03') + 5 });
    expect(bench.trades).toMatchObject([{ exitReason: 'stop_loss' }]);
  });

  it('is tried again with growing pauses, and told when nothing gets through', () => {
    const bench = holding();
    bench.report(bench.last('STOP_LOSS'), 'REJECTED', { time: at('10:01') });
    for (let second = 0; second < 240; second += 1) {
      bench.handle({ type: 'tick', tick: { ...tickAt(at('10:03') + second * 1_000), lastPrice: 94 } });
      const last = bench.order(bench.last('STOP_LOSS'));
      if (last.status === 'INITIALIZED') bench.report(last, 'REJECTED', { time: at('10:03') + second * 1_000 });
    }
    expect(bench.planned('STOP_LOSS')).toHaveLength(1 + 5);
    expect(bench.all('alertRaised').map(({ alert }) => alert.text)).toEqual([
      expect.stringMatching(/NSE:RELIANCE: the stop of 10 units of "scripted" is reached and no order got through/),
    ]);
  });

  it('fires at once where the price has gone beyond it before', () => {
    const bench = holding();
    bench.tick('10:02', 94);
    expect(bench.planned('STOP_LOSS')).toHaveLength(1);
    bench.report(bench.last('STOP_LOSS'), 'REJECTED', { time: at('10:02') + 9 });
    bench.tick('10:03', 94);
    expect(bench.planned('STOP_LOSS')).toHaveLength(2);
  });
});

describe('an exit that the broker refuses', () => {
  it('is sent again five times, then told', () => {
    const bench = holding({ '10:05': LEAVE });
    bench.candle('10:05');
    bench.report(bench.last('STOP_LOSS'), 'CANCELED', { time: at('10:06') });
    bench.report(bench.last('EXIT'), 'REJECTED', { time: at('10:06') });
    for (let second = 0; second < 120; second += 1) {
      const time = at('10:06') + second * 1_000;
      bench.handle({ type: 'timer', time });
      for (const order of bench.planned('SQUARE_OFF')) {
        if (bench.order(order).status === 'INITIALIZED') bench.report(order, 'REJECTED', { time });
      }
    }
    expect(bench.planned('SQUARE_OFF')).toHaveLength(5);
    expect(bench.planned('SQUARE_OFF').every(({ quantity }) => quantity === 10)).toBe(true);
    expect(bench.all('alertRaised').map(({ alert }) => alert.text)).toEqual([
      expect.stringMatching(/10 units of "scripted" are to be closed and no order got through/),
    ]);
  });

  it('is not sent again on another day: the broker has closed the position itself', () => {
    const bench = holding({ '10:05': LEAVE });
    bench.candle('10:05');
    bench.timer('15:20');
    bench.report(bench.last('STOP_LOSS'), 'CANCELED', { time: at('15:29') });
    bench.report(bench.last('EXIT'), 'EXPIRED', { time: at('15:30') });
    bench.timer('15:31');
    bench.timer('09:20', '2026-07-31');
    expect(bench.planned('SQUARE_OFF').filter(({ createdTime }) => createdTime > at('15:30'))).toEqual([]);
  });
});

describe('levels that the engine watches by choice', () => {
  it('keep nothing at the broker', () => {
    const bench = holding({}, { exits: { stop: 'engine', target: 'engine' }, tiesPairs: true });
    expect(sent(bench)).toEqual(['ENTRY']);
    bench.tick('10:02', 95);
    expect(bench.last('STOP_LOSS')).toMatchObject({ type: 'MARKET', quantity: 10 });
    expect(bench.cancelled).toEqual([]);
  });

  it('are not acted on for what a candle fetched later has touched', () => {
    const bench = holding({}, { exits: { stop: 'engine', target: 'engine' } });
    bench.candle('10:05', [100, 111, 94, 100], { provenance: 'backfill' });
    expect(sent(bench)).toEqual(['ENTRY']);
    bench.candle('10:06', [100, 111, 94, 94], { provenance: 'backfill' });
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS']);
  });

  it('are seen within a candle, the stop first', () => {
    const bench = holding({}, { exits: { stop: 'engine', target: 'engine' } });
    bench.candle('10:05', [100, 111, 94, 100]);
    expect(sent(bench)).toEqual(['ENTRY', 'STOP_LOSS']);
  });
});

function tickAt(time: number) {
  const none = { openInterest: null, bid: null, ask: null, sequence: null };
  return { instrumentId: 'NSE:RELIANCE' as Order['instrumentId'], time, volume: 0, ...none };
}
