import type { GttTerms } from '../core/gtt.ts';
import type { BrokerGttId, InstrumentId } from '../core/ids.ts';
import type { OrderSide, ProductType } from '../core/order.ts';
import type { EpochMs } from '../core/time.ts';
import type { Outcome } from './outcome.ts';

/** One rule as it is sent. It carries no word of ours: the broker has no field for one. */
export interface GttRequest extends GttTerms {
  readonly instrumentId: InstrumentId;
  readonly side: OrderSide;
  readonly product: ProductType;
  /** Whole days, up to a year. */
  readonly validDays: number;
}

/** One rule as the broker's list shows it, ours or not. */
export interface BrokerGtt extends GttTerms {
  readonly id: BrokerGttId;
  /** Null for an instrument or a product that this process does not know. */
  readonly instrumentId: InstrumentId | null;
  readonly product: ProductType | null;
  /** The broker's name of the instrument, for people. */
  readonly symbol: string;
  readonly side: OrderSide;
  readonly status: 'LIVE' | 'TRIGGERED' | 'CANCELLED';
  readonly createdTime: EpochMs | null;
  readonly expires: EpochMs | null;
}

export interface BrokerGttList {
  readonly rules: readonly BrokerGtt[];
  /** Rows that could not be read. If there are any, what is not among `rules` is not proven absent. */
  readonly unreadRows: number;
}

/** Units held for delivery that can be sold, by instrument; what was bought today counts, what was sold today does not. */
export type Holdings = ReadonlyMap<InstrumentId, number>;

/** Where good-till-triggered rules rest. One rule has one trigger. */
export interface GttBroker {
  readonly name: string;
  /** Whether rules of the instrument can be told by `list`. */
  isListed(id: InstrumentId): boolean;
  create(request: GttRequest): Promise<Outcome<{ readonly id: BrokerGttId }>>;
  /** Sending the same terms again changes nothing. */
  modify(id: BrokerGttId, instrumentId: InstrumentId, terms: GttTerms): Promise<Outcome<null>>;
  cancel(id: BrokerGttId, instrumentId: InstrumentId): Promise<Outcome<null>>;
  /** All rules of the account, those that have ended included, as long as the broker tells of them. */
  list(): Promise<Outcome<BrokerGttList>>;
  holdings(): Promise<Outcome<Holdings>>;
}
