/**
 * The contract between a strategy and the engine. A strategy is a pure value: handlers are synchronous, see closed
 * candles only, and answer with signal drafts. It never sees a forming candle, another strategy, a store or a network.
 */
import type { ZodType } from 'zod';
import type { Candle } from '../../core/candle.ts';
import type { BookedFill } from '../../core/fill.ts';
import type { InstrumentId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import type { MarketSession } from '../../core/market-session.ts';
import type { Rupees } from '../../core/money.ts';
import type { OrderSide } from '../../core/order.ts';
import type { Position } from '../../core/position.ts';
import type { Tick } from '../../core/tick.ts';
import type { Timeframe } from '../../core/timeframe.ts';
import type { Indicator } from '../indicators/indicator.ts';

/** A wish to open (or add to) a position. Made by `enter`. */
export interface EntryDraft {
  readonly kind: 'ENTRY';
  readonly side: OrderSide;
  /** Which instrument; the candle's own when absent. */
  readonly instrumentId?: InstrumentId | undefined;
  readonly stopLoss?: Rupees | undefined;
  readonly target?: Rupees | undefined;
  /** Has the stop follow the best price since the entry at this distance, in rupees; candle by candle, never back. */
  readonly trail?: Rupees | undefined;
  /** 0 to 100, default 50. */
  readonly confidence?: number | undefined;
  /** Units; the configured sizing decides when absent. */
  readonly quantity?: number | undefined;
  readonly reason: string;
  readonly notes?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** A wish to close the whole position of this strategy in the instrument. Made by `exit`. */
export interface ExitDraft {
  readonly kind: 'EXIT';
  readonly instrumentId?: InstrumentId | undefined;
  readonly reason: string;
  readonly confidence?: number | undefined;
  readonly notes?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

export type SignalDraft = EntryDraft | ExitDraft;
export type Decision = SignalDraft | readonly SignalDraft[] | undefined;

/** The latest closed candles of one instrument and timeframe, newest last. */
export interface CandleSeries {
  readonly length: number;
  /** 0 is the newest, 1 the one before; undefined past the oldest kept. */
  back(offset: number): Candle | undefined;
}

export interface StrategyContext<Params> {
  readonly params: Params;
  /** The instrument, or the first of the group. */
  readonly instrument: Instrument;
  readonly instruments: readonly Instrument[];
  /** The timeframe the owner configured; `onCandle` is called for it. */
  readonly timeframe: Timeframe;
  /** Has the engine feed the indicator each closed candle, before `onCandle` sees that candle. */
  use<I extends Indicator<unknown>>(indicator: I, source?: { instrumentId?: InstrumentId; timeframe?: Timeframe }): I;
  /** Ask in `create`: candles are kept from the first time they are asked for. */
  candles(source?: { instrumentId?: InstrumentId; timeframe?: Timeframe }): CandleSeries;
  /** Own position only; quantity 0 when flat. */
  position(instrumentId?: InstrumentId): Position;
  /** The session the latest candle belongs to; null before the first. */
  session(): MarketSession | null;
}

export interface StrategyHandlers {
  onCandle(candle: Candle): Decision;
  onTick?(tick: Tick): Decision;
  onFill?(fill: BookedFill): void;
  onSessionStart?(session: MarketSession): void;
  onSessionEnd?(session: MarketSession): void;
}

export interface Strategy<Params = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly params: ZodType<Params>;
  /** One runner per configured instrument, or one for all of them (a pair, an index with its options). */
  readonly scope: 'instrument' | 'group';
  /** Timeframes it needs besides the configured one. */
  readonly timeframes?: readonly Timeframe[];
  /** Candles of the configured timeframe before `onCandle` is asked: the first asked-for candle is number `warmUp`. */
  warmUp(params: Params): number;
  create(ctx: StrategyContext<Params>): StrategyHandlers;
}

/** Checks the literal's types; the value is returned as it is. */
export function defineStrategy<Params>(strategy: Strategy<Params>): Strategy<Params> {
  return strategy;
}

export function enter(draft: Omit<EntryDraft, 'kind'>): EntryDraft {
  return { kind: 'ENTRY', ...draft };
}

export function exit(draft: Omit<ExitDraft, 'kind'>): ExitDraft {
  return { kind: 'EXIT', ...draft };
}
