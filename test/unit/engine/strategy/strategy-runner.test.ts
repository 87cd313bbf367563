import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../../src/core/candle.ts';
import { InvariantError } from '../../../../src/core/errors.ts';
import type { InstrumentId } from '../../../../src/core/ids.ts';
import type { Instrument } from '../../../../src/core/instrument.ts';
import type { MarketSession } from '../../../../src/core/market-session.ts';
import type { Position } from '../../../../src/core/position.ts';
import type { Tick } from '../../../../src/core/tick.ts';
import { formatIst } from '../../../../src/core/time.ts';
import type { Timeframe } from '../../../../src/core/timeframe.ts';
import type { Indicator } from '../../../../src/engine/indicators/indicator.ts';
import { enter, type StrategyContext, type StrategyHandlers } from '../../../../src/engine/strategy/strategy.ts';
import { StrategyRunner } from '../../../../src/engine/strategy/strategy-runner.ts';
import { buildCandle, clockAfter } from '../../../support/build-candle.ts';
import { buildFill, buildOrder } from '../../../support/build-order.ts';
import { dayNumber, fixedCalendar, ist, testInstrument } from '../../../support/fixed-calendar.ts';
import { type Script, scriptedStrategy } from '../../../support/scripted-strategy.ts';

const RELIANCE = testInstrument('NSE:RELIANCE');
const TCS = testInstrument('NSE:TCS');
const GOLD = testInstrument('MCX:GOLD', { exchange: 'MCX', kind: 'FUTURE' });

function flat(instrumentId: InstrumentId): Position {
  const strategyId = buildOrder().strategyId;
  return {
    ...{ strategyId, instrumentId, product: 'INTRADAY', quantity: 0, averagePrice: 0 },
    ...{ openedTime: null, realisedPaise: 0, chargesPaise: 0 },
  };
}

function runnerOf(script: Omit<Script, 'instruments'> & { instruments?: readonly Instrument[] }): StrategyRunner {
  const instruments = script.instruments ?? [RELIANCE];
  return new StrategyRunner(scriptedStrategy({ ...script, instruments }), instruments, flat);
}

function sessionOf(candle: Candle, instrument = RELIANCE): MarketSession | null {
  return fixedCalendar.sessionOn(instrument, dayNumber(formatIst(candle.openTime).slice(0, 10)));
}

/** What the engine does with a closed candle. */
function close(runner: StrategyRunner, candle: Candle, timeframe: Timeframe = '1m', instrument = RELIANCE) {
  const feed = runner.feed(instrument.id, timeframe);
  feed.take(candle, sessionOf(candle, instrument));
  return feed.decides ? runner.decide(feed, candle) : undefined;
}

class LastClose implements Indicator<number> {
  readonly warmUp = 1;
  value: number | undefined;
  update(candle: Candle): void {
    this.value = candle.close;
  }
}

function tickAt(clock: string, instrument = RELIANCE): Tick {
  return {
    ...{ instrumentId: instrument.id, time: ist('2026-07-30', clock), lastPrice: 100, volume: 0 },
    ...{ openInterest: null, bid: null, ask: null, sequence: null },
  };
}

describe('a strategy runner', () => {
  it('feeds indicators before it asks', () => {
    const seen: (number | undefined)[] = [];
    const runner = runnerOf({
      create: (context) => {
        const last = context.use(new LastClose());
        return { onCandle: () => void seen.push(last.value) };
      },
    });
    close(runner, buildCandle('09:15', 101));
    close(runner, buildCandle('09:16', 102));
    expect(seen).toEqual([101, 102]);
  });

  it('does not ask before the warm-up: the first candle asked about is number warmUp', () => {
    const asked: number[] = [];
    const runner = runnerOf({ warmUp: 3, create: () => ({ onCandle: (candle) => void asked.push(candle.close) }) });
    for (let n = 1; n <= 5; n += 1) close(runner, buildCandle(clockAfter('09:15', n), n));
    expect(asked).toEqual([3, 4, 5]);
  });

  it('counts the warm-up of each instrument by itself', () => {
    const asked: string[] = [];
    const runner = runnerOf({
      ...{ warmUp: 2, scope: 'group', instruments: [RELIANCE, TCS] },
      create: () => ({ onCandle: ({ instrumentId }) => void asked.push(instrumentId) }),
    });
    close(runner, buildCandle('09:15', 1));
    close(runner, buildCandle('09:16', 1));
    close(runner, buildCandle('09:16', 1, { instrumentId: TCS.id }), '1m', TCS);
    expect(asked).toEqual([RELIANCE.id]);
  });

  it('does not ask about ticks before the warm-up either', () => {
    const asked: number[] = [];
    const create = (): StrategyHandlers => ({ onCandle: () => undefined, onTick: ({ time }) => void asked.push(time) });
    const runner = runnerOf({ warmUp: 2, create });
    expect(runner.watchesTicks).toBe(true);
    runner.onTick(tickAt('09:15'));
    close(runner, buildCandle('09:15', 1));
    runner.onTick(tickAt('09:16'));
    expect(asked).toEqual([]);
    close(runner, buildCandle('09:16', 1));
    runner.onTick(tickAt('09:17'));
    expect(asked).toEqual([tickAt('09:17').time]);
  });

  it('shows candles of the configured timeframe and of the others, newest first', () => {
    const runner = runnerOf({
      ...{ timeframe: '1m', timeframes: ['5m'] },
      create: (context) => {
        const [own, slow] = [context.candles(), context.candles({ timeframe: '5m' })];
        return {
          onCandle: () =>
            void seen.push([own.back(0)?.close, own.back(1)?.close, own.length, slow.back(0)?.close, slow.length]),
        };
      },
    });
    const seen: unknown[] = [];
    close(runner, buildCandle('09:18', 1));
    close(runner, buildCandle('09:15', 9, { timeframe: '5m' }), '5m');
    close(runner, buildCandle('09:19', 2));
    expect(seen).toEqual([
      [1, undefined, 1, undefined, 0],
      [2, 1, 2, 9, 1],
    ]);
  });

  it('says so when candles are asked for too late to have been kept', () => {
    const runner = runnerOf({ create: (context) => ({ onCandle: () => void context.candles().back(0) }) });
    expect(() => close(runner, buildCandle('09:15', 1))).toThrow(InvariantError);
  });

  it('knows its instrument, timeframe and own position', () => {
    const contexts: StrategyContext<object>[] = [];
    runnerOf({
      ...{ scope: 'group', instruments: [RELIANCE, TCS], timeframe: '5m' },
      create: (context) => {
        contexts.push(context);
        return { onCandle: () => undefined };
      },
    });
    const [context] = contexts;
    expect(context).toMatchObject({ instrument: RELIANCE, instruments: [RELIANCE, TCS], timeframe: '5m' });
    expect(context?.position().instrumentId).toBe(RELIANCE.id);
    expect(context?.position(TCS.id).instrumentId).toBe(TCS.id);
    expect(context?.session()).toBeNull();
  });

  it('decides on the configured timeframe only', () => {
    const runner = runnerOf({
      ...{ timeframe: '1m', timeframes: ['5m', '1m'] },
      create: () => ({ onCandle: () => enter({ side: 'BUY', reason: 'always' }) }),
    });
    expect(runner.instance.timeframes, 'each once').toEqual(['1m', '5m']);
    expect(close(runner, buildCandle('09:15', 9, { timeframe: '5m' }), '5m')).toBeUndefined();
    expect(close(runner, buildCandle('09:19', 9))).toMatchObject({ kind: 'ENTRY' });
  });

  it('feeds an indicator the instrument and timeframe it asked for', () => {
    const closes: Record<string, number | undefined> = {};
    const runner = runnerOf({
      ...{ scope: 'group', instruments: [RELIANCE, TCS], timeframes: ['5m'] },
      create: (context) => {
        const own = context.use(new LastClose());
        const slow = context.use(new LastClose(), { timeframe: '5m' });
        const other = context.use(new LastClose(), { instrumentId: TCS.id });
        return {
          onCandle: () => void Object.assign(closes, { own: own.value, slow: slow.value, other: other.value }),
        };
      },
    });
    close(runner, buildCandle('09:15', 5, { timeframe: '5m' }), '5m');
    close(runner, buildCandle('09:19', 2, { instrumentId: TCS.id }), '1m', TCS);
    close(runner, buildCandle('09:19', 1));
    expect(closes).toEqual({ own: 1, slow: 5, other: 2 });
  });

  it('refuses an instrument or timeframe that it is not configured for', () => {
    const runner = runnerOf({ create: () => ({ onCandle: () => undefined }) });
    expect(() => runner.feed(TCS.id, '1m')).toThrow(InvariantError);
    expect(() => runner.feed(RELIANCE.id, '5m')).toThrow(/"scripted" asked for NSE:RELIANCE 5m/);
    expect(() =>
      runnerOf({
        create: (context) => {
          context.use(new LastClose(), { timeframe: '3m' });
          return { onCandle: () => undefined };
        },
      }),
    ).toThrow(InvariantError);
  });

  it('needs an instrument', () => {
    expect(() => runnerOf({ instruments: [], create: () => ({ onCandle: () => undefined }) })).toThrow(InvariantError);
  });

  it('hands fills on', () => {
    const fills: string[] = [];
    const runner = runnerOf({
      create: () => ({ onCandle: () => undefined, onFill: ({ fillId }) => void fills.push(fillId) }),
    });
    runner.onFill({ ...buildFill(buildOrder()), chargesPaise: 1, sequence: 2 });
    expect(fills).toEqual(['testorder0000001-1']);
    expect(runner.watchesTicks).toBe(false);
    expect(runner.onTick(tickAt('09:15'))).toBeUndefined();
  });
});

describe('sessions', () => {
  function journal(script: Partial<Script> = {}): { runner: StrategyRunner; lines: string[] } {
    const lines: string[] = [];
    const time = (session: MarketSession | null): string => (session ? formatIst(session.open).slice(5, 16) : 'none');
    const runner = runnerOf({
      ...script,
      create: (context) => ({
        onCandle: (candle) => void lines.push(`candle ${candle.close} in ${time(context.session())}`),
        onSessionStart: (session) => void lines.push(`start ${time(session)}`),
        onSessionEnd: (session) => void lines.push(`end ${time(session)}, still ${time(context.session())}`),
      }),
    });
    return { runner, lines };
  }

  it('start before their first candle is asked about and end before the next one starts', () => {
    const { runner, lines } = journal();
    close(runner, buildCandle('09:15', 1));
    close(runner, buildCandle('09:16', 2));
    close(runner, buildCandle('09:15', 3, { day: '2026-07-31' }));
    expect(lines).toEqual([
      ...['start 07-30T09:15', 'candle 1 in 07-30T09:15', 'candle 2 in 07-30T09:15'],
      ...['end 07-30T09:15, still 07-30T09:15', 'start 07-31T09:15', 'candle 3 in 07-31T09:15'],
    ]);
  });

  it('end once when the engine says so, and only if one was running', () => {
    const { runner, lines } = journal();
    runner.endSession();
    close(runner, buildCandle('09:15', 1));
    runner.endSession();
    runner.endSession();
    close(runner, buildCandle('09:15', 2, { day: '2026-07-31' }));
    expect(lines).toEqual([
      ...['start 07-30T09:15', 'candle 1 in 07-30T09:15', 'end 07-30T09:15, still 07-30T09:15'],
      ...['start 07-31T09:15', 'candle 2 in 07-31T09:15'],
    ]);
  });

  it('start during the warm-up too, so that a day-long value begins with its day', () => {
    const { runner, lines } = journal({ warmUp: 2 });
    close(runner, buildCandle('09:15', 1));
    expect(lines).toEqual(['start 07-30T09:15']);
  });

  it('of one day are one for a group whose instruments open at different times', () => {
    const { runner, lines } = journal({ scope: 'group', instruments: [GOLD, RELIANCE] });
    close(runner, buildCandle('09:14', 1, { instrumentId: GOLD.id }), '1m', GOLD);
    close(runner, buildCandle('09:15', 2));
    close(runner, buildCandle('09:15', 3, { instrumentId: GOLD.id }), '1m', GOLD);
    expect(lines).toEqual([
      ...['start 07-30T09:00', 'candle 1 in 07-30T09:00'],
      ...['candle 2 in 07-30T09:15', 'candle 3 in 07-30T09:00'],
    ]);
  });
});
