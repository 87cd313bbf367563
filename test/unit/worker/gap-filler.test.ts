import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../src/core/candle.ts';
import type { InstrumentId } from '../../../src/core/ids.ts';
import { HOUR_MS, MINUTE_MS } from '../../../src/core/time.ts';
import type { CandleQuery } from '../../../src/ports/candle-store.ts';
import type { HistorySource } from '../../../src/ports/history-source.ts';
import type { MarketEvent } from '../../../src/ports/market-event.ts';
import type { Outcome } from '../../../src/ports/outcome.ts';
import { GapFiller } from '../../../src/worker/gap-filler.ts';
import { MarketClock } from '../../../src/worker/market-clock.ts';
import { buildCandle } from '../../support/build-candle.ts';
import { fixedCalendar, ist, testInstrument } from '../../support/fixed-calendar.ts';
import { ScriptedHistory } from '../../support/scripted-history.ts';

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

describe('of a session that opens after the gap', () => {
  const [FRIDAY, MONDAY] = ['2026-11-13', '2026-11-16'];
  const SHARE = testInstrument('NSE:INFY');
  const IDS = Array.from({ length: 200 }, (_, index) => `NSE:SHARE${index}` as InstrumentId);

  /** A history that gives no part for a span without a session, as the broker's does. */
  function weekendFiller(now: number) {
    const clock = new MarketClock(now);
    const past = new ScriptedHistory({ calendar: fixedCalendar, hours: SHARE, now: () => clock.now() });
    const split = past.split.bind(past);
    past.split = (query) => split(query).filter(({ from, to }) => hasSession(from, to));
    const filler = new GapFiller({
      ...{ history: past, clock, patienceMs: 1_000, signal: new AbortController().signal },
      ...{ onFilled: () => {}, onMissed: () => {} },
    });
    const opens = async (event: MarketEvent): Promise<number[]> => {
      if (event.type === 'tick' || event.type === 'timer')
        clock.reach(event.type === 'tick' ? event.tick.time : event.time);
      const times: number[] = [];
      for await (const each of filler.before(event)) if (each.type === 'candle') times.push(each.candle.openTime);
      return times;
    };
    return { past, opens };
  }
  function hasSession(from: number, to: number): boolean {
    const session = fixedCalendar.nextSession(SHARE, from);
    return session !== null && session.open < to;
  }
  const heard = (instrumentId: InstrumentId, time: number): MarketEvent => {
    const { tick: plain } = tick(time) as Extract<MarketEvent, { type: 'tick' }>;
    return { type: 'tick', tick: { ...plain, instrumentId } };
  };

  it('asks nothing, neither at once nor when the market has opened', async () => {
    const back = ist(MONDAY, '08:30:20');
    const { past, opens } = weekendFiller(back + HOUR_MS);
    expect(await opens({ type: 'gap', instrumentIds: IDS, from: ist(FRIDAY, '16:00'), to: back })).toEqual([]);
    expect(await opens(timer(ist(MONDAY, '08:31')))).toEqual([]);
    const open = ist(MONDAY, '09:15');
    for (const [index, id] of IDS.entries()) expect(await opens(heard(id, open + index * 1_000))).toEqual([]);
    expect(await opens(timer(open + 4 * MINUTE_MS))).toEqual([]);
    expect(past.calls).toEqual([]);
  });

  it('asks for what was missed of the session before, and no more', async () => {
    const back = ist(MONDAY, '08:30:20');
    const { past, opens } = weekendFiller(back + HOUR_MS);
    const missed = await opens({ type: 'gap', instrumentIds: [ID], from: ist(FRIDAY, '15:28:30'), to: back });
    expect(missed).toEqual([ist(FRIDAY, '15:28'), ist(FRIDAY, '15:29')]);
    const calls = past.calls.length;
    expect(await opens(tick(ist(MONDAY, '09:15:01')))).toEqual([]);
    expect(await opens(timer(ist(MONDAY, '09:16')))).toEqual([]);
    expect(past.calls).toHaveLength(calls);
  });

  it.each([
    ['the link was back only just before it', '09:14:30', '09:15:01', ['09:15']],
    ['the link was back within its first minute', '09:15:10', '09:15:20', ['09:15']],
    ['the link was back soon before it, by a clock that may be behind', '09:13:01', '09:16:01', ['09:15', '09:16']],
  ])('fetches its first minute when %s', async (_, back, first, fetched) => {
    const { opens } = weekendFiller(ist(MONDAY, '09:17:02'));
    const got = await opens({ type: 'gap', instrumentIds: [ID], from: ist(FRIDAY, '16:00'), to: ist(MONDAY, back) });
    got.push(...(await opens(tick(ist(MONDAY, first)))));
    got.push(...(await opens(timer(ist(MONDAY, '09:17:10')))));
    expect([...new Set(got)]).toEqual(fetched.map((clock) => ist(MONDAY, clock)));
  });
});
