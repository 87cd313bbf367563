import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../src/core/errors.ts';
import type { Verdict } from '../../../src/core/signal.ts';
import { type Decision, enter, exit } from '../../../src/engine/strategy/strategy.ts';
import { at, decideAt, EngineBench, RELIANCE } from '../../support/engine-bench.ts';
import { testInstrument } from '../../support/fixed-calendar.ts';
import { scriptedStrategy } from '../../support/scripted-strategy.ts';

const BUY = enter({ side: 'BUY', stopLoss: 95, reason: 'up' });

function codeOf(verdict: Verdict | undefined): string {
  return verdict?.kind === 'DENIED' ? verdict.reason.code : 'ALLOWED';
}

/** Decides on every tick. */
function onTicks(decide: () => Decision) {
  return scriptedStrategy({
    ...{ instruments: [RELIANCE], timeframe: '5m' },
    create: () => ({ onCandle: () => undefined, onTick: () => decide() }),
  });
}

/** Past the first candle of five minutes, which is the warm-up. */
function warm(bench: EngineBench): EngineBench {
  for (let minute = 0; minute < 5; minute += 1) bench.candle(`10:0${minute}`);
  return bench;
}

describe('a denied signal', () => {
  it('is told once, with its reason, and asks for nothing', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY }), limits: { maxOrderValuePaise: 50_000 } });
    expect(bench.candle('10:00').map(({ type }) => type)).toEqual(['candleClosed', 'signalDecided']);
    expect(bench.decided).toMatchObject([{ status: 'DENIED', quantity: 10 }]);
    expect(codeOf(bench.decided[0]?.verdict)).toBe('MAX_ORDER_VALUE');
  });

  it('keeps its one verdict however often the strategy repeats itself on the same candle', () => {
    const bench = warm(new EngineBench({ strategy: onTicks(() => BUY), limits: { maxOrderValuePaise: 50_000 } }));
    for (const clock of ['10:05:01', '10:05:02', '10:05:03']) bench.tick(clock);
    expect(bench.decided.map(({ status, candleTime }) => [status, candleTime])).toEqual([['DENIED', at('10:00')]]);
  });
});

describe('a decision', () => {
  it('is taken once for each candle and kind, though the trade it made is over', () => {
    const bench = warm(new EngineBench({ strategy: onTicks(() => BUY) }));
    bench.tick('10:05:01');
    bench.fill(bench.last('ENTRY'), { time: at('10:05:02') });
    bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:05:03') });
    expect(bench.held).toBe(0);
    for (const clock of ['10:05:04', '10:06', '10:09:59']) bench.tick(clock);
    expect(bench.planned('ENTRY')).toHaveLength(1);
    expect(bench.decided).toHaveLength(1);
    bench.timer('10:10:02');
    bench.tick('10:10:03');
    expect(bench.planned('ENTRY'), 'another candle, another decision').toHaveLength(2);
    expect(new Set(bench.planned('ENTRY').map((order) => order.clientOrderId)).size).toBe(2);
  });

  it('is not taken again the next morning on the last candle of the day before', () => {
    const strategy = scriptedStrategy({
      instruments: [RELIANCE],
      create: () => ({ onCandle: () => BUY, onTick: () => BUY }),
    });
    const bench = new EngineBench({ strategy, product: 'DELIVERY' });
    bench.candle('15:29');
    expect(bench.decided).toHaveLength(1);
    bench.report(bench.last('ENTRY'), 'EXPIRED');
    for (const day of ['2026-07-31', '2026-08-01', '2026-08-02']) bench.timer('00:00', day);
    bench.tick('09:15:01', 100, { day: '2026-08-03' });
    expect(bench.decided).toHaveLength(1);
  });

  it('may hold an exit and an entry for one candle, and signals for several instruments', () => {
    const tcs = testInstrument('NSE:TCS');
    const strategy = scriptedStrategy({
      ...{ instruments: [RELIANCE, tcs], scope: 'group' },
      create: () => ({
        onCandle: ({ instrumentId }) =>
          instrumentId === RELIANCE.id
            ? [exit({ reason: 'out' }), BUY, enter({ side: 'SELL', instrumentId: tcs.id, reason: 'hedge' }), BUY]
            : undefined,
      }),
    });
    const bench = new EngineBench({ strategy });
    bench.candle('10:00');
    bench.candle('10:00', 50, { instrumentId: tcs.id });
    bench.timer('10:01');
    expect(bench.decided.map(({ kind, instrumentId, status }) => [kind, instrumentId, status])).toEqual([
      ['EXIT', RELIANCE.id, 'DENIED'],
      ['ENTRY', RELIANCE.id, 'ACTIVE'],
      ['ENTRY', tcs.id, 'ACTIVE'],
    ]);
  });

  it('of nothing has no effect', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': [] }) });
    expect(bench.candle('10:00').map(({ type }) => type)).toEqual(['candleClosed']);
  });

  it('with a stop that is no number is an invariant error', () => {
    const stopLoss = Number.NaN;
    const bench = new EngineBench({ strategy: decideAt({ '10:00': enter({ side: 'BUY', stopLoss, reason: 'bug' }) }) });
    expect(() => bench.candle('10:00')).toThrow(InvariantError);
  });
});

describe('the account that risk sees', () => {
  it('counts entries on their way: no second one while the first is working', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY, '10:01': BUY, '10:02': BUY }) });
    bench.candle('10:00');
    bench.candle('10:01');
    expect(codeOf(bench.decided.at(-1)?.verdict)).toBe('DUPLICATE_EXPOSURE');
    bench.report(bench.last('ENTRY'), 'EXPIRED');
    bench.candle('10:02');
    expect(codeOf(bench.decided.at(-1)?.verdict)).toBe('ALLOWED');
  });

  it('has money tied up in positions and in entries on their way', () => {
    const [tcs, infy] = [testInstrument('NSE:TCS'), testInstrument('NSE:INFY')];
    const strategy = scriptedStrategy({
      instruments: [RELIANCE, tcs, infy],
      create: () => ({ onCandle: () => enter({ side: 'BUY', quantity: 3_500, reason: 'large' }) }),
    });
    const bench = new EngineBench({ strategy, product: 'DELIVERY' });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    bench.candle('10:00', 100, { instrumentId: tcs.id });
    bench.candle('10:00', 100, { instrumentId: infy.id });
    expect(bench.decided.map(({ verdict }) => codeOf(verdict))).toEqual(['ALLOWED', 'ALLOWED', 'INSUFFICIENT_MARGIN']);
    expect(bench.decided[2]?.verdict).toMatchObject({
      reason: { neededPaise: 35_000_000, availablePaise: 100_000_000 - 70_000_000 },
    });
  });

  it('counts open and pending positions', () => {
    const others = ['NSE:TCS', 'NSE:INFY', 'NSE:SBIN'].map((id) => testInstrument(id));
    const strategy = scriptedStrategy({
      instruments: [RELIANCE, ...others],
      create: () => ({ onCandle: () => BUY }),
    });
    const bench = new EngineBench({ strategy, limits: { maxOpenPositions: 2 } });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    for (const { id } of others) bench.candle('10:00', 100, { instrumentId: id });
    expect(bench.decided.map(({ verdict }) => codeOf(verdict))).toEqual([
      ...['ALLOWED', 'ALLOWED', 'MAX_OPEN_POSITIONS', 'MAX_OPEN_POSITIONS'],
    ]);
  });

  it('counts the orders of the day and starts again the next', () => {
    const strategy = decideAt({ '10:00': BUY, '10:05': BUY });
    const bench = new EngineBench({ strategy, limits: { maxOrdersPerDay: 2 } });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    bench.fill(bench.last('STOP_LOSS'), { price: 95 });
    bench.candle('10:05');
    expect(codeOf(bench.decided.at(-1)?.verdict)).toBe('MAX_ORDERS_PER_DAY');
    bench.candle('10:00', 100, { day: '2026-07-31' });
    expect(codeOf(bench.decided.at(-1)?.verdict)).toBe('ALLOWED');
  });

  it('locks after losses in a row and opens again the next day', () => {
    const strategy = decideAt({ '10:00': BUY, '10:05': BUY, '10:10': BUY });
    const bench = new EngineBench({ strategy, limits: { losingStreak: 2 } });
    for (const clock of ['10:00', '10:05']) {
      bench.candle(clock);
      bench.fill(bench.last('ENTRY'));
      bench.fill(bench.last('STOP_LOSS'), { price: 95 });
    }
    bench.candle('10:10');
    expect(codeOf(bench.decided.at(-1)?.verdict)).toBe('LOSING_STREAK_LOCK');
    bench.candle('10:00', 100, { day: '2026-07-31' });
    expect(codeOf(bench.decided.at(-1)?.verdict)).toBe('ALLOWED');
  });

  it('loses no more than the daily limit, open losses included, and starts again the next day', () => {
    const tcs = testInstrument('NSE:TCS');
    const strategy = scriptedStrategy({ instruments: [RELIANCE, tcs], create: () => ({ onCandle: () => BUY }) });
    const bench = new EngineBench({ strategy, product: 'DELIVERY', limits: { dailyLossPaise: 40_000 } });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    bench.candle('10:01', [100, 100, 60, 60]);
    bench.candle('10:01', 100, { instrumentId: tcs.id });
    expect(codeOf(bench.decided.at(-1)?.verdict)).toBe('DAILY_LOSS_LIMIT');
    bench.candle('10:00', 100, { instrumentId: tcs.id, day: '2026-07-31' });
    expect(codeOf(bench.decided.at(-1)?.verdict)).toBe('ALLOWED');
  });

  it('is asked nothing by an exit: no limit locks a position in', () => {
    const strategy = decideAt({ '10:00': BUY, '10:05': exit({ reason: 'out' }) });
    const bench = new EngineBench({
      strategy,
      limits: { maxOrdersPerDay: 1, dailyLossPaise: 1, maxOrdersPerMinute: 1 },
    });
    bench.candle('10:00');
    bench.fill(bench.last('ENTRY'));
    bench.candle('10:05', 50);
    expect(codeOf(bench.decided.at(-1)?.verdict)).toBe('ALLOWED');
    expect(bench.planned('EXIT')).toHaveLength(1);
  });
});
