/** Why a tick was not taken. */
export const TICK_REFUSALS = [
  'unknown-instrument',
  'outside-session',
  'auction-print',
  'bad-price',
  'duplicate',
  'beyond-circuit',
  'late',
] as const;
export type TickRefusal = (typeof TICK_REFUSALS)[number];

/** Why a ready candle was not taken. */
export const CANDLE_REFUSALS = [
  'unknown-instrument',
  'outside-session',
  'out-of-order',
  'misaligned',
  'bad-price',
] as const;
export type CandleRefusal = (typeof CANDLE_REFUSALS)[number];

export function noTickRefusals(): Record<TickRefusal, number> {
  return {
    'unknown-instrument': 0,
    'outside-session': 0,
    'auction-print': 0,
    'bad-price': 0,
    duplicate: 0,
    'beyond-circuit': 0,
    late: 0,
  };
}

export function noCandleRefusals(): Record<CandleRefusal, number> {
  return { 'unknown-instrument': 0, 'outside-session': 0, 'out-of-order': 0, misaligned: 0, 'bad-price': 0 };
}
