import { describe, expect, it } from 'vitest';
import { BacktestSession } from '../../../src/backtest/backtest-session.ts';
import type { ProductType } from '../../../src/core/order.ts';
import { formatIst, MINUTE_MS } from '../../../src/core/time.ts';
import type { Trade } from '../../../src/core/trade.ts';
import { enter, exit } from '../../../src/engine/strategy/strategy.ts';
import { DEFAULT_FILL_RULES, type FillRules } from '../../../src/simulation/fill-model.ts';
import { SessionRecorder } from '../../../src/simulation/session-recorder.ts';
import { buildCandle, THURSDAY } from '../../support/build-candle.ts';
import { decideAt, engineOptions, RELIANCE } from '../../support/engine-bench.ts';
import { ist } from '../../support/fixed-calendar.ts';

const FRIDAY = '2026-07-31';
const BUY = enter({ side: 'BUY', stopLoss: 95, target: 110, reason: 'up' });

type Decisions = Parameters<typeof decideAt>[0];

class Story {
  readonly recorder = new SessionRecorder();
  readonly session: BacktestSession;

  constructor(decisions: Decisions, product: ProductType = 'INTRADAY', rules: Partial<FillRules> = {}) {
    const options = engineOptions({ strategy: decideAt(decisions), product });
    this.session = new BacktestSession({ ...options, rules: { ...DEFAULT_FILL_RULES, ...rules } }, (effect) =>
      this.recorder.take(effect),
    );
  }

  candle(clock: string, prices: Parameters<typeof buildCandle>[1], day = THURSDAY): void {
    const candle = buildCandle(clock, prices, { day });
    this.session.onCandle(candle, candle.openTime + MINUTE_MS);
  }

  tick(clock: string, lastPrice: number, day = THURSDAY): void {
    const none = { openInterest: null, bid: null, ask: null, sequence: null };
    this.session.onTick({ instrumentId: RELIANCE.id, time: ist(day, clock), lastPrice, volume: 0, ...none });
  }

  end(): void {
    this.session.drain();
    this.session.closeOut();
  }

  /** `entry@time -> exit@time reason`. */
  get trades(): readonly string[] {
    const text = (time: number): string => formatIst(time).slice(5, 19).replace('T', ' ');
    return this.recorder.trades.map(
      ({ entryPrice, entryTime, exitPrice, exitTime, exitReason }: Trade) =>
        `${entryPrice}@${text(entryTime)} -> ${exitPrice}@${text(exitTime)} ${exitReason}`,
    );
  }
}

describe('a backtest on candles', () => {
  it('enters at the open after the decision and leaves at the stop', () => {
    const story = new Story({ '10:00': BUY });
    story.candle('10:00', 100);
    story.candle('10:01', [101, 102, 100, 101]);
    story.candle('10:02', [101, 101, 94, 96]);
    expect(story.trades).toEqual(['101@07-30 10:01:00 -> 95@07-30 10:02:40 stop_loss']);
    expect(story.recorder.session().orders.map(({ role, status }) => `${role} ${status}`)).toEqual([
      ...['ENTRY FILLED', 'STOP_LOSS FILLED', 'TARGET CANCELED'],
    ]);
  });

  it('leaves at the target, in the candle of the entry if it must', () => {
    const story = new Story({ '10:00': BUY });
    story.candle('10:00', 100);
    story.candle('10:01', [101, 111, 100, 110]);
    expect(story.trades).toEqual(['101@07-30 10:01:00 -> 110@07-30 10:01:40 target']);
  });

  it('leaves at the open after the strategy has said so, its legs withdrawn', () => {
    const story = new Story({ '10:00': BUY, '10:02': exit({ reason: 'enough' }) });
    for (const clock of ['10:00', '10:01', '10:02']) story.candle(clock, 100);
    story.candle('10:03', [94, 94, 93, 94]);
    expect(story.trades).toEqual(['100@07-30 10:01:00 -> 94@07-30 10:03:00 signal']);
  });

  it('turns a position round', () => {
    const short = enter({ side: 'SELL', stopLoss: 105, reason: 'down' });
    const story = new Story({ '10:00': BUY, '10:02': [exit({ reason: 'turn' }), short] });
    for (const clock of ['10:00', '10:01', '10:02', '10:03']) story.candle(clock, 100);
    story.candle('10:04', [100, 106, 100, 106]);
    expect(story.trades).toEqual([
      '100@07-30 10:01:00 -> 100@07-30 10:03:00 signal',
      '100@07-30 10:03:00 -> 105@07-30 10:04:40 stop_loss',
    ]);
  });

  it('squares off at the next price after its time', () => {
    const story = new Story({ '10:00': BUY });
    for (const clock of ['10:00', '10:01']) story.candle(clock, 100);
    story.candle('15:19', 101);
    story.candle('15:21', 102);
    expect(story.trades).toEqual(['100@07-30 10:01:00 -> 102@07-30 15:21:00 square_off']);
  });

  it('squares off at the last price of the day when no other comes', () => {
    const story = new Story({ '10:00': BUY });
    for (const clock of ['10:00', '10:01', '10:02']) story.candle(clock, 100);
    story.candle('09:15', [107, 107, 107, 107], FRIDAY);
    expect(story.trades).toEqual(['100@07-30 10:01:00 -> 100@07-30 15:20:00 square_off']);
  });

  it('holds a delivery overnight: the legs stay, the gap is taken', () => {
    const story = new Story({ '10:00': BUY }, 'DELIVERY');
    for (const clock of ['10:00', '10:01', '15:29']) story.candle(clock, 100);
    story.candle('09:15', [92, 93, 91, 92], FRIDAY);
    expect(story.trades).toEqual(['100@07-30 10:01:00 -> 92@07-31 09:15:00 stop_loss']);
  });

  it('sends what was decided on the last candle at the next open', () => {
    const story = new Story({ '15:29': BUY }, 'DELIVERY');
    story.candle('15:29', 100);
    story.candle('09:15', [103, 104, 102, 103], FRIDAY);
    expect(story.recorder.fills.map(({ price, time }) => [price, time])).toEqual([[103, ist(FRIDAY, '09:15')]]);
  });

  it('closes what is open at the last price when the data ends', () => {
    const story = new Story({ '10:00': BUY }, 'DELIVERY');
    for (const clock of ['10:00', '10:01']) story.candle(clock, 100);
    story.candle('10:02', [101, 102, 101, 101.5]);
    story.end();
    expect(story.trades).toEqual(['100@07-30 10:01:00 -> 101.5@07-30 10:02:59 square_off']);
    expect(story.session.engine.parts.portfolio.open.size).toBe(0);
  });

  it('does not enter on the last price when the data ends', () => {
    const story = new Story({ '15:29': BUY }, 'DELIVERY');
    story.candle('15:29', 100);
    story.end();
    expect(story.recorder.fills).toEqual([]);
    expect(story.recorder.session().orders.map(({ status }) => status)).toEqual(['CANCELED']);
    expect(story.recorder.session().signals.map(({ status }) => status)).toEqual(['CANCELLED']);
  });
});

describe('a backtest on ticks', () => {
  it('closes its candles by the clock and enters at the next tick', () => {
    const story = new Story({ '10:00': BUY });
    story.tick('10:00:05', 100);
    story.tick('10:00:55', 101);
    story.tick('10:01:01', 102);
    expect(story.recorder.session().orders, 'the candle waits for late ticks').toEqual([]);
    story.tick('10:01:02', 103);
    story.tick('10:01:03', 104);
    expect(story.recorder.session().orders[0]).toMatchObject({ createdTime: ist(THURSDAY, '10:01') + 1_500 });
    expect(story.recorder.fills.map(({ price }) => price)).toEqual([103]);
    story.tick('10:02:00', 94);
    expect(story.trades).toEqual(['103@07-30 10:01:02 -> 94@07-30 10:02:00 stop_loss']);
  });

  it('squares off with the clock, and the legs of yesterday are gone today', () => {
    const story = new Story({ '10:00': BUY });
    for (const clock of ['10:00:05', '10:01:02', '10:01:03']) story.tick(clock, 100);
    story.tick('09:15:00', 90, FRIDAY);
    expect(story.trades).toEqual(['100@07-30 10:01:02 -> 100@07-30 15:20:00 square_off']);
    expect(story.recorder.fills).toHaveLength(2);
  });

  it('lets the last candles close when no more ticks come', () => {
    const story = new Story({});
    story.tick('10:00:05', 100);
    expect(story.recorder.candles).toBe(0);
    story.session.drain();
    expect(story.recorder.candles).toBe(1);
    expect(story.session.nextTimer).toBe(Number.POSITIVE_INFINITY);
  });
});
