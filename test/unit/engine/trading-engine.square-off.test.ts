import { describe, expect, it } from 'vitest';
import type { Instrument } from '../../../src/core/instrument.ts';
import type { Order } from '../../../src/core/order.ts';
import { enter, exit } from '../../../src/engine/strategy/strategy.ts';
import { TradingEngine } from '../../../src/engine/trading-engine.ts';
import type { Effect, EngineEvent } from '../../../src/ports/engine-event.ts';
import { buildCandle } from '../../support/build-candle.ts';
import { buildFill } from '../../support/build-order.ts';
import { at, decideAt, EngineBench, engineOptions, RELIANCE } from '../../support/engine-bench.ts';
import { testInstrument } from '../../support/fixed-calendar.ts';
import { onCandles, scriptedStrategy } from '../../support/scripted-strategy.ts';

const BUY = enter({ side: 'BUY', stopLoss: 95, target: 110, reason: 'up' });
const MONDAY = '2026-08-03';

function holding(options: Partial<ConstructorParameters<typeof EngineBench>[0]> = {}): EngineBench {
  const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY }), ...options });
  bench.candle('10:00');
  bench.fill(bench.last('ENTRY'));
  return bench;
}

/** Buys on every instrument at 10:00. */
function buyer(instruments: readonly Instrument[]) {
  return scriptedStrategy({ instruments, create: onCandles(() => BUY) });
}

describe('the square-off time', () => {
  it('closes intraday positions before the close', () => {
    const bench = holding();
    expect(bench.engine.nextTimer).toBe(at('15:20'));
    bench.timer('15:19:59');
    expect(bench.planned('SQUARE_OFF')).toEqual([]);
    bench.timer('15:20');
    expect(bench.cancelled).toEqual(['STOP_LOSS', 'TARGET']);
    expect(bench.last('SQUARE_OFF')).toMatchObject({
      ...{
        side: 'SELL',
        quantity: 10,
        type: 'MARKET',
        createdTime: at('15:20'),
        notBefore: at('15:20'),
        deadline: null,
      },
      signalKey: bench.last('ENTRY').signalKey,
    });
    bench.fill(bench.last('SQUARE_OFF'), { price: 99 });
    expect(bench.trades).toMatchObject([{ exitReason: 'square_off' }]);
  });

  it('comes with a candle or a tick as well as with the clock', () => {
    const byCandle = holding();
    byCandle.candle('15:19');
    expect(byCandle.planned('SQUARE_OFF')).toHaveLength(1);
    const byTick = holding();
    byTick.tick('15:20');
    expect(byTick.planned('SQUARE_OFF')).toHaveLength(1);
  });

  it('comes once a day', () => {
    const bench = holding();
    bench.timer('15:20');
    bench.fill(bench.last('SQUARE_OFF'));
    for (const clock of ['15:21', '15:25', '15:30']) bench.timer(clock);
    expect(bench.planned('SQUARE_OFF')).toHaveLength(1);
    expect(bench.engine.nextTimer).toBe(Number.POSITIVE_INFINITY);
    bench.timer('09:00', '2026-07-31');
    expect(bench.engine.nextTimer).toBe(at('15:20', '2026-07-31'));
  });

  it('is as long before the close as configured', () => {
    const bench = new EngineBench({ strategy: decideAt({}), limits: { squareOffBeforeCloseMs: 45 * 60_000 } });
    bench.candle('09:15');
    expect(bench.engine.nextTimer).toBe(at('14:45'));
  });

  it('withdraws entries that are still working', () => {
    const bench = new EngineBench({ strategy: decideAt({ '15:18': BUY }) });
    bench.candle('15:18');
    bench.timer('15:20');
    expect(bench.all('cancelRequested')).toMatchObject([
      { order: { role: 'ENTRY' }, reason: 'Square-off time', time: at('15:20') },
    ]);
  });

  it('undoes an entry that fills after it: no intraday position outlives the day', () => {
    const bench = new EngineBench({ strategy: decideAt({ '15:18': BUY }) });
    bench.candle('15:18');
    bench.timer('15:20');
    bench.fill(bench.last('ENTRY'), { time: at('15:20') + 30 });
    expect(bench.last('SQUARE_OFF')).toMatchObject({ side: 'SELL', quantity: 10, createdTime: at('15:20') + 30 });
    expect(bench.planned('STOP_LOSS')).toEqual([]);
    bench.fill(bench.last('SQUARE_OFF'));
    expect(bench.held).toBe(0);
  });

  it('sells nothing twice: what an exit on its way covers is left to it', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY, '15:18': exit({ reason: 'enough' }) }) });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    bench.candle('15:18');
    bench.timer('15:20');
    expect(bench.planned('SQUARE_OFF')).toEqual([]);
    expect(bench.planned('EXIT')).toHaveLength(1);
  });

  it('leaves what may be held overnight', () => {
    const bench = holding({ product: 'DELIVERY' });
    expect(bench.engine.nextTimer).toBe(Number.POSITIVE_INFINITY);
    bench.timer('15:20');
    bench.timer('15:30');
    expect(bench.planned('SQUARE_OFF')).toEqual([]);
    expect(bench.held).toBe(10);
    expect(bench.engine.nextTimer).toBe(Number.POSITIVE_INFINITY);
  });

  it('follows each instrument to its own close', () => {
    const [share, plain, future, gold] = [
      testInstrument('NSE:TCS', { hasDerivatives: true }),
      testInstrument('NSE:SMALLCAP'),
      testInstrument('NFO:TCS:2026-08-25:FUT', { exchange: 'NFO', kind: 'FUTURE' }),
      testInstrument('MCX:GOLD:2026-08-25:FUT', { exchange: 'MCX', kind: 'FUTURE' }),
    ];
    const bench = new EngineBench({ strategy: buyer([share, plain, future, gold]) });
    for (const { id } of [share, plain, future, gold]) bench.candle('10:00', 100, { instrumentId: id, day: MONDAY });
    for (const entry of bench.planned('ENTRY')) bench.fill(entry);
    const times: string[] = [];
    while (Number.isFinite(bench.engine.nextTimer)) {
      const time = bench.engine.nextTimer;
      bench.handle({ type: 'timer', time });
      for (const { instrumentId, createdTime } of bench.planned('SQUARE_OFF')) {
        if (createdTime === time) times.push(`${instrumentId} ${(time - at('00:00', MONDAY)) / 60_000}`);
      }
    }
    const minutes = (hours: number, rest: number): number => hours * 60 + rest;
    expect(times).toEqual([
      `${share.id} ${minutes(15, 5)}`,
      `${plain.id} ${minutes(15, 20)}`,
      `${future.id} ${minutes(15, 30)}`,
      `${gold.id} ${minutes(23, 20)}`,
    ]);
  });

  it('of one instrument leaves the entries of another alone', () => {
    const [share, future] = [
      testInstrument('NSE:TCS', { hasDerivatives: true }),
      testInstrument('NFO:TCS:2026-08-25:FUT', { exchange: 'NFO', kind: 'FUTURE' }),
    ];
    const bench = new EngineBench({ strategy: buyer([share, future]) });
    for (const { id } of [share, future]) bench.candle('15:03', 100, { instrumentId: id, day: MONDAY });
    bench.timer('15:05', MONDAY);
    expect(bench.all('cancelRequested').map(({ order }) => order.instrumentId)).toEqual([share.id]);
  });

  it('is nothing to a strategy that holds the same share overnight', () => {
    const [day, swing] = ['day', 'swing'].map((id) =>
      scriptedStrategy({ id, instruments: [RELIANCE], create: onCandles(() => BUY) }),
    );
    if (!day || !swing) throw new Error('Expected two strategies');
    const options = engineOptions({ strategy: day });
    const sizing = { kind: 'fixed-quantity', quantity: 10 } as const;
    const engine = new TradingEngine({
      ...options,
      strategies: [...options.strategies, { instance: swing, product: 'DELIVERY', sizing }],
    });
    const planned: Order[] = [];
    const tell = (event: EngineEvent): readonly Effect[] => {
      const effects = engine.handle(event);
      for (const effect of effects) if (effect.type === 'orderPlanned') planned.push(effect.order);
      return effects;
    };
    tell({ type: 'candle', candle: buildCandle('15:00', 100) });
    const [first, second] = planned;
    if (!first || !second) throw new Error('Expected an entry of each strategy');
    tell({ type: 'orderFilled', fill: buildFill(first, { quantity: 4 }) });
    tell({ type: 'orderFilled', fill: buildFill(second, { quantity: 4 }) });
    const effects = tell({ type: 'timer', time: at('15:20') });
    const orders = effects.flatMap((effect) =>
      'order' in effect ? [`${effect.type} ${effect.order.role} ${effect.order.strategyId}`] : [],
    );
    expect(orders).toEqual([
      ...['cancelRequested ENTRY day', 'cancelRequested STOP_LOSS day', 'cancelRequested TARGET day'],
      'orderPlanned SQUARE_OFF day',
    ]);
  });

  it('denies entries from then on', () => {
    const bench = new EngineBench({ strategy: decideAt({ '15:19': BUY, '15:25': BUY }) });
    bench.candle('15:19');
    bench.candle('15:25');
    expect(bench.decided.map(({ status }) => status)).toEqual(['DENIED', 'DENIED']);
    expect(bench.decided[0]?.verdict).toMatchObject({ reason: { code: 'SQUARE_OFF_WINDOW', from: at('15:20') } });
  });

  it('that has passed when the day is first heard of is now', () => {
    const bench = holding();
    bench.timer('15:20');
    bench.report(bench.last('SQUARE_OFF'), 'REJECTED');
    bench.timer('15:24', '2026-07-31');
    expect(bench.planned('SQUARE_OFF').map(({ createdTime }) => createdTime)).toEqual([
      at('15:20'),
      at('15:24', '2026-07-31'),
    ]);
    expect(bench.engine.nextTimer).toBe(Number.POSITIVE_INFINITY);
  });

  it('that has passed when the engine starts is not made up for by an entry', () => {
    const bench = new EngineBench({ strategy: decideAt({ '15:24': BUY }) });
    bench.candle('15:24');
    expect(bench.engine.nextTimer).toBe(Number.POSITIVE_INFINITY);
    expect(bench.planned()).toEqual([]);
  });
});

describe('a command', () => {
  const again = decideAt({ '10:00': BUY, '10:05': BUY, '10:06': BUY });
  const denialOf = (bench: EngineBench) => {
    const verdict = bench.decided.at(-1)?.verdict;
    return verdict?.kind === 'DENIED' ? verdict.reason.code : 'ALLOWED';
  };

  it('to halt stops new entries and leaves everything else as it is', () => {
    const bench = new EngineBench({ strategy: again });
    bench.candle('10:00');
    expect(bench.command('halt', '10:02')).toEqual([
      {
        type: 'switchesChanged',
        switches: { isKilled: false, isPaused: true, pausedStrategies: [] },
        time: at('10:02'),
      },
    ]);
    expect(bench.order(bench.last('ENTRY')).status).toBe('INITIALIZED');
    bench.report(bench.last('ENTRY'), 'EXPIRED');
    bench.candle('10:05');
    expect(denialOf(bench)).toBe('TRADING_PAUSED');
    bench.command('resume', '10:06');
    bench.candle('10:06');
    expect(denialOf(bench)).toBe('ALLOWED');
  });

  it('to kill stops new entries and withdraws those that are working', () => {
    const bench = new EngineBench({ strategy: again });
    bench.candle('10:00');
    bench.command('kill', '10:02');
    expect(bench.all('cancelRequested')).toMatchObject([
      { order: { role: 'ENTRY' }, reason: 'Command "kill"', time: at('10:02') },
    ]);
    bench.report(bench.last('ENTRY'), 'CANCELED');
    bench.candle('10:05');
    expect(denialOf(bench)).toBe('KILL_SWITCH_ON');
    bench.command('resume', '10:06');
    bench.candle('10:06');
    expect(denialOf(bench)).toBe('ALLOWED');
  });

  it('to kill leaves positions and their legs alone, and lets the strategy leave', () => {
    const strategy = decideAt({ '10:00': BUY, '10:05': exit({ reason: 'enough' }) });
    const bench = new EngineBench({ strategy });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    expect(bench.command('kill', '10:02').map(({ type }) => type)).toEqual(['switchesChanged']);
    bench.candle('10:05');
    expect(bench.planned('EXIT')).toHaveLength(1);
  });

  it('to kill does not strip an entry that fills all the same of its legs', () => {
    const bench = new EngineBench({ strategy: again });
    bench.candle('10:00');
    bench.command('kill', '10:02');
    bench.fill(bench.last('ENTRY'), { time: at('10:02') + 1 });
    expect(bench.last('STOP_LOSS')).toMatchObject({ quantity: 10, triggerPrice: 95 });
  });

  it('to square off withdraws entries and closes every position, whatever its product', () => {
    for (const product of ['INTRADAY', 'DELIVERY'] as const) {
      const bench = holding({ product });
      bench.command('squareoff', '11:00');
      expect(bench.cancelled).toEqual(['STOP_LOSS', 'TARGET']);
      expect(bench.last('SQUARE_OFF')).toMatchObject({ side: 'SELL', quantity: 10, product, createdTime: at('11:00') });
    }
  });

  it('to square off, given twice, closes once', () => {
    const bench = holding();
    bench.command('squareoff', '11:00');
    bench.command('squareoff', '11:00');
    bench.command('squareoff', '11:01');
    expect(bench.planned('SQUARE_OFF')).toHaveLength(1);
  });

  it('to square off, given again after the broker refused, tries again', () => {
    const bench = holding();
    bench.command('squareoff', '11:00');
    bench.report(bench.last('SQUARE_OFF'), 'REJECTED');
    bench.command('squareoff', '11:01');
    const [first, second] = bench.planned('SQUARE_OFF');
    expect(second?.quantity).toBe(10);
    expect(second?.clientOrderId).not.toBe(first?.clientOrderId);
  });

  it('to square off undoes an entry that fills after it', () => {
    const bench = new EngineBench({ strategy: again });
    bench.candle('10:00');
    bench.command('squareoff', '10:02');
    bench.fill(bench.last('ENTRY'), { time: at('10:02') + 1 });
    expect(bench.last('SQUARE_OFF')).toMatchObject({ side: 'SELL', quantity: 10 });
  });

  it('to square off outside the session waits for the open', () => {
    const bench = holding({ product: 'DELIVERY' });
    bench.command('squareoff', '18:00');
    expect(bench.last('SQUARE_OFF')).toMatchObject({ createdTime: at('18:00'), notBefore: at('09:15', '2026-07-31') });
  });

  it('to square off without a position does nothing', () => {
    const bench = new EngineBench({ strategy: decideAt({}) });
    expect(bench.command('squareoff', '11:00')).toEqual([]);
  });
});

describe('an instrument that a strategy was not configured for', () => {
  it('is refused: nothing would close its position', () => {
    const other = testInstrument('NSE:OTHER');
    const strategy = scriptedStrategy({
      instruments: [RELIANCE],
      create: onCandles(() => enter({ side: 'BUY', instrumentId: other.id, reason: 'stray' })),
    });
    const bench = new EngineBench({ strategy, instruments: [RELIANCE, other] });
    expect(() => bench.candle('10:00')).toThrow(/"scripted" decided on "NSE:OTHER", which it is not configured for/);
  });
});
