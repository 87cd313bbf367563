import { describe, expect, it } from 'vitest';
import { RISK_COMMAND } from '../../../../../src/alerts/telegram/control/risk-command.ts';
import { accountRisk } from '../../../../../src/alerts/views/account-risk.ts';
import type { DenialReason } from '../../../../../src/core/denial-reason.ts';
import type { InstrumentId, StrategyId } from '../../../../../src/core/ids.ts';
import type { PositionRisk, VerdictCount } from '../../../../../src/ports/account-views.ts';
import { buildDesk, textOf } from '../../../../support/build-desk.ts';
import { buildSignal } from '../../../../support/build-order.ts';
import { ist } from '../../../../support/fixed-calendar.ts';

const AT = ist('2026-11-17', '11:20:05');

function position(changes: Partial<PositionRisk> & { id?: string } = {}): PositionRisk {
  const { id = 'NSE:INFY', ...rest } = changes;
  return {
    ...{ strategyId: 'ema' as StrategyId, instrumentId: id as InstrumentId, product: 'INTRADAY', quantity: 10 },
    ...{ averagePrice: 1_500, lastPrice: 1_510, stopUnits: 10, stopPrice: 1_490 },
    ...rest,
  };
}

function denials(reason: DenialReason, count: number, id = 'NSE:INFY'): VerdictCount {
  const newest = buildSignal({
    ...{ instrumentId: id as InstrumentId, createdTime: AT, status: 'DENIED', verdict: { kind: 'DENIED', reason } },
  });
  return { code: reason.code, count, newest };
}

describe('accountRisk', () => {
  it('measures longs and shorts to their stops, from the latest price and from the average', () => {
    const short = position({ id: 'NSE:TCS', quantity: -20, averagePrice: 3_000, lastPrice: 2_990, stopPrice: 3_010 });
    const risk = accountRisk([position(), { ...short, stopUnits: 20 }]);
    // 10 x 20 down to 1,490, and 20 x 20 up to 3,010.
    expect(risk.atRiskPaise).toBe(200_00 + 400_00);
    // 10 x -10 and 20 x -10 from the averages.
    expect(risk.atStopsPaise).toBe(-100_00 - 200_00);
    expect([risk.longPaise, risk.shortPaise]).toEqual([15_100_00, 59_800_00]);
    expect(risk.exposures.map(({ instrumentId }) => instrumentId)).toEqual(['NSE:TCS', 'NSE:INFY']);
    expect(risk.unprotected).toEqual([]);
  });

  it('counts a stop for the units that it closes, and the price of a position that has none at its average', () => {
    const half = position({ stopUnits: 4 });
    const bare = position({ id: 'NSE:TCS', lastPrice: null, stopUnits: 0, stopPrice: null });
    const risk = accountRisk([half, bare]);
    expect([risk.atRiskPaise, risk.atStopsPaise]).toEqual([80_00, -40_00]);
    expect(risk.unprotected).toEqual([half, bare]);
    expect(risk.exposures).toMatchObject([
      { instrumentId: 'NSE:INFY', longPaise: 15_100_00, isPriced: true },
      { instrumentId: 'NSE:TCS', longPaise: 15_000_00, isPriced: false },
    ]);
  });

  it('sets strategies that hold an instrument against each other off in nothing', () => {
    const other = position({ strategyId: 'orb' as StrategyId, quantity: -10, stopPrice: 1_520 });
    const risk = accountRisk([position(), other]);
    expect(risk.exposures).toEqual([
      { instrumentId: 'NSE:INFY', longPaise: 15_100_00, shortPaise: 15_100_00, isPriced: true },
    ]);
    expect(risk.atRiskPaise).toBe(200_00 + 100_00);
  });

  it('has a gain where stops have been trailed past the average, and less than nothing where a price is past its stop', () => {
    expect(accountRisk([position({ stopPrice: 1_505 })])).toMatchObject({ atRiskPaise: 50_00, atStopsPaise: 50_00 });
    expect(accountRisk([position({ lastPrice: 1_480 })])).toMatchObject({ atRiskPaise: -100_00 });
  });
});

describe('/risk', () => {
  it('says what was decided and why, what is exposed, what stops would cost, and what halts entries', async () => {
    const views = {
      verdicts: async () => [
        denials({ code: 'TRADING_PAUSED' }, 1, 'NSE:TCS'),
        { code: null, count: 7, newest: buildSignal({}) },
        denials({ code: 'MAX_OPEN_POSITIONS', limit: 10, open: 10 }, 5),
      ],
      risks: async () => [
        position({ stopUnits: 4 }),
        position({ id: 'NSE:TCS', quantity: -5, lastPrice: null, stopUnits: 0, stopPrice: null }),
      ],
      result: async () => ({
        ...{ trades: 3, won: 2, grossPaise: 64_210, chargesPaise: 12_460, netPaise: 51_750, openPaise: 10_000 },
      }),
      status: async () => ({
        ...{ openPositions: 2, workingEntries: 0, workingExits: 1, lastPriceTime: AT, differences: 0 },
        ...{ switches: { isKilled: false, isPaused: true, pausedStrategies: [] }, unknownOrders: 1 },
      }),
    };
    const desk = buildDesk({ views });
    const told = { ...desk.told, halts: async () => ["entries: DENIED, the day's loss is too much"] };
    expect(textOf(await RISK_COMMAND.run([], { ...desk, told }))).toBe(
      [
        'Risk',
        'signals today: 7 allowed, 6 denied',
        '5 denied, because 10 positions are open, and the limit is 10 (the latest: INFY at 11:20:05)',
        '1 denied, because trading is paused (the latest: TCS at 11:20:05)',
        'exposure: ₹22,600.00, ₹15,100.00 of it long, ₹7,500.00 short',
        'INFY: long ₹15,100.00',
        'TCS: short ₹7,500.00, no price yet, so at the average price',
        'today: net +₹517.50 after ₹124.60 charges, 3 trades, 2 won',
        'open positions: +₹100.00 at the latest prices',
        'if every working stop is hit: -₹40.00 before charges; at risk until then: ₹80.00',
        'no stop working: INFY (6 of 10 units, ema), TCS (5 units, ema)',
        'entries: DENIED, trading is halted (/resume lifts it)',
        'entries: DENIED where an order has an unknown fate (1)',
        "entries: DENIED, the day's loss is too much",
      ].join('\n'),
    );
  });

  it('is short when nothing has happened', async () => {
    expect(textOf(await RISK_COMMAND.run([], buildDesk()))).toBe(
      [
        'Risk',
        'signals today: 0 allowed, 0 denied',
        'exposure: none, nothing is open',
        'today: no trade closed',
        'open positions: ₹0.00 at the latest prices',
        'entries: allowed',
      ].join('\n'),
    );
  });

  it('names the day when it is not today', async () => {
    const day = () => ist('2026-11-16', '15:30');
    expect(textOf(await RISK_COMMAND.run([], buildDesk({ day })))).toContain('signals 2026-11-16: 0 allowed');
  });
});
