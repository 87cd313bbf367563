import { formatMoney, formatPercent } from '../alerts/format-values.ts';
import type { Alert } from '../core/alert.ts';
import { dayOf, type EpochMs, formatDay } from '../core/time.ts';
import type { RiskLimits } from '../engine/risk/risk-limits.ts';
import type { TradingEngine } from '../engine/trading-engine.ts';

const KEPT = 'what is held keeps its stops and targets';

/** Says once a day that a limit of the account has been reached, which denies every entry, before an entry asks. */
export class LimitWatch {
  readonly #limits: RiskLimits;
  readonly #engine: Pick<TradingEngine, 'parts'>;
  readonly #raise: (alert: Alert) => void;
  readonly #told = new Set<string>();

  constructor(limits: RiskLimits, engine: Pick<TradingEngine, 'parts'>, raise: (alert: Alert) => void) {
    this.#limits = limits;
    this.#engine = engine;
    this.#raise = raise;
  }

  look(time: EpochMs): void {
    const day = formatDay(dayOf(time));
    for (const [name, text] of this.#reached()) {
      // The same key after a restart: the book takes it once.
      const key = `risk/${name}/${day}`;
      if (this.#told.has(key)) continue;
      this.#told.add(key);
      this.#raise({ key, kind: 'risk', topic: 'limit', level: 'critical', text, time });
    }
  }

  *#reached(): Generator<readonly [name: string, text: string]> {
    const { dailyLossPaise, maxDrawdownPercent, losingStreak } = this.#limits;
    const { portfolio } = this.#engine.parts;
    const { dayPaise, equityPaise, peakEquityPaise } = portfolio;
    if (dailyLossPaise !== null && -dayPaise >= dailyLossPaise) {
      const loss = `The day's loss of ${formatMoney(-dayPaise)} has reached the limit of ${formatMoney(dailyLossPaise)}`;
      yield ['daily-loss', `${loss}: no entry is sent while it stands so; ${KEPT}`];
    }
    const fall = peakEquityPaise - equityPaise;
    if (maxDrawdownPercent !== null && fall > 0 && fall * 100 >= maxDrawdownPercent * peakEquityPaise) {
      const percent = formatPercent((fall / peakEquityPaise) * 100);
      const text = `Equity is ${percent} below its peak, and the limit is ${formatPercent(maxDrawdownPercent)}`;
      yield ['drawdown', `${text}: no entry is sent while it stands so; ${KEPT}`];
    }
    if (losingStreak !== null && portfolio.losingStreak >= losingStreak) {
      const text = `${portfolio.losingStreak} trades in a row were lost, and the limit is ${losingStreak}`;
      yield ['losing-streak', `${text}: no entry is sent any more today; ${KEPT}`];
    }
  }
}
