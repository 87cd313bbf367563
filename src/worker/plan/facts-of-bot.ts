import type { Bot, ConfiguredStrategy } from '../../config/load-bot.ts';
import type { InstrumentId } from '../../core/ids.ts';
import type { Instrument } from '../../core/instrument.ts';
import { MINUTE_MS, SECOND_MS } from '../../core/time.ts';
import { timeframeMs } from '../../core/timeframe.ts';
import type { ExecutionPolicy } from '../../engine/orders/execution-policy.ts';
import { largestSlice } from '../../engine/orders/order-planner.ts';
import type { Assumptions, PlanFacts } from './budget-plan.ts';

/** What the plan goes by, and what it had to take for granted. */
export interface BotFacts extends PlanFacts {
  readonly notes: readonly string[];
}

/** `known`: the instruments whose lot and freeze quantity are known. */
export function factsOfBot(
  { strategies, limits, execution }: Pick<Bot, 'strategies' | 'limits' | 'execution'>,
  known: ReadonlyMap<InstrumentId, Instrument>,
  assumptions: Assumptions,
): BotFacts {
  const unknown = new Set<InstrumentId>();
  const unbounded = new Set<InstrumentId>();
  const slicesOf = (strategy: ConfiguredStrategy, id: InstrumentId): number => {
    const instrument = known.get(id);
    if (instrument === undefined) {
      unknown.add(id);
      return 1;
    }
    const slice = largestSlice(instrument);
    if (slice === Number.POSITIVE_INFINITY) return 1;
    const units = mostUnits(strategy, limits.maxPositionPerInstrument);
    if (units === Number.POSITIVE_INFINITY) unbounded.add(id);
    return units === Number.POSITIVE_INFINITY ? 1 : Math.max(1, Math.ceil(units / slice));
  };
  const pairs = strategies.flatMap((strategy) =>
    strategy.instruments
      .filter((id) => known.get(id)?.kind !== 'INDEX')
      .map((instrumentId) => ({
        ...{ strategyId: strategy.id, instrumentId, slices: slicesOf(strategy, instrumentId) },
        everyMinutes: timeframeMs(strategy.timeframe) / MINUTE_MS,
      })),
  );
  return {
    pairs,
    instruments: new Set(strategies.flatMap(({ instruments }) => instruments)).size,
    ...{ limits, assumptions },
    repricing: repricingOf(execution),
    notes: [
      'decisions fall when candles close, and every position has a stop',
      `pieces an order is filled in: ${assumptions.fillsPerOrder}; broken links an hour: ${assumptions.reconnectsPerHour}`,
      ...noteOn(unknown, 'not in the instrument list, so one order takes any size'),
      ...noteOn(unbounded, 'no limit on the size, so one order takes it: set risk.maxPositionPerInstrument'),
    ],
  };
}

/** Crossing takes as many steps again, and one more. */
function repricingOf(execution: ExecutionPolicy | null): PlanFacts['repricing'] {
  if (execution === null) return { ofEntry: 0, ofExit: 0, everyMs: SECOND_MS };
  const { reprices, entriesThen, repriceAfterMs: everyMs } = execution;
  const ofExit = 2 * reprices + 1;
  return { ofEntry: entriesThen === 'cancel' ? reprices : ofExit, ofExit, everyMs };
}

/** What sizing and limits let one position become, in units. */
function mostUnits({ sizing }: ConfiguredStrategy, maxPosition: number | null): number {
  const wanted = sizing.kind === 'fixed-quantity' ? sizing.quantity : Number.POSITIVE_INFINITY;
  return Math.min(wanted, maxPosition ?? Number.POSITIVE_INFINITY);
}

function noteOn(ids: ReadonlySet<InstrumentId>, what: string): readonly string[] {
  if (ids.size === 0) return [];
  const [first = ''] = ids;
  return [`${first}${ids.size > 1 ? ` and ${ids.size - 1} more` : ''}: ${what}`];
}
