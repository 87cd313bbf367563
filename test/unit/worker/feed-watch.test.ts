import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { InstrumentId } from '../../../src/core/ids.ts';
import { FeedWatch } from '../../../src/worker/feed-watch.ts';
import type { About } from '../../../src/worker/news.ts';

const TIME = Date.parse('2026-11-18T09:20:01+05:30');
const IDS = ['NSE:RELIANCE', 'NSE:TCS', 'NSE:M&M', 'NSE:INFY'] as InstrumentId[];
const LOST = { type: 'disconnected', instrumentIds: IDS, since: TIME, time: TIME + 100, reason: 'closed' } as const;
const BACK = { type: 'gap', instrumentIds: IDS, from: TIME, to: TIME + 42_000 } as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function open(isOpen = true) {
  const told: [string, About | undefined][] = [];
  const watch = new FeedWatch({
    tell: (...news) => told.push([news[0], news[1]]),
    isOpen: () => isOpen,
    patienceMs: 10_000,
  });
  return { watch, told };
}

it('says once that prices do not come any more, and once that they are back', () => {
  const { watch, told } = open();
  watch.onEvent(LOST);
  vi.advanceTimersByTime(9_999);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  watch.onEvent({ ...LOST, time: TIME + 20_000 });
  vi.advanceTimersByTime(60_000);
  watch.onEvent(BACK);
  watch.onEvent(BACK);
  expect(told).toEqual([
    [
      'No prices of RELIANCE, TCS, M&M and 1 more since 09:20:01: closed. The link is tried again',
      { topic: 'feed', level: 'warning' },
    ],
    ['Prices are back after 42 s; what was missed is fetched', { topic: 'feed', level: 'info' }],
  ]);
});

it('keeps a link to itself that is back at once, and one that breaks while no market is open', () => {
  const { watch, told } = open();
  watch.onEvent(LOST);
  watch.onEvent(BACK);
  vi.advanceTimersByTime(60_000);
  const closed = open(false);
  closed.watch.onEvent(LOST);
  vi.advanceTimersByTime(60_000);
  expect([...told, ...closed.told]).toEqual([]);
});

it('says which instruments have no price, and that the broker lets nobody in', () => {
  const { watch, told } = open();
  watch.onEvent({ type: 'silent', instrumentIds: IDS.slice(0, 1), time: TIME });
  watch.onEvent({ type: 'refused', reason: 'bad token', time: TIME });
  expect(told.map(([text]) => text)).toEqual([
    'No price has come of RELIANCE: they may be of another segment or not traded today',
    'No prices: bad token',
  ]);
});

it('says nothing any more when it is closed', () => {
  const { watch, told } = open();
  watch.onEvent(LOST);
  watch.close();
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([]);
});
