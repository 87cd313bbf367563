import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AngelOneHistory } from '../../../../src/brokers/angel-one/angel-one-history.ts';
import { MOST_DAYS } from '../../../../src/brokers/angel-one/rest/candle-calls.ts';
import { RestClient } from '../../../../src/brokers/angel-one/rest/rest-client.ts';
import { RestTransport } from '../../../../src/brokers/angel-one/rest/rest-transport.ts';
import { TokenBook } from '../../../../src/brokers/angel-one/token-book.ts';
import type { InstrumentId } from '../../../../src/core/ids.ts';
import { DAY_MS, dayOf, MINUTE_MS } from '../../../../src/core/time.ts';
import { TIMEFRAMES, type Timeframe } from '../../../../src/core/timeframe.ts';
import { fixedCalendar, ist, testInstrument } from '../../../support/fixed-calendar.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { scriptedHttp, success } from '../../../support/scripted-http.ts';

const INFY = testInstrument('NSE:INFY');
/** A Monday, long after everything asked for here. */
const NOW = ist('2026-11-16', '20:00');

async function historyAt(now = NOW) {
  const rows = [
    ['2026-11-13T15:29:00+05:30', 1500, 1501, 1499, 1500, 10],
    ['2026-11-16T09:15:00+05:30', 1510, 1511, 1509, 1510, 20],
  ];
  const { origin, seen } = await scriptedHttp(success(rows));
  const transport = new RestTransport(origin);
  onTestFinished(() => transport.close());
  const client = new RestClient({
    transport,
    budget: { take: () => Promise.resolve(() => {}), rest: () => {} },
    apiKey: 'key',
    tokens: { tokens: () => Promise.resolve({ jwt: 'j', refresh: 'r', feed: 'f' }), invalidate: () => {} },
    onHalt: () => {},
  });
  const book = new TokenBook([{ instrument: INFY, segment: 'NSE', token: '1594', tradingSymbol: 'INFY-EQ' }]);
  const history = new AngelOneHistory(client, book, fixedCalendar, new ManualClock(now));
  const asked = () =>
    seen.map(({ body }) => JSON.parse(body) as { readonly fromdate: string; readonly todate: string });
  return { history, asked };
}

const query = (from: number, to: number, timeframe: Timeframe = '1m') => ({
  instrumentId: INFY.id,
  timeframe,
  from,
  to,
});

describe('a span in which no session lies', () => {
  it.each([
    ['a night', ist('2026-11-12', '15:30'), ist('2026-11-13', '09:15')],
    ['a weekend', ist('2026-11-13', '15:30'), ist('2026-11-16', '09:15')],
    ['an early morning', ist('2026-11-13', '07:00'), ist('2026-11-13', '08:30')],
    ['nothing at all', ist('2026-11-13', '10:00'), ist('2026-11-13', '10:00')],
  ])('costs no call: %s', async (_, from, to) => {
    const { history, asked } = await historyAt();
    for (const timeframe of TIMEFRAMES) {
      expect(history.split(query(from, to, timeframe))).toEqual([]);
      expect(await history.fetch(query(from, to, timeframe))).toEqual({ kind: 'done', value: [] });
    }
    expect(asked()).toEqual([]);
  });

  it('costs none before the open, whatever is wanted of the day', async () => {
    const { history, asked } = await historyAt(ist('2026-11-16', '09:15'));
    const weekend = query(ist('2026-11-14', '00:00'), ist('2026-11-17', '00:00'));
    expect(history.split(weekend)).toEqual([]);
    expect(await history.fetch(weekend)).toEqual({ kind: 'done', value: [] });
    expect(asked()).toEqual([]);
  });
});

describe('a span with a session in it', () => {
  it('is asked for from the first one that trades in it', async () => {
    const { history, asked } = await historyAt();
    const from = ist('2026-11-13', '15:30');
    const to = ist('2026-11-16', '09:16');
    const [part, ...rest] = history.split(query(from, to));
    expect([part, rest]).toEqual([query(ist('2026-11-16', '00:00'), to), []]);
    const outcome = await history.fetch(query(from, to));
    expect(outcome).toMatchObject({ kind: 'done', value: [{ openTime: ist('2026-11-16', '09:15'), close: 1510 }] });
    expect(asked()).toMatchObject([{ fromdate: '2026-11-16 09:15', todate: '2026-11-16 09:16' }]);
  });

  it('is asked for from the open of the session it begins in', async () => {
    const { history, asked } = await historyAt();
    const wanted = query(ist('2026-11-13', '15:29'), ist('2026-11-13', '15:30'));
    expect(history.split(wanted)).toEqual([wanted]);
    expect(await history.fetch(wanted)).toMatchObject({ kind: 'done', value: [{ close: 1500 }] });
    expect(asked()).toMatchObject([{ fromdate: '2026-11-13 09:15', todate: '2026-11-13 15:30' }]);
  });

  it('of an instrument that is not listed is refused', async () => {
    const { history, asked } = await historyAt();
    const unknown = {
      ...query(ist('2026-11-14', '00:00'), ist('2026-11-15', '00:00')),
      instrumentId: 'NSE:X' as InstrumentId,
    };
    expect(history.split(unknown)).toHaveLength(1);
    expect(await history.fetch(unknown)).toMatchObject({ kind: 'refused', code: 'NOT_LISTED' });
    expect(asked()).toEqual([]);
  });
});

it('every minute that trades lies in exactly one part, and every part has one', async () => {
  const { history } = await historyAt();
  const earliest = ist('2026-05-01', '00:00');
  const minutes = (NOW - earliest) / MINUTE_MS;
  const trades = (minute: number): boolean => {
    const session = fixedCalendar.sessionOn(INFY, dayOf(minute));
    return session !== null && minute >= session.open && minute < session.close;
  };
  fc.assert(
    fc.property(fc.constantFrom(...TIMEFRAMES), fc.nat(minutes), fc.nat(120 * 1_440), (timeframe, start, length) => {
      const from = earliest + start * MINUTE_MS;
      const to = from + length * MINUTE_MS;
      const parts = history.split(query(from, to, timeframe));
      let before = from;
      for (const part of parts) {
        expect(part.from).toBeGreaterThanOrEqual(before);
        expect(part.to).toBeLessThanOrEqual(Math.min(to, NOW));
        expect(part.to - part.from).toBeLessThanOrEqual(MOST_DAYS[timeframe] * DAY_MS);
        before = part.to;
      }
      const inParts = new Set<number>();
      for (const part of parts) {
        let isTraded = false;
        for (let minute = part.from; minute < part.to; minute += MINUTE_MS) {
          if (!trades(minute)) continue;
          isTraded = true;
          inParts.add(minute);
        }
        expect(isTraded, 'a part costs a call').toBe(true);
      }
      let traded = 0;
      for (let minute = from; minute < Math.min(to, NOW); minute += MINUTE_MS) if (trades(minute)) traded += 1;
      expect(inParts.size).toBe(traded);
    }),
    { numRuns: 25 },
  );
});
