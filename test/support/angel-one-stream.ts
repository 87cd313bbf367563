import { onTestFinished } from 'vitest';
import { type AngelOne, openAngelOne } from '../../src/brokers/angel-one/open-angel-one.ts';
import type { AngelOneCredentials } from '../../src/brokers/angel-one/settings.ts';
import { SmartStream, type SmartStreamOptions } from '../../src/brokers/angel-one/stream/smart-stream.ts';
import { SEGMENTS, TokenBook } from '../../src/brokers/angel-one/token-book.ts';
import type { Tick } from '../../src/core/tick.ts';
import type { FeedEvent } from '../../src/ports/market-feed.ts';
import { TEST_ACCOUNT } from './angel-one-client.ts';
import { type DeskSetup, openTestDesk, type TestDesk } from './angel-one-simulator.ts';
import { fixedCalendar } from './fixed-calendar.ts';

/** Links that notice and try again within parts of a second. */
export const FAST_LINK = {
  ...{ pingMs: 50, deadLinkMs: 300, connectMs: 1_000, shortestBackOffMs: 20, longestBackOffMs: 100 },
  ...{ refusedBackOffMs: 100, stableMs: 50, closeMs: 200 },
};

export interface StreamDesk extends Omit<TestDesk, 'stream'> {
  readonly angel: AngelOne;
  readonly book: TokenBook;
  readonly credentials: AngelOneCredentials;
  readonly stream: SmartStream;
  readonly ticks: readonly Tick[];
  readonly events: readonly FeedEvent[];
  readonly halts: readonly string[];
  readonly troubles: readonly string[];
  count(type: FeedEvent['type']): number;
}

/** The whole adapter against a simulator in a market moved by hand; closed with the test. */
export async function openStreamDesk(
  setup: DeskSetup = {},
  changes: Partial<SmartStreamOptions> = {},
): Promise<StreamDesk> {
  const behaviours = { totpClock: 'market' as const, ...setup.behaviours };
  const desk = await openTestDesk({ ...setup, behaviours, isLoggedIn: false });
  const { market, simulator } = desk;
  const { clientCode, mpin, totpSecret, apiKey } = TEST_ACCOUNT;
  const credentials = { clientCode, mpin, totpSecret, apiKey };
  const halts: string[] = [];
  const troubles: string[] = [];
  const angel = openAngelOne({
    ...{ credentials, endpoints: simulator.endpoints, clock: market.clock, calendar: fixedCalendar },
    callLog: {
      record: () => Promise.resolve({ isCounted: true, callId: '1' }),
      withdraw: () => Promise.resolve(),
      rest: () => Promise.resolve(),
    },
    onHalt: (reason) => halts.push(reason),
    onTrouble: (text) => troubles.push(text),
    onError: () => {},
  });
  onTestFinished(() => angel.close());
  const book = new TokenBook(
    market.listings.flatMap(({ segment, ...rest }) => {
      const known = SEGMENTS.find((each) => each === segment);
      return known ? [{ ...rest, segment: known }] : [];
    }),
  );
  const ticks: Tick[] = [];
  const events: FeedEvent[] = [];
  const stream = new SmartStream({
    ...{ url: simulator.endpoints.marketStream, credentials, tokens: angel.session, book, clock: market.clock },
    listener: { onTick: (tick) => ticks.push(tick), onEvent: (event) => events.push(event) },
    ...{ timings: { ...FAST_LINK, firstTickMs: 150 }, random: () => 0.5, ...changes },
  });
  onTestFinished(() => stream.close());
  const count = (type: FeedEvent['type']): number => events.filter((each) => each.type === type).length;
  return { ...desk, angel, book, credentials, stream, ticks, events, halts, troubles, count };
}
