/** Why a tick was not taken. */
export type TickRefusal =
  | 'unknown-instrument'
  | 'outside-session'
  | 'auction-print'
  | 'bad-price'
  | 'duplicate'
  | 'beyond-circuit'
  | 'late';

/** Why a ready candle was not taken. */
export type CandleRefusal = 'unknown-instrument' | 'outside-session' | 'out-of-order' | 'misaligned' | 'bad-price';

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
