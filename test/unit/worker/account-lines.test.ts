import { expect, it } from 'vitest';
import { enter } from '../../../src/engine/strategy/strategy.ts';
import { fundsLines } from '../../../src/worker/account-lines.ts';
import { at, decideAt, EngineBench } from '../../support/engine-bench.ts';

it('tells equity and what it has fallen from its peak, and leaves the peak as it is', () => {
  const bench = new EngineBench({
    strategy: decideAt({ '10:00': enter({ side: 'BUY', stopLoss: 95, target: 900, reason: 'up' }) }),
  });
  bench.candle('10:00');
  bench.fill(bench.last('ENTRY'), { price: 100, time: at('10:01') + 5 });
  const { portfolio } = bench.engine.parts;
  const before = portfolio.marks;
  bench.tick('10:02', 500);
  expect(fundsLines(bench.engine, at('10:02'))).toEqual([
    'equity: ₹10,04,000.00, +₹4,000.00 today',
    'capital: ₹10,00,000.00, peak: ₹10,04,000.00, fallen from it: 0%',
    'the broker has not said of late what is available',
  ]);
  expect(portfolio.marks, 'risk measures against the same as if nobody had looked').toEqual(before);
  bench.tick('10:03', 99);
  expect(fundsLines(bench.engine, at('10:03'))[1]).toBe(
    'capital: ₹10,00,000.00, peak: ₹10,00,000.00, fallen from it: 0%',
  );
});
