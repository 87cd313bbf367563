/**
 * A synthetic market: shares, the index made of them, and options on the index, day after day.
 *
 * Entry point: `createSyntheticMarket`; then one call a trading day, in order: `candlesOn` for one-minute candles or
 * `ticksOn` for every tick of the session. Prices go on from one day to the next with an overnight gap.
 *
 * Invariants: pure and seeded, so the same plan gives the same market to the byte; prices lie on the instrument's tick and
 * above zero; nothing trades outside the session the calendar gives, but for the prints of a closing auction.
 * A day's candles are never made beside its ticks: of a day drawn as ticks, the ticks are the only source.
 */
import type { CandleColumns } from '../core/candle-columns.ts';
import { InvariantError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import type { Instrument } from '../core/instrument.ts';
import type { MarketCalendar, MarketSession } from '../core/market-session.ts';
import type { Rupees } from '../core/money.ts';
import type { Tick } from '../core/tick.ts';
import { type DayNumber, formatDay, parseDay, SECOND_MS } from '../core/time.ts';
import { candlesOfPath } from './market-generator-candles.ts';
import { optionTicks, pathTicks } from './market-generator-ticks.ts';
import { createPath } from './price-path.ts';
import { createRandom, type Random } from './random.ts';

export interface ShareModel {
  readonly instrument: Instrument;
  readonly startPrice: Rupees;
  /** How much of the market's move it makes. */
  readonly beta: number;
  /** Standard deviation of the day's own log return, apart from the market's. */
  readonly ownVolatility: number;
  /** Share of the index, below 1. */
  readonly weight: number;
  /** Units on an average day. */
  readonly dailyVolume: number;
}

export interface MarketPlan {
  readonly seed: string;
  readonly calendar: MarketCalendar;
  readonly shares: readonly ShareModel[];
  readonly index: { readonly instrument: Instrument; readonly startPrice: Rupees };
  /** Standard deviation of the market's daily log return; 0.006 by default. */
  readonly marketVolatility?: number;
}

export interface DayCandles {
  readonly instrumentId: InstrumentId;
  readonly candles: CandleColumns;
}

export interface SyntheticMarket {
  /** The latest price of a share or the index. */
  priceOf(instrumentId: InstrumentId): Rupees;
  /** One-minute candles of each share and the index; empty on a day without a session. */
  candlesOn(day: DayNumber): DayCandles[];
  /** All ticks of the day in order of time; options are priced from the index. */
  ticksOn(day: DayNumber, options?: readonly Instrument[]): Tick[];
}

const CANDLE_STEP_MS = 5 * SECOND_MS;
/** The rest of the index moves with the market and a little by itself. */
const REST_VOLATILITY = 0.002;
const GAP_SHARE = 0.45;

/** One day's log prices of everything, from the first open to the last close. */
interface DayPaths {
  readonly open: number;
  readonly stepMs: number;
  readonly shares: readonly Float64Array[];
  readonly index: Float64Array;
}

export function createSyntheticMarket(plan: MarketPlan): SyntheticMarket {
  const { calendar, shares, index } = plan;
  const marketVolatility = plan.marketVolatility ?? 0.006;
  const sharePrices = shares.map((share) => Math.log(share.startPrice));
  let indexPrice = Math.log(index.startPrice);
  let lastDay = Number.NEGATIVE_INFINITY;

  const streamOf = (day: DayNumber, name: string): Random => createRandom(`${plan.seed}|${formatDay(day)}|${name}`);

  /** Draws the day and moves the prices on to its end. */
  const drawDay = (day: DayNumber, sessions: readonly MarketSession[], stepMs: number): DayPaths => {
    if (day <= lastDay) throw new InvariantError(`Expected a day after ${formatDay(lastDay)}, found ${formatDay(day)}`);
    lastDay = day;
    const open = Math.min(...sessions.map((session) => session.open));
    const close = Math.max(...sessions.map((session) => session.auction?.close ?? session.close));
    const steps = Math.ceil((close - open) / stepMs);
    const random = streamOf(day, 'market');
    const mood = Math.exp(0.3 * random.normal());
    const volatility = marketVolatility * mood;
    const marketGap = GAP_SHARE * volatility * random.normal();
    const market = createPath({ random, steps, stepMs, dailyVolatility: volatility });
    const rest = createPath({ random: streamOf(day, 'rest'), steps, stepMs, dailyVolatility: REST_VOLATILITY });
    const indexPath = new Float64Array(steps);
    const weightOfRest = 1 - shares.reduce((sum, share) => sum + share.weight, 0);
    let indexGap = weightOfRest * marketGap;
    for (let step = 0; step < steps; step++) indexPath[step] = weightOfRest * ((market[step] ?? 0) + (rest[step] ?? 0));
    const sharePaths = shares.map((share, number) => {
      const own = streamOf(day, share.instrument.id);
      const gap = share.beta * marketGap + GAP_SHARE * share.ownVolatility * own.normal();
      const path = createPath({ random: own, steps, stepMs, dailyVolatility: share.ownVolatility * mood });
      const start = (sharePrices[number] ?? 0) + gap;
      indexGap += share.weight * gap;
      for (let step = 0; step < steps; step++) {
        const move = share.beta * (market[step] ?? 0) + (path[step] ?? 0);
        indexPath[step] = (indexPath[step] ?? 0) + share.weight * move;
        path[step] = start + move;
      }
      sharePrices[number] = path[steps - 1] ?? start;
      return path;
    });
    for (let step = 0; step < steps; step++) indexPath[step] = indexPrice + indexGap + (indexPath[step] ?? 0);
    indexPrice = indexPath[steps - 1] ?? indexPrice;
    return { open, stepMs, shares: sharePaths, index: indexPath };
  };

  const sessionsOn = (day: DayNumber, instruments: readonly Instrument[]): MarketSession[] =>
    instruments.flatMap((instrument) => calendar.sessionOn(instrument, day) ?? []);

  return {
    priceOf(instrumentId) {
      const number = shares.findIndex((share) => share.instrument.id === instrumentId);
      if (number < 0 && instrumentId !== index.instrument.id) {
        throw new InvariantError(`Expected an instrument of the synthetic market, found "${instrumentId}"`);
      }
      return Math.exp(number < 0 ? indexPrice : (sharePrices[number] ?? 0));
    },

    candlesOn(day) {
      const sessions = sessionsOn(day, [index.instrument, ...shares.map((share) => share.instrument)]);
      if (sessions.length === 0) return [];
      const paths = drawDay(day, sessions, CANDLE_STEP_MS);
      const drawn: DayCandles[] = [];
      const add = (instrument: Instrument, path: Float64Array | undefined, dailyVolume: number): void => {
        const session = calendar.sessionOn(instrument, day);
        if (session === null || path === undefined) return;
        const random = streamOf(day, `${instrument.id}|candles`);
        const candles = candlesOfPath({
          random,
          path,
          pathOpen: paths.open,
          stepMs: paths.stepMs,
          session,
          instrument,
          dailyVolume,
        });
        drawn.push({ instrumentId: instrument.id, candles });
      };
      for (const [number, share] of shares.entries()) add(share.instrument, paths.shares[number], share.dailyVolume);
      add(index.instrument, paths.index, 0);
      return drawn;
    },

    ticksOn(day, options = []) {
      const sessions = sessionsOn(day, [index.instrument, ...shares.map((share) => share.instrument), ...options]);
      if (sessions.length === 0) return [];
      const paths = drawDay(day, sessions, SECOND_MS);
      const ticks: Tick[] = [];
      const add = (instrument: Instrument, path: Float64Array | undefined, dailyVolume: number): void => {
        const session = calendar.sessionOn(instrument, day);
        if (session === null || path === undefined) return;
        const random = streamOf(day, `${instrument.id}|ticks`);
        ticks.push(...pathTicks({ random, path, pathOpen: paths.open, session, instrument, dailyVolume }));
      };
      for (const [number, share] of shares.entries()) add(share.instrument, paths.shares[number], share.dailyVolume);
      add(index.instrument, paths.index, 0);
      const mood = streamOf(day, 'options');
      const volatilities = createPath({
        random: mood,
        steps: paths.index.length,
        stepMs: SECOND_MS,
        dailyVolatility: 0.05,
      });
      const atTheMoney = 0.115 + 0.02 * mood.uniform();
      for (const option of options) {
        const session = calendar.sessionOn(option, day);
        const expires = calendar.sessionOn(option, parseDay(option.expiry ?? '') ?? day)?.close;
        if (session === null || expires === undefined || expires <= session.open) continue;
        const random = streamOf(day, `${option.id}|ticks`);
        const path = { random, path: paths.index, pathOpen: paths.open, session };
        ticks.push(...optionTicks({ ...path, option, expires, atTheMoney, volatilities }));
      }
      // Stable: ticks of one millisecond keep the order of the instruments.
      return ticks.sort((a, b) => a.time - b.time);
    },
  };
}
