import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../src/core/errors.ts';
import type { InstrumentId } from '../../../src/core/ids.ts';
import { formatClock } from '../../../src/core/time.ts';
import { enter } from '../../../src/engine/strategy/strategy.ts';
import { clockAfter } from '../../support/build-candle.ts';
import { at, EngineBench, RELIANCE } from '../../support/engine-bench.ts';
import { testInstrument } from '../../support/fixed-calendar.ts';
import { type Script, scriptedStrategy } from '../../support/scripted-strategy.ts';

const TCS = testInstrument('NSE:TCS');

function benchOf(script: Partial<Script> & Pick<Script, 'create'>): EngineBench {
  return new EngineBench({ strategy: scriptedStrategy({ instruments: [RELIANCE], ...script }) });
}

const clockOf = (time: number | undefined): string => (time === undefined ? 'none' : formatClock(time).slice(0, 5));

describe('candles that close at one moment', () => {
  it('are all in before a strategy is asked about one of them: two timeframes', () => {
    const seen: string[] = [];
    const bench = benchOf({
      ...{ timeframe: '5m', timeframes: ['15m', '1m'] },
      create: (context) => {
        const [slow, fast] = [context.candles({ timeframe: '15m' }), context.candles({ timeframe: '1m' })];
        return {
          onCandle: ({ openTime }) =>
            void seen.push([openTime, slow.back(0)?.openTime, fast.back(0)?.openTime].map(clockOf).join(' ')),
        };
      },
    });
    for (let minute = 0; minute < 20; minute += 1) bench.candle(clockAfter('09:15', minute));
    expect(seen).toEqual(['09:15 none 09:19', '09:20 none 09:24', '09:25 09:15 09:29', '09:30 09:15 09:34']);
  });

  it('are all in before a group is asked about one of them, ticks or candles', () => {
    for (const source of ['candles', 'ticks'] as const) {
      const seen: string[] = [];
      const bench = benchOf({
        ...{ instruments: [RELIANCE, TCS], scope: 'group' },
        create: (context) => {
          const [one, two] = [context.candles(), context.candles({ instrumentId: TCS.id })];
          return {
            onCandle: ({ instrumentId }) =>
              void seen.push(`${instrumentId} ${clockOf(one.back(0)?.openTime)} ${clockOf(two.back(0)?.openTime)}`),
          };
        },
      });
      for (const minute of [0, 1]) {
        for (const { id } of [RELIANCE, TCS]) {
          if (source === 'candles') bench.candle(clockAfter('10:00', minute), 100, { instrumentId: id });
          else bench.tick(`10:0${minute}:30`, 100, { instrumentId: id });
        }
        while (bench.engine.nextTimer <= at(clockAfter('10:01', minute)) + 1_500) {
          bench.handle({ type: 'timer', time: bench.engine.nextTimer });
        }
      }
      expect(seen, source).toEqual([
        ...['NSE:RELIANCE 10:00 10:00', 'NSE:TCS 10:00 10:00'],
        ...['NSE:RELIANCE 10:01 10:01', 'NSE:TCS 10:01 10:01'],
      ]);
    }
  });

  it('are decided on before those that close after them are in, however late the clock is told', () => {
    const seen: string[] = [];
    const bench = benchOf({
      create: (context) => {
        const candles = context.candles();
        return {
          onCandle: ({ openTime }) => void seen.push(`${clockOf(openTime)} ${clockOf(candles.back(0)?.openTime)}`),
        };
      },
    });
    for (const clock of ['10:00:30', '10:01:30', '10:02:30']) bench.tick(clock);
    bench.timer('10:05');
    expect(seen).toEqual(['10:00 10:00', '10:01 10:01', '10:02 10:02']);
  });

  it('of a group ask for a timer at their end, so that nothing is decided late', () => {
    const bench = benchOf({
      ...{ instruments: [RELIANCE, TCS], scope: 'group' },
      create: () => ({ onCandle: () => enter({ side: 'BUY', reason: 'always' }) }),
    });
    bench.candle('10:00');
    expect(bench.decided).toEqual([]);
    expect(bench.engine.nextTimer).toBe(at('10:01'));
    bench.timer('10:01');
    expect(bench.decided.map(({ createdTime }) => createdTime)).toEqual([at('10:01')]);
  });

  it('are decided in the order of their instruments and strategies', () => {
    const bench = benchOf({
      instruments: [TCS, RELIANCE],
      create: () => ({ onCandle: () => enter({ side: 'BUY', reason: 'always' }) }),
    });
    bench.tick('10:00:10', 100);
    bench.tick('10:00:20', 100, { instrumentId: TCS.id });
    bench.timer('10:01:02');
    expect(bench.decided.map(({ instrumentId }) => instrumentId)).toEqual([TCS.id, RELIANCE.id]);
    expect(bench.planned().map(({ sequence }) => sequence)).toEqual([1, 2]);
  });
});

describe('ticks', () => {
  it('become candles, decided on when they close', () => {
    const bench = benchOf({ create: () => ({ onCandle: () => enter({ side: 'BUY', reason: 'always' }) }) });
    bench.tick('10:00:10', 100);
    bench.tick('10:00:50', 103);
    expect(bench.effects).toEqual([]);
    expect(bench.engine.nextTimer).toBe(at('10:01') + 1_500);
    bench.timer('10:01:02');
    expect(bench.all('candleClosed')).toMatchObject([
      { candle: { open: 100, high: 103, close: 103, provenance: 'live' } },
    ]);
    expect(bench.decided).toMatchObject([{ entryPrice: 103, createdTime: at('10:01:02'), provenance: 'live' }]);
  });

  it('around a gap make candles that say so, until the link is back', () => {
    const bench = benchOf({ create: () => ({ onCandle: () => undefined }) });
    const instrumentIds = [RELIANCE.id];
    bench.tick('10:00:10', 100);
    bench.handle({ type: 'gap', instrumentIds, from: at('10:00:10'), to: Number.POSITIVE_INFINITY });
    bench.timer('10:01:02');
    bench.handle({ type: 'gap', instrumentIds, from: at('10:00:10'), to: at('10:01:20') });
    bench.tick('10:01:30', 101);
    bench.timer('10:02:02');
    bench.tick('10:02:30', 102);
    bench.timer('10:03:02');
    const provenances = bench.all('candleClosed').map(({ candle }) => candle.provenance);
    expect(provenances).toEqual(['live-with-gap', 'live-with-gap', 'live']);
  });

  it('are shown to the strategies that ask for them, with the latest closed candle', () => {
    const prices: number[] = [];
    const bench = benchOf({
      create: () => ({
        onCandle: () => undefined,
        onTick: ({ lastPrice }) => {
          prices.push(lastPrice);
          return lastPrice > 104 ? enter({ side: 'BUY', reason: 'up' }) : undefined;
        },
      }),
    });
    bench.tick('10:00:10', 105);
    bench.timer('10:01:02');
    bench.tick('10:01:10', 103);
    bench.tick('10:01:11', 106);
    expect(prices, 'not before its first candle').toEqual([103, 106]);
    expect(bench.decided).toMatchObject([{ candleTime: at('10:00'), entryPrice: 106, createdTime: at('10:01:11') }]);
  });

  it('that are refused are shown to nobody and set no price', () => {
    const prices: number[] = [];
    const bench = benchOf({
      create: () => ({ onCandle: () => undefined, onTick: ({ lastPrice }) => void prices.push(lastPrice) }),
    });
    bench.candle('10:00', 100);
    bench.tick('10:01:10', -1);
    bench.tick('09:00:00', 120);
    bench.tick('15:31:00', 120);
    expect(prices).toEqual([]);
    expect(bench.engine.parts.market.get(RELIANCE.id).lastPrice.price).toBe(100);
  });

  it('of other instruments are nothing to the engine', () => {
    const bench = benchOf({ create: () => ({ onCandle: () => undefined }) });
    expect(bench.tick('10:00:10', 100, { instrumentId: 'NSE:OTHER' as InstrumentId })).toEqual([]);
  });
});

describe('a candle', () => {
  it('that is refused changes nothing', () => {
    const bench = benchOf({ create: () => ({ onCandle: () => enter({ side: 'BUY', reason: 'always' }) }) });
    bench.candle('10:00', 100);
    expect(bench.candle('10:00', 120)).toEqual([]);
    expect(bench.candle('08:00', 120)).toEqual([]);
    expect(bench.engine.parts.market.get(RELIANCE.id).lastPrice.price).toBe(100);
    expect(bench.engine.parts.candles.candleRefusals).toMatchObject({ 'out-of-order': 2 });
  });

  it('of an instrument outside the universe is an invariant error', () => {
    const bench = benchOf({ create: () => ({ onCandle: () => undefined }) });
    expect(() => bench.candle('10:00', 100, { instrumentId: 'NSE:OTHER' as InstrumentId })).toThrow(InvariantError);
  });

  it('gives the engine its time: it never goes back', () => {
    const bench = benchOf({ create: () => ({ onCandle: () => enter({ side: 'BUY', reason: 'always' }) }) });
    bench.timer('10:30');
    bench.candle('10:00', 100);
    expect(bench.decided[0]?.createdTime, 'seen late').toBe(at('10:30'));
  });
});

describe('a day', () => {
  it('ends for the strategies with the first event of the next', () => {
    const lines: string[] = [];
    const bench = benchOf({
      create: () => ({
        onCandle: ({ openTime }) => void lines.push(`candle ${clockOf(openTime)}`),
        onSessionStart: ({ open }) => void lines.push(`start ${clockOf(open)}`),
        onSessionEnd: ({ close }) => void lines.push(`end ${clockOf(close)}`),
      }),
    });
    bench.candle('10:00');
    bench.timer('15:30');
    expect(lines).toEqual(['start 09:15', 'candle 10:00']);
    bench.timer('00:00', '2026-07-31');
    expect(lines.at(-1)).toBe('end 15:30');
    bench.candle('09:15', 100, { day: '2026-07-31' });
    expect(lines).toEqual(['start 09:15', 'candle 10:00', 'end 15:30', 'start 09:15', 'candle 09:15']);
  });

  it('of Muhurat trading has its own hours', () => {
    const bench = benchOf({ create: () => ({ onCandle: () => undefined }) });
    expect(bench.candle('10:00', 100, { day: '2026-11-08' })).toEqual([]);
    expect(bench.candle('18:00', 100, { day: '2026-11-08' })).toHaveLength(1);
    expect(bench.engine.nextTimer).toBe(at('19:05', '2026-11-08'));
  });
});
