import type { InstrumentId } from '../core/ids.ts';
import type { Exchange, OptionType } from '../core/instrument.ts';
import type { Rupees } from '../core/money.ts';

/** What a chain of options is on. */
export interface OptionUnderlying {
  /** Where the options are traded; with the symbol it names the chain. */
  readonly exchange: Exchange;
  /** As its contracts are called: `NIFTY`. */
  readonly symbol: string;
  /** The share or index itself; null where there is none, as with a commodity. */
  readonly instrumentId: InstrumentId | null;
  /** `2026-11-24`, the nearest first; past ones may be among them. */
  readonly expiries: readonly string[];
}

export interface OptionContract {
  readonly instrumentId: InstrumentId;
  readonly strike: Rupees;
  readonly optionType: OptionType;
}

/** The options that can be looked at. */
export interface OptionList {
  /** By an id, an index's common name or a symbol, in any case; undefined when nothing of that name has options. */
  underlying(name: string): Promise<OptionUnderlying | undefined>;
  /** Those of one expiry, by strike. */
  contracts(of: Pick<OptionUnderlying, 'exchange' | 'symbol'>, expiry: string): Promise<readonly OptionContract[]>;
}
