/**
 * Turns a strategy's draft into a signal with size and verdict. Every draft comes out with exactly one verdict.
 */
import type { Candle } from '../core/candle.ts';
import { InvariantError } from '../core/errors.ts';
import type { SignalKey } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { Rupees } from '../core/money.ts';
import type { ProductType } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import type { EpochMs } from '../core/time.ts';
import { type Timeframe, timeframeMs } from '../core/timeframe.ts';
import type { Switches } from '../ports/engine-event.ts';
import type { MarketEntry, MarketView } from './market-view.ts';
import type { OrderBook } from './orders/order-book.ts';
import type { OpenPosition } from './portfolio/open-position.ts';
import type { Portfolio } from './portfolio/portfolio.ts';
import { marginOf } from './risk/margin.ts';
import { ReportedFunds } from './risk/reported-funds.ts';
import { assess } from './risk/risk-engine.ts';
import type { RiskLimits } from './risk/risk-limits.ts';
import type { AccountView } from './risk/risk-rule.ts';
import { type Sizing, sizeOf } from './risk/sizing.ts';
import { RecentIds } from './signals/recent-ids.ts';
import { signalFromDraft } from './signals/signal-from-draft.ts';
import type { SignalDraft } from './strategy/strategy.ts';
import type { StrategyInstance } from './strategy/strategy-instance.ts';

export interface ConfiguredStrategy {
  readonly instance: StrategyInstance;
  readonly product: ProductType;
  readonly sizing: Sizing;
}

export type SwitchBoard = { -readonly [Name in keyof Switches]: Switches[Name] };

export interface JudgedSignal {
  readonly signal: Signal;
  /** Orders must not be with the broker earlier. */
  readonly notBefore: EpochMs;
}

/** What the account is to an exit: no rule looks. */
const UNASKED: AccountView = {
  capitalPaise: 0,
  equityPaise: 0,
  peakEquityPaise: 0,
  dayPaise: 0,
  availablePaise: 0,
  openPositions: 0,
  pendingPositions: 0,
  ordersLastMinute: 0,
  ordersToday: 0,
  losingStreak: 0,
};

export class SignalDesk {
  readonly #market: MarketView;
  readonly #book: OrderBook;
  readonly #portfolio: Portfolio;
  readonly #limits: RiskLimits;
  readonly #switches: SwitchBoard;
  /** When the latest stop-loss of a strategy in an instrument was filled. */
  readonly #stopTimes = new Map<OpenPosition, EpochMs>();
  readonly #decided = new RecentIds<SignalKey>();
  /** What the broker says; nothing where there is none. */
  readonly funds = new ReportedFunds();

  constructor(market: MarketView, book: OrderBook, portfolio: Portfolio, limits: RiskLimits, switches: SwitchBoard) {
    this.#market = market;
    this.#book = book;
    this.#portfolio = portfolio;
    this.#limits = limits;
    this.#switches = switches;
  }

  /** Undefined when the same decision on the same candle has its verdict already. */
  judge(
    draft: SignalDraft,
    strategy: ConfiguredStrategy,
    candle: Candle,
    entry: MarketEntry,
    now: EpochMs,
  ): JudgedSignal | undefined {
    const { instrument } = entry;
    const { instance, product, sizing } = strategy;
    if (draft.instrumentId !== undefined && !instance.instruments.some(({ id }) => id === draft.instrumentId)) {
      throw new InvariantError(
        `Strategy "${instance.id}" decided on "${draft.instrumentId}", which it is not configured for`,
      );
    }
    const session = this.#market.nextSession(entry, now);
    const notBefore = session ? Math.max(now, session.open) : now;
    const position = this.#portfolio.position(instance.id, instrument.id, product);
    const lastPrice: Rupees = Number.isNaN(entry.lastPrice.price) ? candle.close : entry.lastPrice.price;
    // Exits ask nothing of the account, and it is not free to look at.
    const account = draft.kind === 'ENTRY' ? this.#account(now) : UNASKED;
    const signal = signalFromDraft(draft, {
      strategyId: instance.id,
      instrument,
      product,
      candle,
      lastPrice,
      position: position.position(),
      sizeOf: (entryPrice, stopLoss) => {
        const side = draft.kind === 'ENTRY' ? draft.side : 'SELL';
        const marginPaisePerUnit = Math.max(
          marginOf({ instrument, product, side, price: entryPrice, quantity: 1 }, this.#limits),
          this.funds.unitMarginPaise({ instrumentId: instrument.id, side, product }, now),
        );
        const { equityPaise, availablePaise } = account;
        return sizeOf(sizing, {
          entryPrice,
          stopLoss,
          equityPaise,
          lotSize: instrument.lotSize,
          availablePaise,
          marginPaisePerUnit,
        });
      },
      now,
      expires: notBefore + validityMs(candle.timeframe, session),
    });
    if (this.#decided.has(signal.key)) return undefined;
    this.#decided.add(signal.key);
    const verdict = assess(signal, {
      now,
      limits: this.#limits,
      account,
      instrument,
      product,
      session,
      squareOffTime: product === 'INTRADAY' && session ? session.close - this.#limits.squareOffBeforeCloseMs : null,
      position: position.position(),
      workingEntryQuantity: this.#workingEntries(position, instrument.id),
      accountQuantity: this.#portfolio.accountQuantity(instrument.id),
      lastPrice,
      lastStopTime: this.#stopTimes.get(position) ?? null,
      unitMarginPaise: this.funds.unitMarginPaise({ instrumentId: instrument.id, side: signal.side, product }, now),
      doubtfulOrder: draft.kind === 'ENTRY' ? this.#book.doubtfulIn(instrument.id) : null,
      isKilled: this.#switches.isKilled,
      isPaused: this.#switches.isPaused || this.#switches.pausedStrategies.includes(instance.id),
    });
    if (signal.kind === 'ENTRY' && verdict.kind === 'ALLOWED') this.#spend(signal, instrument, now);
    return { signal: verdict.kind === 'DENIED' ? { ...signal, verdict, status: 'DENIED' } : signal, notBefore };
  }

  /** It has its verdict since an earlier run. */
  recall({ key }: Signal): void {
    this.#decided.add(key);
  }

  stopped(position: OpenPosition, time: EpochMs): void {
    this.#stopTimes.set(position, time);
  }

  startDay(): void {
    this.#stopTimes.clear();
    this.#decided.startDay();
  }

  #spend({ side, product, entryPrice, quantity }: Signal, instrument: Instrument, now: EpochMs): void {
    const estimated = marginOf({ instrument, product, side, price: entryPrice, quantity }, this.#limits);
    const reported = this.funds.unitMarginPaise({ instrumentId: instrument.id, side, product }, now) * quantity;
    this.funds.spend(Math.max(estimated, Math.ceil(reported)), now);
  }

  #workingEntries(position: OpenPosition, instrumentId: Signal['instrumentId']): number {
    let units = 0;
    for (const order of this.#book.working(position.strategyId, instrumentId)) {
      if (order.role === 'ENTRY') units += order.quantity - order.filledQuantity;
    }
    return units;
  }

  #account(now: EpochMs): AccountView {
    const portfolio = this.#portfolio;
    let tiedUp = 0;
    for (const { instrumentId, product, quantity, averagePrice } of portfolio.open) {
      const { instrument } = this.#market.get(instrumentId);
      const side = quantity > 0 ? 'BUY' : 'SELL';
      tiedUp += marginOf(
        { instrument, product, side, price: averagePrice, quantity: Math.abs(quantity) },
        this.#limits,
      );
    }
    const pending = new Set<OpenPosition>();
    for (const order of this.#book.workingEntries) {
      const entry = this.#market.get(order.instrumentId);
      const position = portfolio.position(order.strategyId, order.instrumentId, order.product);
      if (position.quantity === 0) pending.add(position);
      const price = order.limitPrice ?? entry.lastPrice.price;
      const quantity = order.quantity - order.filledQuantity;
      tiedUp += marginOf(
        { instrument: entry.instrument, product: order.product, side: order.side, price, quantity },
        this.#limits,
      );
    }
    const { equityPaise } = portfolio;
    return {
      capitalPaise: portfolio.capitalPaise,
      equityPaise,
      peakEquityPaise: portfolio.peakEquityPaise,
      dayPaise: portfolio.dayPaise,
      availablePaise: Math.min(equityPaise - tiedUp, this.funds.availablePaise(now)),
      openPositions: portfolio.open.size,
      pendingPositions: pending.size,
      ordersLastMinute: this.#book.plannedSinceMinute(now),
      ordersToday: this.#book.plannedToday,
      losingStreak: portfolio.losingStreak,
    };
  }
}

/** One more candle of its timeframe: what was not acted on by then has lost its reason. */
function validityMs(timeframe: Timeframe, session: { open: EpochMs; close: EpochMs } | null): number {
  return timeframe === '1d' && session ? session.close - session.open : timeframeMs(timeframe);
}
