import type { Candle } from '../../core/candle.ts';
import { InvariantError } from '../../core/errors.ts';
import type { StrategyId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import { type Rupees, snapToTick } from '../../core/money.ts';
import { oppositeOf, type ProductType } from '../../core/order.ts';
import type { Position } from '../../core/position.ts';
import type { Signal } from '../../core/signal.ts';
import type { EpochMs } from '../../core/time.ts';
import type { SignalDraft } from '../strategy/strategy.ts';
import { signalKey } from './signal-key.ts';

export interface DraftOrigin {
  readonly strategyId: StrategyId;
  readonly instrument: Instrument;
  readonly product: ProductType;
  /** The candle that was decided on. */
  readonly candle: Candle;
  /** The latest price of the draft's instrument. */
  readonly lastPrice: Rupees;
  readonly position: Position;
  /** Units to enter with, when the draft does not say; asked for entries only. */
  sizeOf(entryPrice: Rupees, stopLoss: Rupees | null): number;
  readonly now: EpochMs;
  readonly expires: EpochMs;
}

const DEFAULT_CONFIDENCE = 50;
const NO_TAGS: readonly string[] = [];

/** Gives a draft its identity and size. The verdict is still open: allowed until risk has said otherwise. */
export function signalFromDraft(draft: SignalDraft, origin: DraftOrigin): Signal {
  const { instrument, candle } = origin;
  const isEntry = draft.kind === 'ENTRY';
  const stopLoss = isEntry ? snapped(draft.stopLoss, instrument) : null;
  return {
    key: signalKey(origin.strategyId, instrument.id, candle.timeframe, candle.openTime, draft.kind),
    strategyId: origin.strategyId,
    instrumentId: instrument.id,
    timeframe: candle.timeframe,
    candleTime: candle.openTime,
    kind: draft.kind,
    side: isEntry ? draft.side : exitSide(origin.position),
    optionType: instrument.optionType,
    product: origin.product,
    entryPrice: origin.lastPrice,
    target: isEntry ? snapped(draft.target, instrument) : null,
    stopLoss,
    trail: isEntry ? snapped(draft.trail, instrument) : null,
    quantity: isEntry
      ? (draft.quantity ?? origin.sizeOf(origin.lastPrice, stopLoss))
      : Math.abs(origin.position.quantity),
    confidence: draft.confidence ?? DEFAULT_CONFIDENCE,
    reason: draft.reason,
    notes: draft.notes ?? null,
    tags: draft.tags ?? NO_TAGS,
    provenance: candle.provenance,
    createdTime: origin.now,
    expiresTime: origin.expires,
    status: 'ACTIVE',
    verdict: { kind: 'ALLOWED' },
  };
}

function exitSide(position: Position): Signal['side'] {
  return oppositeOf(position.quantity >= 0 ? 'BUY' : 'SELL');
}

/** No price lies below one tick, however wide a stop is meant to be. */
function snapped(price: Rupees | undefined, { id, tickSize }: Instrument): Rupees | null {
  if (price === undefined) return null;
  if (!Number.isFinite(price))
    throw new InvariantError(`Expected a price for a stop or target in "${id}", found ${price}`);
  return Math.max(snapToTick(price, tickSize), tickSize);
}
