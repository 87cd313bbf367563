import type { InstrumentId, StrategyId } from './ids.ts';
import type { Paise, Rupees } from './money.ts';
import type { ProductType } from './order.ts';
import type { EpochMs } from './time.ts';

/** What one strategy holds of one instrument. The only signed quantity: negative is short. */
export interface Position {
  readonly strategyId: StrategyId;
  readonly instrumentId: InstrumentId;
  readonly product: ProductType;
  readonly quantity: number;
  /** Mean price of the open quantity; 0 when flat. */
  readonly averagePrice: Rupees;
  readonly openedTime: EpochMs | null;
  /** Gross realised profit since the position was last flat, before charges. */
  readonly realisedPaise: Paise;
  readonly chargesPaise: Paise;
}
