/**
 * The flow: tick -> candles -> strategy -> signals -> risk -> orders, and back: updates and fills -> portfolio.
 *
 * `handle(event)` is synchronous and returns what must be done in the world. Same events in, same effects out, to the
 * byte: the engine reads no clock, no random number and no environment, and does not know what it is wired to.
 */
import type { Candle } from '../core/candle.ts';
import { assertNever } from '../core/errors.ts';
import type { Tick } from '../core/tick.ts';
import { DAY_MS, dayOf, type EpochMs, startOfDay } from '../core/time.ts';
import { candleEnd } from '../core/timeframe.ts';
import type { Effect, EngineEvent } from '../ports/engine-event.ts';
import type { AccountRecord } from '../ports/ledger.ts';
import { obey } from './commands.ts';
import { assemble, type EngineOptions, type EngineParts } from './engine-parts.ts';
import { recover } from './recovery.ts';
import type { Decision, SignalDraft } from './strategy/strategy.ts';
import type { CandleFeed, StrategyRunner } from './strategy/strategy-runner.ts';

export type { EngineOptions } from './engine-parts.ts';

const NOTHING: readonly Effect[] = [];

export class TradingEngine {
  /** The stages; what they hold may be read, only events change it. */
  readonly parts: EngineParts;
  #effects: Effect[] | null = null;
  #closedFeeds: CandleFeed[] = [];
  #closedCount = 0;
  #closedTime: EpochMs = Number.NaN;
  #now: EpochMs = Number.NEGATIVE_INFINITY;
  #dayEnd: EpochMs = Number.NEGATIVE_INFINITY;
  #isWarmingUp = false;

  constructor(options: EngineOptions) {
    this.parts = assemble(options, {
      onCandleClosed: (candle) => this.#onCandleClosed(candle),
      emit: (effect) => this.#emit(effect),
    });
  }

  /** Before the first event: goes on where an earlier run ended, from `since` on. */
  restore(record: AccountRecord, since: EpochMs = Number.NEGATIVE_INFINITY): void {
    recover(this.parts, record, (time) => this.#reach(time), since);
  }

  handle(event: EngineEvent): readonly Effect[] {
    switch (event.type) {
      case 'tick':
        this.#onTick(event.tick);
        break;
      case 'candle':
        this.#onCandle(event.candle);
        break;
      case 'timer':
        this.#onTimer(event.time);
        break;
      case 'gap':
        for (const id of event.instrumentIds) this.parts.candles.markGap(id, event.from, event.to);
        break;
      case 'orderUpdated':
        this.#reach(event.update.time);
        this.parts.orders.onUpdate(event.update);
        break;
      case 'orderFilled':
        this.#reach(event.fill.time);
        this.parts.onFill(event.fill);
        break;
      case 'fundsReported':
        // It is as old as the asking; what came meanwhile has its own time.
        this.parts.desk.funds.take(event);
        break;
      case 'commanded':
        this.#reach(event.time);
        obey(event, this.parts, (effect) => this.#emit(effect));
        break;
      default:
        assertNever(event, 'engine event');
    }
    const effects = this.#effects ?? NOTHING;
    this.#effects = null;
    return effects;
  }

  /** When the engine wants a `timer` event at the latest; Infinity when it waits for nothing. */
  get nextTimer(): EpochMs {
    const nextDecision = this.#closedCount > 0 ? this.#closedTime : Number.POSITIVE_INFINITY;
    return Math.min(nextDecision, this.parts.candles.nextClose, this.parts.nextDue);
  }

  /** Past candles, before the first event: nothing is decided on them. Returns those that closed, of all timeframes. */
  warmUp(candles: readonly Candle[]): readonly Effect[] {
    this.#isWarmingUp = true;
    const effects = candles.flatMap((candle) => this.handle({ type: 'candle', candle }));
    this.#decideOnClosed();
    this.#isWarmingUp = false;
    return effects;
  }

  #onTick(tick: Tick): void {
    const entry = this.parts.market.find(tick.instrumentId);
    this.#reach(tick.time);
    if (!entry || this.parts.candles.onTick(tick) !== undefined) return;
    entry.lastPrice.price = tick.lastPrice;
    this.parts.orders.keeper.onPrice(entry, tick.lastPrice, tick.lastPrice, this.#now);
    for (const runner of entry.tickRunners) this.#decideOnTick(runner, tick);
    this.#doWhatIsDue();
  }

  #onCandle(candle: Candle): void {
    const entry = this.parts.market.get(candle.instrumentId);
    const session = this.parts.market.sessionAt(entry, candle.openTime);
    this.#reach(session ? candleEnd(candle.openTime, candle.timeframe, session.close) : candle.openTime);
    if (this.parts.candles.onBaseCandle(candle) !== undefined) return;
    entry.lastPrice.price = candle.close;
    if (!this.#isWarmingUp) this.parts.orders.keeper.onCandle(entry, candle, this.#now);
    // Candles that others wait for come one by one: a group decides when time goes on.
    if (!this.parts.hasGroups) this.#decideOnClosed();
    this.#doWhatIsDue();
  }

  #onTimer(time: EpochMs): void {
    this.#reach(time);
    this.parts.candles.advance(time);
    this.#decideOnClosed();
    this.#doWhatIsDue();
  }

  /** All candles that close at one moment are taken in before any strategy is asked about one of them. */
  #onCandleClosed(candle: Candle): void {
    const entry = this.parts.market.get(candle.instrumentId);
    const session = this.parts.market.sessionAt(entry, candle.openTime);
    const closedTime = candleEnd(candle.openTime, candle.timeframe, session?.close ?? Number.POSITIVE_INFINITY);
    if (closedTime !== this.#closedTime) this.#decideOnClosed();
    this.#closedTime = closedTime;
    this.#emit({ type: 'candleClosed', candle });
    const feeds = entry.feeds.get(candle.timeframe);
    if (!feeds) return;
    for (const feed of feeds) {
      feed.take(candle, session);
      if (!feed.decides) continue;
      this.#closedFeeds[this.#closedCount] = feed;
      this.#closedCount += 1;
    }
  }

  #decideOnClosed(): void {
    const feeds = this.#closedFeeds;
    const count = this.#closedCount;
    this.#closedCount = 0;
    for (let i = 0; i < count; i += 1) {
      const feed = feeds[i];
      const candle = feed?.latest;
      if (!feed || !candle) continue;
      this.#onDecision(feed.runner, candle, feed.runner.decide(feed, candle));
    }
  }

  #decideOnTick(runner: StrategyRunner, tick: Tick): void {
    const candle = runner.feed(tick.instrumentId, runner.instance.timeframe).latest;
    if (candle) this.#onDecision(runner, candle, runner.onTick(tick));
  }

  #onDecision(runner: StrategyRunner, candle: Candle, decision: Decision): void {
    if (decision === undefined || this.#isWarmingUp) return;
    if ('kind' in decision) this.#onDraft(runner, candle, decision);
    else for (const draft of decision) this.#onDraft(runner, candle, draft);
  }

  #onDraft(runner: StrategyRunner, candle: Candle, draft: SignalDraft): void {
    const { desk, market, orders } = this.parts;
    const strategy = this.parts.strategyOf(runner);
    const entry = market.get(draft.instrumentId ?? candle.instrumentId);
    const judged = desk.judge(draft, strategy, candle, entry, this.#now);
    if (!judged) return;
    const { signal, notBefore } = judged;
    this.#emit({ type: 'signalDecided', signal });
    if (signal.verdict.kind === 'DENIED') return;
    if (signal.kind === 'ENTRY') orders.enter(signal, entry, notBefore);
    else orders.leave(signal, entry, notBefore);
  }

  #doWhatIsDue(): void {
    if (!this.#isWarmingUp && this.#now >= this.parts.nextDue) this.parts.doDue(this.#now);
  }

  #emit(effect: Effect): void {
    if (this.#effects === null) this.#effects = [effect];
    else this.#effects.push(effect);
  }

  /** Time moves forward only; a new day resets what is counted by the day. */
  #reach(time: EpochMs): void {
    if (time > this.#now) this.#now = time;
    if (this.#now < this.#dayEnd) return;
    this.#dayEnd = startOfDay(dayOf(this.#now)) + DAY_MS;
    this.parts.startDay(this.#now);
  }
}
