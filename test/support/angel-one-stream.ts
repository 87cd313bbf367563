import { onTestFinished } from 'vitest';
import type { AngelOneCredentials } from '../../src/brokers/angel-one/settings.ts';
import { SmartStream, type SmartStreamOptions } from '../../src/brokers/angel-one/stream/smart-stream.ts';
import type { Tick } from '../../src/core/tick.ts';
import type { FeedEvent } from '../../src/ports/market-feed.ts';
import { openTestAdapter, type TestAdapter } from './angel-one-adapter.ts';
import { TEST_ACCOUNT } from './angel-one-client.ts';
import type { DeskSetup } from './angel-one-simulator.ts';

/** Links that notice and try again within parts of a second. */
export const FAST_LINK = {
  ...{ pingMs: 50, deadLinkMs: 300, connectMs: 1_000, shortestBackOffMs: 20, longestBackOffMs: 100 },
  ...{ refusedBackOffMs: 100, stableMs: 50, closeMs: 200 },
};

export interface StreamDesk extends Omit<TestAdapter, 'stream'> {
  readonly credentials: AngelOneCredentials;
  readonly stream: SmartStream;
  readonly ticks: readonly Tick[];
  readonly events: readonly FeedEvent[];
  count(type: FeedEvent['type']): number;
}

/** The whole adapter against a simulator in a market moved by hand; closed with the test. */
export async function openStreamDesk(
  setup: DeskSetup = {},
  changes: Partial<SmartStreamOptions> = {},
): Promise<StreamDesk> {
  const { clientCode, mpin, totpSecret, apiKey } = TEST_ACCOUNT;
  const credentials = { clientCode, mpin, totpSecret, apiKey };
  const desk = await openTestAdapter(setup);
  const { market, simulator, angel, book } = desk;
  const ticks: Tick[] = [];
  const events: FeedEvent[] = [];
  const stream = new SmartStream({
    ...{ url: simulator.endpoints.marketStream, credentials, tokens: angel.session, book, clock: market.clock },
    listener: { onTick: (tick) => ticks.push(tick), onEvent: (event) => events.push(event) },
    ...{ timings: { ...FAST_LINK, firstTickMs: 150 }, random: () => 0.5, ...changes },
  });
  onTestFinished(() => stream.close());
  const count = (type: FeedEvent['type']): number => events.filter((each) => each.type === type).length;
  return { ...desk, credentials, stream, ticks, events, count };
}
