/**
 * Identifiers. Branded strings: a broker's token can never be passed where ours is meant.
 */
declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** Broker-neutral and readable: `NSE:RELIANCE`, `NSE:NIFTY 50`, `NFO:NIFTY:2026-11-23:FUT`, `NFO:NIFTY:2026-11-23:26000:CE`. */
export type InstrumentId = Brand<'InstrumentId'>;
/** strategy instance | instrument | timeframe | candle open time | kind. Unique in the database. */
export type SignalKey = Brand<'SignalKey'>;
/** 16 lower-case base-36 characters, never all digits; minted before any I/O. */
export type ClientOrderId = Brand<'ClientOrderId'>;
export type BrokerOrderId = Brand<'BrokerOrderId'>;
/** The broker's name for one good-till-triggered rule. */
export type BrokerGttId = Brand<'BrokerGttId'>;
/** The id a bot owner gave one configured strategy, e.g. `ema-5m`. */
export type StrategyId = Brand<'StrategyId'>;
export type AccountId = Brand<'AccountId'>;
