/** Where things lie in a SmartStream packet: little-endian, fixed offsets, the same in the broker's SDKs and its docs. */

/** What a subscription asks for; the first byte of each packet says the same. */
export const STREAM_MODES = { ltp: 1, quote: 2, snapQuote: 3 } as const;
export type StreamMode = (typeof STREAM_MODES)[keyof typeof STREAM_MODES];
/** Twenty levels of depth: withdrawn by the broker in April 2025. */
export const WITHDRAWN_DEPTH_MODE = 4;

/** Packets may grow at the end; a shorter one is corrupt. */
export const LTP_BYTES = 51;
export const QUOTE_BYTES = 123;
export const SNAP_QUOTE_BYTES = 379;

export const SEGMENT_AT = 1;
/** ASCII, ended by NUL. */
export const TOKEN_AT = 2;
export const TOKEN_BYTES = 25;
export const SEQUENCE_AT = 27;
/** Epoch milliseconds. */
export const FEED_TIME_AT = 35;
export const LAST_PRICE_AT = 43;
export const VOLUME_AT = 67;
export const OPEN_INTEREST_AT = 131;

/** Ten levels: five buys, then five sells, best first; a level that is not used is all zero. */
export const DEPTH_AT = 147;
export const DEPTH_LEVELS = 10;
export const FIRST_SELL_LEVEL = 5;
export const LEVEL_BYTES = 20;
/** Within a level; 1 is a buy, 0 a sell. One SDK and its issue tracker say the reverse: captured traffic does not. */
export const LEVEL_FLAG_AT = 0;
export const LEVEL_PRICE_AT = 10;
