/** The market stream under load: session, links, decoder and candle builder here, the simulated broker in a child process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { openAngelOne } from '../../src/brokers/angel-one/open-angel-one.ts';
import { SmartStream } from '../../src/brokers/angel-one/stream/smart-stream.ts';
import { TokenBook } from '../../src/brokers/angel-one/token-book.ts';
import type { InstrumentId } from '../../src/core/ids.ts';
import type { Tick } from '../../src/core/tick.ts';
import type { Timeframe } from '../../src/core/timeframe.ts';
import { CandleBuilder } from '../../src/engine/candles/candle-builder.ts';
import type { FeedEvent } from '../../src/ports/market-feed.ts';
import { ALWAYS_OPEN } from '../../src/simulators/angel-one/control/always-open.ts';
import { loadInstruments } from '../../src/simulators/angel-one/market/load-market.ts';
import { listingsOf } from '../../src/simulators/angel-one/master/make-master.ts';

const TIMEFRAMES: readonly Timeframe[] = ['1m', '3m', '5m', '15m', '60m'];
const CHILD = fileURLToPath(new URL('load-market-child.ts', import.meta.url));
const GRACE_MS = 1_500;
const ADVANCE_EVERY_MS = 250;
const DELAY_RESOLUTION_MS = 5;
const MICROS = 1_000;
const MEGABYTE = 1024 ** 2;

const readySchema = z.object({
  type: z.literal('ready'),
  endpoints: z.object({
    ...{ rest: z.string(), marketStream: z.string(), orderStream: z.string(), instrumentMaster: z.string() },
  }),
  account: z.object({ clientCode: z.string(), mpin: z.string(), totpSecret: z.string(), apiKey: z.string() }),
});
const endedSchema = z.object({ type: z.literal('ended'), frames: z.number() });

export interface StreamLoad {
  readonly instruments: number;
  readonly ticksPerSecond: number;
  readonly seconds: number;
}

export interface StreamLoadFigures {
  readonly sent: number;
  readonly received: number;
  /** Sequence numbers that were skipped or came twice. */
  readonly outOfSequence: number;
  /** Ticks that the candle builder turned away. */
  readonly refusedByCandles: number;
  readonly candles: number;
  readonly connections: number;
  /** From the print at the broker, both ways of the socket included, until the candle builder has taken the tick. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly p99LoopDelayMs: number;
  readonly maxLoopDelayMs: number;
  readonly maxRssMb: number;
  readonly cpuPercent: number;
}

export async function runStreamLoad(load: StreamLoad): Promise<StreamLoadFigures> {
  const prints = load.ticksPerSecond * load.seconds;
  const child = fork(CHILD, [JSON.stringify({ ...load, prints })], { execArgv: [] });
  try {
    const { endpoints, account } = readySchema.parse((await once(child, 'message'))[0]);
    const instruments = loadInstruments(load.instruments);
    const builder = makeBuilder();
    for (const each of instruments) builder.candles.register(each, TIMEFRAMES);
    builder.candles.advance(Date.now());

    const sequences = new Map<InstrumentId, number>();
    const latency = createHistogram();
    const figures = { received: 0, outOfSequence: 0, refusedByCandles: 0 };
    const events: FeedEvent[] = [];
    const onTick = (tick: Tick): void => {
      if (builder.candles.onTick(tick) !== undefined) figures.refusedByCandles += 1;
      const taken = performance.timeOrigin + performance.now();
      latency.record(Math.max(1, Math.round((taken - tick.time) * MICROS)));
      figures.received += 1;
      if (tick.sequence !== (sequences.get(tick.instrumentId) ?? 0) + 1) figures.outOfSequence += 1;
      sequences.set(tick.instrumentId, tick.sequence ?? 0);
    };

    const angel = openAngelOne({
      ...{ credentials: account, endpoints, clock: systemClock, calendar: ALWAYS_OPEN },
      callLog: {
        record: () => Promise.resolve({ isCounted: true, callId: '1' }),
        withdraw: () => Promise.resolve(),
        rest: () => Promise.resolve(),
      },
      onHalt: (reason) => child.emit('error', new Error(reason)),
      onError: (error) => child.emit('error', error),
    });
    const book = new TokenBook(listingsOf(instruments).map((each) => ({ ...each, segment: 'NSE' })));
    const stream = new SmartStream({
      ...{ url: endpoints.marketStream, credentials: account, tokens: angel.session, book, clock: systemClock },
      listener: { onTick, onEvent: (event) => events.push(event) },
      timings: { firstTickMs: 60_000 },
      random: Math.random,
    });
    const advancing = setInterval(() => builder.candles.advance(Date.now()), ADVANCE_EVERY_MS);
    let maxRss = 0;
    const watching = setInterval(() => {
      maxRss = Math.max(maxRss, process.memoryUsage.rss());
    }, 1_000);
    try {
      stream.subscribe(instruments.map(({ id }) => id));
      const connections = Math.ceil(load.instruments / 1_000);
      while (events.filter(({ type }) => type === 'connected').length < connections) await rest(5);
      const loop = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
      loop.enable();
      const cpu = process.cpuUsage();
      const startedAt = performance.now();
      child.send({ type: 'start' });
      const { frames } = endedSchema.parse((await once(child, 'message'))[0]);
      for (let waits = 0; figures.received < frames && waits < 100; waits++) await rest(20);
      const elapsedMs = performance.now() - startedAt;
      const { user, system } = process.cpuUsage(cpu);
      loop.disable();
      return {
        ...figures,
        ...{ sent: frames, candles: builder.closed(), connections: events.length },
        ...{ p50Ms: msAt(latency, 50), p99Ms: msAt(latency, 99), maxMs: latency.max / MICROS },
        p99LoopDelayMs: loop.percentile(99) / 1e6,
        maxLoopDelayMs: loop.max / 1e6,
        maxRssMb: Math.max(maxRss, process.memoryUsage.rss()) / MEGABYTE,
        cpuPercent: (user + system) / 10 / elapsedMs,
      };
    } finally {
      clearInterval(advancing);
      clearInterval(watching);
      await stream.close();
      await angel.close();
    }
  } finally {
    if (child.connected) child.disconnect();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
}

const systemClock = {
  now: () => Date.now(),
  sleepUntil: (time: number) => rest(Math.max(0, time - Date.now())),
};

function makeBuilder(): { readonly candles: CandleBuilder; closed(): number } {
  let closed = 0;
  const candles = new CandleBuilder({ calendar: ALWAYS_OPEN, graceMs: GRACE_MS, onClosed: () => closed++ });
  return { candles, closed: () => closed };
}

function msAt(histogram: { percentile(percent: number): number }, percent: number): number {
  return histogram.percentile(percent) / MICROS;
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
