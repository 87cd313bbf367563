/** A trading day as the books have it, whichever processes traded it. Entry point: `readDayFacts`. */
import type { DenialCode } from '../core/denial-reason.ts';
import type { Paise } from '../core/money.ts';
import type { OrderStatus } from '../core/order-status.ts';
import { type DayNumber, formatDay, startOfDay } from '../core/time.ts';
import type { Sql } from './sql.ts';

export interface DayFacts {
  readonly orders: Readonly<Partial<Record<OrderStatus, number>>>;
  readonly fills: number;
  /** Of the day's fills. */
  readonly chargesPaise: Paise;
  /** Closed on the day; their charges include those of fills of days before. */
  readonly trades: {
    readonly won: number;
    readonly lost: number;
    readonly grossPaise: Paise;
    readonly chargesPaise: Paise;
    readonly netPaise: Paise;
  };
  readonly openPositions: number;
  readonly denied: Readonly<Partial<Record<DenialCode, number>>>;
  readonly differences: { readonly found: number; readonly open: number };
  /** One-minute candles: all, with a hole in the stream, and fetched after the fact. */
  readonly candles: { readonly all: number; readonly withGap: number; readonly filled: number };
}

export async function readDayFacts({ sql }: { readonly sql: Sql }, day: DayNumber): Promise<DayFacts> {
  const [from, to] = [startOfDay(day), startOfDay(day + 1)];
  const [orders, denied, [books], [trades], [differences], [candles]] = await Promise.all([
    sql<Counted[]>`
      select status as name, count(*)::int as count from orders
      where created_time >= ${from} and created_time < ${to} group by 1 order by 2 desc, 1`,
    sql<Counted[]>`
      select denial_code as name, count(*)::int as count from signals
      where denial_code is not null and created_time >= ${from} and created_time < ${to} group by 1 order by 2 desc, 1`,
    sql<Pick<DayFacts, 'fills' | 'chargesPaise' | 'openPositions'>[]>`
      select count(*)::int as fills, coalesce(sum(charges_paise), 0)::float8 as "chargesPaise",
        (select count(*)::int from (
          select distinct on (strategy_id, instrument_id, product) quantity from positions
          where day <= ${formatDay(day)}::text::date
          order by strategy_id, instrument_id, product, day desc) latest where quantity <> 0) as "openPositions"
      from fills where time >= ${from} and time < ${to}`,
    sql<DayFacts['trades'][]>`
      select count(*) filter (where net_paise > 0)::int as won, count(*) filter (where net_paise <= 0)::int as lost,
        coalesce(sum(gross_paise), 0)::float8 as "grossPaise",
        coalesce(sum(charges_paise), 0)::float8 as "chargesPaise", coalesce(sum(net_paise), 0)::float8 as "netPaise"
      from trades where exit_time >= ${from} and exit_time < ${to}`,
    sql<DayFacts['differences'][]>`
      select count(*) filter (where found_time >= ${from} and found_time < ${to})::int as found,
        count(*) filter (where resolved_time is null)::int as open
      from differences`,
    sql<DayFacts['candles'][]>`
      select count(*)::int as all, count(*) filter (where provenance = 'live-with-gap')::int as "withGap",
        count(*) filter (where provenance = 'backfill')::int as filled
      from candles where timeframe = '1m' and open_time >= ${from} and open_time < ${to}`,
  ]);
  return {
    ...(books ?? { fills: 0, chargesPaise: 0, openPositions: 0 }),
    orders: countsOf(orders),
    denied: countsOf(denied),
    trades: trades ?? { won: 0, lost: 0, grossPaise: 0, chargesPaise: 0, netPaise: 0 },
    differences: differences ?? { found: 0, open: 0 },
    candles: candles ?? { all: 0, withGap: 0, filled: 0 },
  };
}

interface Counted {
  readonly name: string;
  readonly count: number;
}

function countsOf(rows: readonly Counted[]): Readonly<Record<string, number>> {
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}
