import { expect, it } from 'vitest';
import type { EngineEvent } from '../../../src/ports/engine-event.ts';
import type { MarketEvent } from '../../../src/ports/market-event.ts';
import { tradeSession } from '../../../src/worker/trade-session.ts';
import { testInstrument } from '../../support/fixed-calendar.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const { id: instrumentId } = testInstrument('NSE:INFY');
const gap = { type: 'gap', instrumentIds: [instrumentId], from: 1, to: 2 } as unknown as MarketEvent;

function tick(time: number, sequence = time): EngineEvent {
  const prices = { lastPrice: 100, volume: sequence, openInterest: null, bid: null, ask: null } as const;
  return { type: 'tick', tick: { instrumentId, time, sequence, ...prices } } as unknown as EngineEvent;
}

/** Every event asks for something; what is written together stands in one line. */
async function play(events: readonly EngineEvent[], isLive: boolean): Promise<readonly string[]> {
  const steps: string[] = [];
  let asked: string[] = [];
  let left = events.length;
  await tradeSession({
    events: (async function* () {
      for (const event of events) {
        left -= 1;
        yield event;
      }
    })(),
    hasMore: () => isLive && left > 0,
    engine: { nextTimer: Number.POSITIVE_INFINITY },
    *steps(engine, event) {
      engine.tell(event);
      yield;
    },
    pipeline: {
      tell: (event) => {
        asked.push(event.type === 'tick' ? `tick ${event.tick.time}` : event.type);
        return [];
      },
      settle: async () => {
        steps.push(asked.join(', '));
        asked = [];
      },
      release: async () => undefined,
      get isBusy() {
        return asked.length > 0;
      },
      hasHeld: false,
    },
    gaps: {
      concerns: (event) => event.type === 'gap',
      async *before() {
        steps.push('asks for history');
        yield* [];
      },
    },
    ...{ clock: new ManualClock(0), mayRunAhead: false, signal: new AbortController().signal },
    ...{ onIllegal: () => undefined, onTick: () => undefined, onProgress: () => undefined },
  });
  expect(asked, 'nothing is left unwritten').toEqual([]);
  return steps;
}

it('writes together what waits together', async () => {
  expect(await play([tick(1), tick(2), tick(3)], true)).toEqual(['tick 1, tick 2, tick 3']);
});

it('writes one after the other where the next price must find orders in place', async () => {
  expect(await play([tick(1), tick(2), tick(3)], false)).toEqual(['tick 1', 'tick 2', 'tick 3']);
});

it('writes what was decided before a tick that is not taken', async () => {
  expect(await play([tick(2), tick(2)], true)).toEqual(['tick 2']);
});

it('lets nothing that was decided wait for the history of a gap', async () => {
  expect(await play([tick(1), gap, tick(2)], true)).toEqual(['tick 1', 'asks for history', 'gap, tick 2']);
});

it('writes at the latest after so many', async () => {
  const written = await play(
    Array.from({ length: 200 }, (_, index) => tick(index + 1)),
    true,
  );
  expect(written.map((line) => line.split(', ').length)).toEqual([64, 64, 64, 8]);
});
