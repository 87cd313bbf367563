import { expect, it } from 'vitest';
import type { Signal } from '../../../../../src/core/signal.ts';
import { insufficientMargin } from '../../../../../src/engine/risk/rules/insufficient-margin.ts';
import { CALL, type ContextChanges, FUTURE, reasonOf, SHARE } from '../risk-cases.ts';

const limits = { intradayMarginPercent: 20, derivativeMarginPercent: 15 };

/** Allowed with exactly this much available, denied with a paisa less. */
function needs(neededPaise: number, changes: ContextChanges, signal: Partial<Signal> = {}): void {
  const having = (availablePaise: number) => ({ limits, ...changes, account: { availablePaise } });
  expect(reasonOf(insufficientMargin, having(neededPaise), signal)).toBeUndefined();
  expect(reasonOf(insufficientMargin, having(neededPaise - 1), signal)).toEqual({
    code: 'INSUFFICIENT_MARGIN',
    neededPaise,
    availablePaise: neededPaise - 1,
  });
}

it('asks for the whole value of a delivery', () => {
  needs(1_000_000, { instrument: SHARE, product: 'DELIVERY' });
});

it('asks for a share of the value within the day', () => {
  needs(200_000, { instrument: SHARE, product: 'INTRADAY' });
  needs(200_000, { instrument: SHARE, product: 'INTRADAY' }, { side: 'SELL' });
});

it('asks for the whole premium of a bought option', () => {
  for (const product of ['INTRADAY', 'CARRY_FORWARD'] as const) {
    needs(650_000, { instrument: CALL, product }, { entryPrice: 100, quantity: 65 });
  }
});

it('asks for a share of the contract value of a future, and of a sold option at its strike', () => {
  const future = { instrument: FUTURE, product: 'CARRY_FORWARD' } as const;
  needs(24_375_000, future, { entryPrice: 25_000, quantity: 65 });
  needs(25_350_000, { ...future, instrument: CALL }, { side: 'SELL', entryPrice: 100, quantity: 65 });
});

it('asks for one lot when nothing could be sized', () => {
  needs(24_375_000, { instrument: FUTURE, product: 'CARRY_FORWARD' }, { entryPrice: 25_000, quantity: 0 });
});

it('asks for the larger of that and what the broker says', () => {
  needs(300_001, { instrument: SHARE, product: 'INTRADAY', unitMarginPaise: 30_000.05 });
  needs(200_000, { instrument: SHARE, product: 'INTRADAY', unitMarginPaise: 19_999 });
  needs(
    24_375_000,
    { instrument: FUTURE, product: 'CARRY_FORWARD', unitMarginPaise: 1 },
    { entryPrice: 25_000, quantity: 0 },
  );
});
