import { describe, expect, it } from 'vitest';
import { PROTECTION_BANDS } from '../../../src/config/protection-bands.ts';
import type { ExecutionPolicy } from '../../../src/engine/orders/execution-policy.ts';
import { enter, exit } from '../../../src/engine/strategy/strategy.ts';
import { at, type BenchOptions, decideAt, EngineBench } from '../../support/engine-bench.ts';

const POLICY: ExecutionPolicy = {
  bands: PROTECTION_BANDS,
  repriceAfterMs: 2_000,
  reprices: 2,
  entriesThen: 'cancel',
  crossBands: 3,
};
const BUY = enter({ side: 'BUY', reason: 'up' });
const GUARDED = enter({ side: 'BUY', stopLoss: 95, reason: 'up' });

function entering(options: Partial<BenchOptions> = {}): EngineBench {
  const strategy = decideAt({ '10:00': BUY, '10:05': exit({ reason: 'out' }) });
  const bench = new EngineBench({ strategy, execution: POLICY, tiesPairs: false, ...options });
  bench.candle('10:00');
  return bench;
}

function holding(entry = GUARDED): EngineBench {
  const bench = new EngineBench({ strategy: decideAt({ '10:00': entry }), execution: POLICY, tiesPairs: false });
  bench.candle('10:00');
  bench.fill(bench.last('ENTRY'));
  bench.report(bench.last('STOP_LOSS'), 'ACCEPTED');
  return bench;
}

/** The limits of the latest changes that go to the broker. */
function changes(bench: EngineBench): readonly (number | null)[] {
  return bench.all('orderAmended').flatMap(({ job, order }) => (job === 'modify' ? [order.limitPrice] : []));
}

describe('an entry under a policy', () => {
  it('is a limit inside the band around the last price', () => {
    expect(entering().last('ENTRY')).toMatchObject({
      ...{ type: 'LIMIT', limitPrice: 100.5, reprices: 0, pricedTime: at('10:01') },
    });
  });

  it('follows the price twice and is withdrawn then', () => {
    const bench = entering();
    bench.report(bench.last('ENTRY'), 'ACCEPTED');
    bench.tick('10:01', 101);
    bench.timer('10:01:02');
    bench.tick('10:01:03', 102);
    bench.timer('10:01:04');
    expect(changes(bench)).toEqual([101.5, 102.5]);
    bench.tick('10:01:05', 103);
    bench.timer('10:01:05');
    expect(bench.cancelled).toEqual([]);
    bench.timer('10:01:06');
    expect(bench.cancelled).toEqual(['ENTRY']);
    expect(bench.all('cancelRequested')[0]?.reason).toBe(
      'Not filled at 102.5 after its limit had followed the price 2 times',
    );
    expect(bench.engine.nextTimer).toBeGreaterThan(at('10:02'));
  });

  it('is crossed instead by choice', () => {
    const bench = entering({ execution: { ...POLICY, entriesThen: 'cross' } });
    bench.report(bench.last('ENTRY'), 'ACCEPTED');
    bench.tick('10:01', 101);
    for (let second = 2; second <= 20; second += 2) bench.timer(`10:01:${String(second).padStart(2, '0')}`);
    expect(changes(bench)).toEqual([101.5, 102.5]);
    expect(bench.cancelled).toEqual(['ENTRY']);
  });

  it('sends nothing where the limit is the same, and counts it', () => {
    const bench = entering();
    bench.report(bench.last('ENTRY'), 'ACCEPTED');
    bench.timer('10:01:02');
    expect(changes(bench)).toEqual([]);
    expect(bench.order(bench.last('ENTRY')).reprices).toBe(1);
  });

  it('is not late as long as the broker has not got it', () => {
    const bench = entering();
    for (let second = 2; second <= 20; second += 2) bench.timer(`10:01:${String(second).padStart(2, '0')}`);
    expect(bench.order(bench.last('ENTRY'))).toMatchObject({ reprices: 0, amendments: 0 });
    expect(bench.cancelled).toEqual([]);
  });

  it('is left alone once it is filled', () => {
    const bench = entering();
    bench.report(bench.last('ENTRY'), 'ACCEPTED');
    bench.fill(bench.last('ENTRY'));
    bench.tick('10:01', 150);
    bench.timer('10:01:30');
    expect(changes(bench)).toEqual([]);
  });

  it('of a few ticks may go one tick beyond the price', () => {
    const bench = new EngineBench({ strategy: decideAt({ '10:00': BUY }), execution: POLICY });
    bench.candle('10:00', 0.1);
    expect(bench.last('ENTRY').limitPrice).toBe(0.15);
  });
});

describe('an exit under a policy', () => {
  it('crosses when the price has run away, and is told in the end', () => {
    const bench = entering();
    bench.fill(bench.last('ENTRY'));
    bench.candle('10:05');
    bench.report(bench.last('EXIT'), 'ACCEPTED', { time: at('10:06') });
    expect(bench.last('EXIT').limitPrice).toBe(99.5);
    for (let second = 2; second <= 30; second += 2) {
      const clock = `10:06:${String(second).padStart(2, '0')}`;
      bench.tick(clock, 100 - second);
      bench.timer(clock);
    }
    expect(changes(bench)).toEqual([97.55, 95.55, 92.6, 90.65, 88.65]);
    expect(bench.cancelled).toEqual([]);
    expect(bench.all('alertRaised').map(({ alert }) => alert.text)).toEqual([
      expect.stringMatching(/the SELL order of 10 units \(EXIT\) is not filled at 88.65, 3 bands beyond the price/),
    ]);
  });
});

describe('a stop under a policy', () => {
  it('is a stop with a limit a band beyond it', () => {
    expect(holding().last('STOP_LOSS')).toMatchObject({ type: 'STOP_LIMIT', triggerPrice: 95, limitPrice: 94.55 });
  });

  it('that the price has jumped follows it', () => {
    const bench = holding();
    bench.tick('10:02', 94.6);
    expect(changes(bench), 'it fills at its limit').toEqual([]);
    bench.tick('10:03', 94);
    bench.tick('10:03:01', 93);
    bench.tick('10:03:02', 92);
    expect(changes(bench)).toEqual([93.55, 91.55]);
    for (let second = 4; second <= 58; second += 2) bench.tick(`10:03:${String(second).padStart(2, '0')}`, 92 - second);
    expect(bench.order(bench.last('STOP_LOSS')).reprices).toBe(6);
    expect(bench.all('alertRaised')).toHaveLength(1);
    expect(bench.planned('STOP_LOSS'), 'it is there: no other is sent').toHaveLength(1);
  });
});

describe('a stop that trails the price', () => {
  const trailing = enter({ side: 'BUY', stopLoss: 98, trail: 2, reason: 'up' });

  it('goes up with it in steps, and never down', () => {
    const bench = holding(trailing);
    bench.tick('10:02', 100.1);
    expect(changes(bench), 'less than a step').toEqual([]);
    bench.tick('10:03', 101);
    bench.tick('10:03:01', 99.5);
    bench.tick('10:04', 103);
    const amended = bench.all('orderAmended').map(({ order }) => [order.triggerPrice, order.limitPrice]);
    expect(amended).toEqual([
      [99, 98.55],
      [101, 100.5],
    ]);
  });

  it('that the broker lost goes on from where it was', () => {
    const bench = holding(trailing);
    bench.tick('10:03', 103);
    bench.report(bench.last('STOP_LOSS'), 'CANCELED', { time: at('10:03') + 5 });
    bench.tick('10:04', 101);
    expect(bench.planned('STOP_LOSS')).toHaveLength(2);
  });

  it('of a short comes down', () => {
    const bench = holding(enter({ side: 'SELL', stopLoss: 102, trail: 2, reason: 'down' }));
    bench.tick('10:03', 97);
    expect(bench.all('orderAmended').map(({ order }) => order.triggerPrice)).toEqual([99]);
  });
});
