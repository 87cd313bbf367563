/**
 * Ticks of one instrument in one session, off a path of log prices with one step a second. Cumulative volume and
 * sequence rise; a share's closing auction ends in a few prints at one price.
 */

import { InvariantError } from '../core/errors.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketSession } from '../core/market-session.ts';
import { type Rupees, snapToTick } from '../core/money.ts';
import type { Tick } from '../core/tick.ts';
import { DAY_MS, type EpochMs, SECOND_MS } from '../core/time.ts';
import { blackScholes, smile } from './option-chain.ts';
import { intradayShape } from './price-path.ts';
import type { Random } from './random.ts';

export interface PathTicks {
  readonly random: Random;
  readonly path: Float64Array;
  readonly pathOpen: number;
  readonly session: MarketSession;
  readonly instrument: Instrument;
  /** Units on an average day; 0 for an index. */
  readonly dailyVolume: number;
}

export interface OptionTicks {
  readonly random: Random;
  /** The underlying's log prices. */
  readonly path: Float64Array;
  readonly pathOpen: number;
  readonly session: MarketSession;
  readonly option: Instrument;
  /** When trading in it ends for good. */
  readonly expires: EpochMs;
  readonly atTheMoney: number;
  /** Log changes of the implied volatility, a step a second. */
  readonly volatilities: Float64Array;
}

/** Chance of a tick in an average second. */
const SHARE_TICKS_PER_SECOND = 0.5;
const INDEX_TICKS_PER_SECOND = 0.75;
const OPTION_TICKS_PER_SECOND = 0.2;
const HALF_SPREAD = 0.0001;
const AUCTION_SHARE_OF_DAY = 0.06;
const AUCTION_PRINTS = 4;
const RATE = 0.065;
const YEAR_MS = 365 * DAY_MS;
const OPTION_LOTS_PER_TICK = 12;

export function pathTicks(options: PathTicks): Tick[] {
  const { random, path, pathOpen, session, instrument, dailyVolume } = options;
  const isIndex = instrument.kind === 'INDEX';
  const ticks: Tick[] = [];
  const seconds = (session.close - session.open) / SECOND_MS;
  const rate = isIndex ? INDEX_TICKS_PER_SECOND : SHARE_TICKS_PER_SECOND;
  const meanVolume = dailyVolume / (seconds * rate);
  let volume = 0;
  const push = (time: number, price: Rupees, traded: number, halfSpread: Rupees | null): void => {
    volume += traded;
    const isBuy = random.uniform() < 0.5;
    const bid = halfSpread === null ? null : snap(price - halfSpread, instrument, 'down');
    const ask = halfSpread === null ? null : snap(price + halfSpread, instrument, 'up');
    const lastPrice = bid === null || ask === null ? snap(price, instrument, 'nearest') : isBuy ? ask : bid;
    ticks.push({
      instrumentId: instrument.id,
      time,
      lastPrice,
      volume,
      openInterest: null,
      bid,
      ask,
      sequence: ticks.length + 1,
    });
  };
  for (let second = 0; second < seconds; second++) {
    const shape = intradayShape(second / seconds);
    if (second > 0 && random.uniform() >= rate * Math.min(1.25, 0.7 + 0.3 * shape)) continue;
    const time = session.open + second * SECOND_MS + random.below(SECOND_MS);
    const price = Math.exp(path[Math.round((session.open - pathOpen) / SECOND_MS) + second] ?? 0);
    const traded = isIndex ? 0 : 1 + Math.floor(-Math.log(1 - random.uniform()) * meanVolume * shape);
    push(time, price, traded, isIndex ? null : price * HALF_SPREAD);
  }
  if (session.auction !== null && !isIndex) {
    const { open, close } = session.auction;
    const price = Math.exp(path[Math.round((close - pathOpen) / SECOND_MS) - 1] ?? 0);
    // Matching is the last quarter of the auction.
    const matching = open + 0.75 * (close - open);
    for (let print = 0; print < AUCTION_PRINTS; print++) {
      const time = Math.floor(matching + ((print + random.uniform()) * (close - matching)) / AUCTION_PRINTS);
      push(time, price, Math.round((AUCTION_SHARE_OF_DAY * dailyVolume) / AUCTION_PRINTS), null);
    }
  }
  return ticks;
}

export function optionTicks(options: OptionTicks): Tick[] {
  const { random, path, pathOpen, session, option, expires, atTheMoney, volatilities } = options;
  const { strike, optionType } = option;
  if (strike === null || optionType === null) {
    throw new InvariantError(`Expected an option with strike and type, found "${option.id}"`);
  }
  const seconds = (session.close - session.open) / SECOND_MS;
  const ticks: Tick[] = [];
  let volume = 0;
  let openInterest = option.lotSize * (20_000 + random.below(60_000));
  for (let second = 0; second < seconds; second++) {
    const shape = intradayShape(second / seconds);
    if (second > 0 && random.uniform() >= OPTION_TICKS_PER_SECOND * (0.7 + 0.3 * shape)) continue;
    const step = Math.round((session.open - pathOpen) / SECOND_MS) + second;
    const time = session.open + second * SECOND_MS + random.below(SECOND_MS);
    const spot = Math.exp(path[step] ?? 0);
    const years = Math.max(0, (expires - time) / YEAR_MS);
    const level = smile(atTheMoney * Math.exp(volatilities[step] ?? 0), spot, strike, years);
    const price = blackScholes({ spot, strike, years, rate: RATE, volatility: level, optionType });
    const halfSpread = Math.max(option.tickSize / 2, price * 0.001);
    const bid = snap(price - halfSpread, option, 'down');
    const ask = Math.max(bid + option.tickSize, snap(price + halfSpread, option, 'up'));
    const lots = 1 + Math.floor(-Math.log(1 - random.uniform()) * OPTION_LOTS_PER_TICK * shape);
    volume += lots * option.lotSize;
    openInterest = Math.max(0, openInterest + (random.below(2 * lots + 1) - lots) * option.lotSize);
    const snappedAsk = snap(ask, option, 'nearest');
    const lastPrice = random.uniform() < 0.5 ? bid : snappedAsk;
    ticks.push({
      instrumentId: option.id,
      time,
      lastPrice,
      volume,
      openInterest,
      bid,
      ask: snappedAsk,
      sequence: ticks.length + 1,
    });
  }
  return ticks;
}

function snap(price: Rupees, instrument: Instrument, toward: 'nearest' | 'up' | 'down'): Rupees {
  return Math.max(instrument.tickSize, snapToTick(price, instrument.tickSize, toward));
}
