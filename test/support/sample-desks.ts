/** What `/gtt` and `/backtest` act through in samples and tests of the commands, without a broker and a database. */
import { isNamed } from '../../src/alerts/named-instrument.ts';
import type { Gtt } from '../../src/core/gtt.ts';
import type { ClientOrderId, InstrumentId } from '../../src/core/ids.ts';
import { formatDay, MINUTE_MS } from '../../src/core/time.ts';
import type { BacktestDesk, BacktestFigures } from '../../src/ports/backtest-desk.ts';
import { RuleChanges } from '../../src/worker/rule-changes.ts';
import { buildOco } from './build-gtt.ts';
import { testInstrument } from './fixed-calendar.ts';
import { MemoryGttLedger } from './memory-gtt-ledger.ts';

class SampleLedger extends MemoryGttLedger {
  async like(idStart: string): Promise<readonly Gtt[]> {
    return [...this.rules.values()].filter(({ clientGttId }) => clientGttId.startsWith(idStart));
  }
}

const INSTRUMENTS = ['NSE:RELIANCE', 'NSE:TCS', 'NFO:NIFTY:2026-11-23:26000:CE'].map((id) =>
  testInstrument(id, id.startsWith('NFO') ? { kind: 'OPTION', lotSize: 65, expiry: '2026-11-23' } : {}),
);

function lastPriceOf(id: InstrumentId): number {
  return id === 'NSE:TCS' ? 3_410 : 1_402.35;
}

/** One rule on TCS rests. */
export function sampleRules(now: () => number): { readonly desk: RuleChanges; readonly ledger: SampleLedger } {
  const ledger = new SampleLedger();
  const resting = { quantity: 40, status: 'ACTIVE' } as const;
  const rule = buildOco(
    { ...resting, triggerPrice: 3_200, limitPrice: 3_040 },
    { ...resting, triggerPrice: 3_600, limitPrice: 3_420 },
    { instrumentId: 'NSE:TCS' as InstrumentId, clientGttId: 'g7k2m9q4x1c8v5n3' as ClientOrderId },
  );
  ledger.rules.set(rule.clientGttId, rule);
  const desk = new RuleChanges({
    ...{ ledger, clock: { now }, lastPrice: lastPriceOf, sweeper: { enqueue: async () => undefined } },
    desk: {
      list: async () => new Map(),
      instrument: (id) => INSTRUMENTS.find((each) => each.id === id),
      idOf: async (name) => INSTRUMENTS.find(({ id }) => isNamed(id, name))?.id,
    },
  });
  return { desk, ledger };
}

/** Every strategy is known to it, and every one makes the same three trades. */
export function sampleBacktests(): BacktestDesk {
  return {
    async plan({ strategy, instrument, first, last }) {
      const closed = [41_230, -12_070, 22_590].map((netPaise, index) => ({
        exitTime: Date.parse(`${formatDay(first)}T10:00:00+05:30`) + index * MINUTE_MS,
        netPaise,
      }));
      const figures: BacktestFigures = {
        ...{ trades: 3, won: 2, chargesPaise: 12_460, netPaise: 51_750, closed, profitFactor: 63_820 / 12_070 },
        ...{ maxDrawdownPaise: 20_480, maxDrawdownPercent: 0.2, notes: [] },
        candles: { timeframe: '1m', count: 7_500, days: 20, first, last },
      };
      return {
        kind: 'planned',
        title: `${strategy} on ${instrument}, ${formatDay(first)} to ${formatDay(last)}`,
        terms: '5m candles, intraday, 10 units an entry, capital ₹8,00,000.00, no risk limits',
        run: async () => ({ kind: 'done', ...figures }),
      };
    },
  };
}
