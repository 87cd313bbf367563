import { expect, it } from 'vitest';
import { enter } from '../../../src/engine/strategy/strategy.ts';
import { haltLines } from '../../../src/worker/halt-lines.ts';
import { at, decideAt, EngineBench, OPEN_LIMITS } from '../../support/engine-bench.ts';

const BUY = enter({ side: 'BUY', stopLoss: 95, target: 110, reason: 'up' });

/** Ten shares at 100, of ten lakh of capital. */
function held(): EngineBench {
  const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY }) });
  bench.candle('10:00');
  bench.fill(bench.last('ENTRY'), { price: 100, time: at('10:01') + 5 });
  return bench;
}

it('says nothing while no limit is reached', () => {
  const bench = held();
  bench.tick('10:02', 60);
  expect(haltLines(OPEN_LIMITS, bench.engine)).toEqual([]);
  const wide = { dailyLossPaise: 40_001, maxOpenPositions: 2, maxOrdersPerDay: 4, losingStreak: 1 };
  expect(haltLines({ ...OPEN_LIMITS, ...wide }, bench.engine)).toEqual([]);
});

it.each([
  [{ dailyLossPaise: 40_000 }, "entries: DENIED, the day's loss of ₹400.00 has reached the limit of ₹400.00"],
  [{ maxDrawdownPercent: 0.04 }, 'entries: DENIED, equity is 0.04% below its peak, and the limit is 0.04%'],
  [{ maxOpenPositions: 1 }, 'entries: DENIED, 1 positions are open, and the limit is 1'],
  [{ maxOrdersPerDay: 3 }, 'entries: DENIED, 3 orders went out today, and the limit is 3'],
])('says which limit is reached: %o', (limits, words) => {
  const bench = held();
  bench.tick('10:02', 60);
  expect(haltLines({ ...OPEN_LIMITS, ...limits }, bench.engine)).toEqual([words]);
});

it('counts an entry that works where nothing is open as a position, and trades that lost in a row', () => {
  const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY }) });
  bench.candle('10:00');
  const limits = { ...OPEN_LIMITS, maxOpenPositions: 1, losingStreak: 1 };
  expect(haltLines(limits, bench.engine)).toEqual(['entries: DENIED, 1 positions are open, and the limit is 1']);
  bench.fill(bench.last('ENTRY'), { price: 100, time: at('10:01') + 5 });
  bench.fill(bench.last('STOP_LOSS'), { price: 95, time: at('10:02') });
  expect(haltLines(limits, bench.engine)).toEqual([
    'entries: DENIED, 1 trades in a row lost today, and the limit is 1',
  ]);
});

it('changes nothing by looking: the peak is not that of the moment in which somebody looks', () => {
  const bench = held();
  bench.tick('10:02', 500);
  const { portfolio } = bench.engine.parts;
  const before = portfolio.marks;
  expect(haltLines({ ...OPEN_LIMITS, maxDrawdownPercent: 0.1 }, bench.engine)).toEqual([]);
  expect(portfolio.marks).toEqual(before);
});
