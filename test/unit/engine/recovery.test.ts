import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candle } from '../../../src/core/candle.ts';
import type { ClientOrderId } from '../../../src/core/ids.ts';
import { isTerminal } from '../../../src/core/order-status.ts';
import { enter } from '../../../src/engine/strategy/strategy.ts';
import { TradingEngine } from '../../../src/engine/trading-engine.ts';
import type { Effect } from '../../../src/ports/engine-event.ts';
import type { AccountRecord } from '../../../src/ports/ledger.ts';
import { SessionRecorder } from '../../../src/simulation/session-recorder.ts';
import { acts, CarelessBroker, DESKS } from '../../support/careless-broker.ts';
import { at, decideAt, EngineBench, engineOptions, FOLLOWING } from '../../support/engine-bench.ts';
import { type Played, play, plays } from '../../support/random-play.ts';

/** What the books hold after these steps. */
function recordOf(steps: Played['steps'], engine: TradingEngine): AccountRecord {
  const recorder = new SessionRecorder();
  const withdrawn = new Set<ClientOrderId>();
  const take = (effect: Effect): void => {
    recorder.take(effect);
    if (effect.type === 'cancelRequested') withdrawn.add(effect.order.clientOrderId);
    if (effect.type === 'orderChanged' && (effect.update.status === 'ACCEPTED' || isTerminal(effect.order.status))) {
      withdrawn.delete(effect.order.clientOrderId);
    }
  };
  for (const { effects } of steps) effects.forEach(take);
  return { ...recorder.session(), withdrawn: [...withdrawn], switches: { ...engine.parts.switches } };
}

describe('an engine that takes up what an earlier one has left', () => {
  it('goes on as if nothing had happened, wherever it was cut', () => {
    fc.assert(
      fc.property(plays, fc.double({ min: 0, max: 1, noNaN: true }), (drawn, at) => {
        const { steps, options, session } = play(drawn);
        const cut = Math.floor(at * steps.length);
        const engine = new TradingEngine(options);
        engine.restore(recordOf(steps.slice(0, cut), session.engine));
        engine.warmUp(candlesOf(steps.slice(0, cut)));
        for (const { event, effects } of steps.slice(cut)) {
          // Candles of their own are not part of the books: the first ones after the cut may be known already.
          expect(decisions(engine.handle(event))).toEqual(decisions(effects));
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each(DESKS)('goes on under a broker that fills late, in parts and too much: %s', (_name, options) => {
    fc.assert(
      fc.property(acts, fc.double({ min: 0, max: 1, noNaN: true }), (drawn, at) => {
        const broker = new CarelessBroker(options);
        for (const act of drawn) broker.act(act);
        const { steps, bench } = broker;
        const cut = Math.floor(at * steps.length);
        const engine = new TradingEngine(engineOptions({ ...options, strategy: broker.strategy() }));
        engine.restore(recordOf(steps.slice(0, cut), bench.engine));
        engine.warmUp(candlesOf(steps.slice(0, cut)));
        for (const { event, effects } of steps.slice(cut)) {
          expect(decisions(engine.handle(event))).toEqual(decisions(effects));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a limit that follows the price', () => {
  it('follows it anew after a restart, and is not caught up on', () => {
    const options = { strategy: decideAt({ '10:00': enter({ side: 'BUY', reason: 'up' }) }), execution: FOLLOWING };
    const bench = new EngineBench(options);
    bench.candle('10:00');
    bench.report(bench.last('ENTRY'), 'ACCEPTED', { time: at('10:01') });
    const steps = [{ event: { type: 'timer', time: at('10:01') } as const, effects: bench.effects }];
    const engine = new TradingEngine(engineOptions(options));
    engine.restore(recordOf(steps, bench.engine), at('10:06'));
    expect(engine.nextTimer).toBe(at('10:06') + FOLLOWING.repriceAfterMs);
  });
});

/** What a worker fetches from history when it starts: the last price is known. */
function candlesOf(steps: Played['steps']): readonly Candle[] {
  return steps.flatMap(({ event }) => (event.type === 'candle' ? [event.candle] : []));
}

/** How often a person was reminded is in no book: after a start it begins anew. */
function decisions(effects: readonly Effect[]): readonly Effect[] {
  return effects.filter((effect) => {
    if (effect.type === 'alertRaised') return !effect.alert.text.includes('waits for a stop or target');
    return effect.type !== 'candleClosed';
  });
}
