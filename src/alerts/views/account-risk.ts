/** What an account's open positions come to. Entry point: `accountRisk`; pure, in paise. */
import type { InstrumentId } from '../../core/ids.ts';
import { type Paise, toPaise } from '../../core/money.ts';
import type { PositionRisk } from '../../ports/account-views.ts';

export interface Exposure {
  readonly instrumentId: InstrumentId;
  /** Worth of what is bought and of what is sold short, over all strategies. */
  readonly longPaise: Paise;
  readonly shortPaise: Paise;
  /** False: no price has come, and it is at the average price of the positions. */
  readonly isPriced: boolean;
}

export interface AccountRisk {
  /** The largest first. */
  readonly exposures: readonly Exposure[];
  readonly longPaise: Paise;
  readonly shortPaise: Paise;
  /** From the latest prices to the stops, of what working stops close; negative where a price is past its stop. */
  readonly atRiskPaise: Paise;
  /** What that would come to, measured from the average prices; before charges, and if stops fill at their price. */
  readonly atStopsPaise: Paise;
  /** Positions that are closed by no working stop, or not all of them. */
  readonly unprotected: readonly PositionRisk[];
}

export function accountRisk(positions: readonly PositionRisk[]): AccountRisk {
  const byInstrument = Map.groupBy(positions, ({ instrumentId }) => instrumentId);
  const exposures = [...byInstrument].map(([instrumentId, own]) => exposureOf(instrumentId, own));
  return {
    exposures: exposures.toSorted((a, b) => b.longPaise + b.shortPaise - a.longPaise - a.shortPaise),
    longPaise: sumOf(exposures, ({ longPaise }) => longPaise),
    shortPaise: sumOf(exposures, ({ shortPaise }) => shortPaise),
    atRiskPaise: sumOf(positions, (each) => toStop(each, priceOf(each), -1)),
    atStopsPaise: sumOf(positions, (each) => toStop(each, each.averagePrice, 1)),
    unprotected: positions.filter(({ quantity, stopUnits }) => stopUnits < Math.abs(quantity)),
  };
}

function exposureOf(instrumentId: InstrumentId, positions: readonly PositionRisk[]): Exposure {
  return {
    instrumentId,
    longPaise: sumOf(positions, (each) => toPaise(priceOf(each), Math.max(each.quantity, 0))),
    shortPaise: sumOf(positions, (each) => toPaise(priceOf(each), Math.max(-each.quantity, 0))),
    isPriced: positions.every(({ lastPrice }) => lastPrice !== null),
  };
}

/** From a price to the stop, of the units that it closes. */
function toStop({ quantity, stopUnits, stopPrice }: PositionRisk, from: number, sign: 1 | -1): Paise {
  return stopPrice === null ? 0 : sign * toPaise(stopPrice - from, Math.sign(quantity) * stopUnits);
}

function priceOf({ lastPrice, averagePrice }: PositionRisk): number {
  return lastPrice ?? averagePrice;
}

function sumOf<T>(rows: readonly T[], paiseOf: (row: T) => Paise): Paise {
  return rows.reduce((sum, row) => sum + paiseOf(row), 0);
}
