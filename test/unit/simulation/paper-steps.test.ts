import { describe, expect, it } from 'vitest';
import { formatClock } from '../../../src/core/time.ts';
import type { EngineEvent } from '../../../src/ports/engine-event.ts';
import { paperSteps } from '../../../src/simulation/paper-steps.ts';
import { buildCandle, THURSDAY } from '../../support/build-candle.ts';
import { ExchangeFloor } from '../../support/exchange-floor.ts';
import { ist } from '../../support/fixed-calendar.ts';

type Market = Parameters<typeof paperSteps>[2];

const at = (clock: string): number => ist(THURSDAY, clock);

/** Runs one market event and writes down who did what; a `|` is where orders are handed over. */
function run(event: Market, timers: readonly number[] = []): readonly string[] {
  const lines: string[] = [];
  const waiting = [...timers];
  const floor = new ExchangeFloor();
  floor.send({ type: 'LIMIT', limitPrice: 1 }, '09:15');
  floor.onSettle = () => lines.push('exchange');
  const engine = {
    get nextTimer() {
      return waiting[0] ?? Number.POSITIVE_INFINITY;
    },
    tell(told: EngineEvent) {
      if (told.type === 'timer') waiting.shift();
      lines.push(told.type === 'timer' ? `engine ${formatClock(told.time)}` : `engine ${told.type}`);
    },
  };
  for (const _ of paperSteps(engine, floor.exchange, event, (time) => lines.push(`reach ${formatClock(time)}`)))
    lines.push('|');
  return lines;
}

const tick: Market = {
  type: 'tick',
  tick: {
    ...{ instrumentId: buildCandle('10:00', 1).instrumentId, time: at('10:00:30'), lastPrice: 100, volume: 0 },
    ...{ openInterest: null, bid: null, ask: null, sequence: null },
  },
};

describe('a market event on paper', () => {
  it('reaches its time, then goes through the exchange, then to the engine', () => {
    expect(run(tick)).toEqual(['reach 10:00:30', '|', 'exchange', '|', 'engine tick', '|']);
  });

  it('waits for the timers that are due, each of which goes the same way', () => {
    expect(run(tick, [at('10:00:01'), at('10:00:30'), at('10:00:31')])).toEqual([
      ...['reach 10:00:01', '|', 'exchange', '|', 'engine 10:00:01', '|'],
      ...['reach 10:00:30', '|', 'exchange', '|', 'engine 10:00:30', '|'],
      ...['reach 10:00:30', '|', 'exchange', '|', 'engine tick', '|'],
    ]);
  });

  it('of a candle happens at its open', () => {
    const candle: Market = { type: 'candle', candle: buildCandle('10:00', 100) };
    const lines = run(candle, [at('10:00'), at('10:01')]);
    expect(lines.filter((line) => line.startsWith('reach'))).toEqual(['reach 10:00:00', 'reach 10:00:00']);
    expect(lines.at(-2)).toBe('engine candle');
  });

  it('of the clock alone lets the exchange know the time', () => {
    expect(run({ type: 'timer', time: at('15:31') })).toEqual([
      ...['reach 15:31:00', '|', 'exchange', '|', 'engine 15:31:00', '|'],
    ]);
  });
});
