import { expect, it } from 'vitest';
import type { Candle } from '../../../src/core/candle.ts';
import type { InstrumentId } from '../../../src/core/ids.ts';
import { MINUTE_MS } from '../../../src/core/time.ts';
import type { CandleQuery } from '../../../src/ports/candle-store.ts';
import type { HistorySource } from '../../../src/ports/history-source.ts';
import type { MarketEvent } from '../../../src/ports/market-event.ts';
import type { Outcome } from '../../../src/ports/outcome.ts';
import { GapFiller } from '../../../src/worker/gap-filler.ts';
import { MarketClock } from '../../../src/worker/market-clock.ts';
import { buildCandle } from '../../support/build-candle.ts';

const ID = 'NSE:INFY' as InstrumentId;
const TEN = buildCandle('10:00', 100).openTime;
const at = (minute: number, second = 0): number => TEN + minute * MINUTE_MS + second * 1_000;

class Past implements HistorySource {
  readonly name = 'past';
  readonly asked: CandleQuery[] = [];
  readonly answers: Outcome<readonly Candle[]>[] = [];

  split(query: CandleQuery): readonly CandleQuery[] {
    return [query];
  }

  fetch(part: CandleQuery): Promise<Outcome<readonly Candle[]>> {
    this.asked.push(part);
    const candles: Candle[] = [];
    for (let time = part.from; time < part.to; time += MINUTE_MS) {
      candles.push({
        ...buildCandle('10:00', 100),
        instrumentId: part.instrumentId,
        openTime: time,
        provenance: 'backfill',
      });
    }
    return Promise.resolve(this.answers.shift() ?? { kind: 'done', value: candles });
  }
}

function fillerOver(past: Past, patienceMs = 1_000) {
  const missed: string[] = [];
  const filler = new GapFiller({
    ...{ history: past, clock: new MarketClock(at(60)), patienceMs, signal: new AbortController().signal },
    onFilled: () => {},
    onMissed: (_, reason) => missed.push(reason),
  });
  const opens = async (event: MarketEvent): Promise<number[]> => {
    const times: number[] = [];
    for await (const each of filler.before(event)) {
      if (each.type === 'candle') times.push((each.candle.openTime - TEN) / MINUTE_MS);
    }
    return times;
  };
  return { filler, missed, opens };
}

const gap = (from: number, to: number): MarketEvent => ({ type: 'gap', instrumentIds: [ID], from, to });
const tick = (time: number): MarketEvent => ({
  type: 'tick',
  tick: {
    ...{ instrumentId: ID, time, lastPrice: 100, volume: 0, openInterest: null, bid: null, ask: null, sequence: null },
  },
});
const timer = (time: number): MarketEvent => ({ type: 'timer', time });

it('fetches the minutes that ended in the gap at once, and the one it ended in when that is over', async () => {
  const past = new Past();
  const { opens } = fillerOver(past);
  expect(await opens(gap(at(1, 20), at(4, 10)))).toEqual([1, 2, 3]);
  expect(await opens(timer(at(4, 59)))).toEqual([]);
  expect(await opens(timer(at(5)))).toEqual([4]);
  expect(await opens(timer(at(6)))).toEqual([]);
});

it('fetches nothing before the minute is over when the gap lies inside it', async () => {
  const past = new Past();
  const { opens } = fillerOver(past);
  expect(await opens(gap(at(4, 5), at(4, 10)))).toEqual([]);
  expect(await opens(timer(at(5, 2)))).toEqual([4]);
});

it('fetches a partial minute with the next gap when that comes before its end was seen', async () => {
  const past = new Past();
  const { opens } = fillerOver(past);
  expect(await opens(gap(at(1, 20), at(2, 10)))).toEqual([1]);
  expect(await opens(gap(at(3, 30), at(5, 10)))).toEqual([2, 3, 4]);
  expect(await opens(timer(at(6)))).toEqual([5]);
});

it('waits for the end of a gap that is still open', async () => {
  const past = new Past();
  const { opens } = fillerOver(past);
  expect(await opens(gap(at(1, 20), Number.POSITIVE_INFINITY))).toEqual([]);
  expect(past.asked).toEqual([]);
});

it('asks again when the broker was busy, and says what it could not get', async () => {
  const past = new Past();
  past.answers.push({ kind: 'throttled', retryAfterMs: 1_000 }, { kind: 'transient', reason: 'no connection' });
  const { opens, missed } = fillerOver(past);
  expect(await opens(gap(at(1), at(2)))).toEqual([1]);
  expect(past.asked).toHaveLength(3);
  past.answers.push({ kind: 'refused', code: 'AB1009', reason: 'symbol not found' });
  expect(await opens(gap(at(7), at(9)))).toEqual([]);
  expect(missed).toEqual(['symbol not found']);
});

it('does not hold trading up for longer than its patience', async () => {
  const past = new Past();
  for (let i = 0; i < 50; i += 1) past.answers.push({ kind: 'transient', reason: 'no connection' });
  const { opens, missed } = fillerOver(past, 250);
  expect(await opens(gap(at(1), at(2)))).toEqual([]);
  expect(missed).toEqual(['no connection']);
  expect(past.asked.length).toBeLessThan(6);
});

it('gives the candles of several instruments in order of time, so that none closes another too early', async () => {
  const past = new Past();
  const { filler } = fillerOver(past);
  const other = 'NSE:TCS' as InstrumentId;
  const given: string[] = [];
  const both: MarketEvent = { type: 'gap', instrumentIds: [ID, other], from: at(1, 20), to: at(3, 10) };
  for await (const each of filler.before(both)) {
    if (each.type === 'candle') given.push(`${each.candle.instrumentId} ${(each.candle.openTime - TEN) / MINUTE_MS}`);
  }
  expect(given).toEqual(['NSE:INFY 1', 'NSE:TCS 1', 'NSE:INFY 2', 'NSE:TCS 2']);
});

it('takes the first tick for the time at which an instrument is heard again, when that is later than the link', async () => {
  const past = new Past();
  const { opens } = fillerOver(past);
  expect(await opens(gap(at(1, 20), at(1, 58)))).toEqual([]);
  expect(await opens(tick(at(2, 1))), 'its minute is partial as well').toEqual([1]);
  expect(await opens(tick(at(2, 30)))).toEqual([]);
  expect(await opens(timer(at(3)))).toEqual([2]);
});
