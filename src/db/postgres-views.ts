/** An account's books as people look at them. Entry point: `PostgresViews`. Reads only, one statement a view. */
import type { BookedFill } from '../core/fill.ts';
import type { InstrumentId, StrategyId } from '../core/ids.ts';
import type { Order } from '../core/order.ts';
import type { Signal } from '../core/signal.ts';
import { MINUTE_MS, startOfDay } from '../core/time.ts';
import { type Timeframe, timeframeMs } from '../core/timeframe.ts';
import type { Trade } from '../core/trade.ts';
import type {
  AccountResult,
  AccountStanding,
  AccountStatus,
  AccountViews,
  DayReport,
  LatestQuote,
  OpenPosition,
  PositionRisk,
  ResultBySource,
  Span,
  VerdictCount,
  WatchedInstrument,
} from '../ports/account-views.ts';
import type { ChartCandle } from '../ports/chart.ts';
import { readSwitches } from './account-record.ts';
import { accountStanding } from './account-standing.ts';
import type { Database } from './database.ts';
import { OPEN_POSITIONS as OPEN } from './open-positions.ts';
import { positionRisks } from './position-risks.ts';
import { rowReader } from './row-statement.ts';
import { trades } from './schema/books.ts';
import { orders, signals } from './schema/decisions.ts';
import { signalFromRow } from './signal-row.ts';
import type { Sql } from './sql.ts';
import { verdictCounts } from './verdict-counts.ts';
import { watchedInstruments } from './watched-instruments.ts';

const readOrder = rowReader(orders);
const readSignal = rowReader(signals);
const readTrade = rowReader(trades);

export class PostgresViews implements AccountViews {
  readonly #sql: Sql;

  constructor({ sql }: Pick<Database, 'sql'>) {
    this.#sql = sql;
  }

  async status(): Promise<AccountStatus> {
    const sql = this.#sql;
    const [switches, standing, [row]] = await Promise.all([
      readSwitches({ sql }),
      accountStanding({ sql }, null),
      sql<Pick<AccountStatus, 'unknownOrders' | 'lastPriceTime' | 'differences'>[]>`
        select (select count(*)::int from orders where status = 'UNKNOWN') as "unknownOrders",
          (select max(time) from quotes) as "lastPriceTime",
          (select count(*)::int from differences where resolved_time is null) as differences`,
    ]);
    const { unknownOrders = 0, lastPriceTime = null, differences = 0 } = row ?? {};
    return { ...standing, switches, unknownOrders, lastPriceTime, differences };
  }

  standing(strategyId: StrategyId | null): Promise<AccountStanding> {
    return accountStanding({ sql: this.#sql }, strategyId);
  }

  async positions(): Promise<readonly OpenPosition[]> {
    return this.#sql.unsafe<OpenPosition[]>(`
      select strategy_id as "strategyId", instrument_id as "instrumentId", product, quantity,
        average_price as "averagePrice", opened_time as "openedTime",
        last_price as "lastPrice", quotes.time as "lastTime",
        (select trigger_price from orders where ${IS_LEG} and role = 'STOP_LOSS' order by sequence desc limit 1) as stop,
        (select limit_price from orders where ${IS_LEG} and role = 'TARGET' order by sequence desc limit 1) as target
      from ${OPEN} as open left join quotes using (instrument_id)
      order by strategy_id, instrument_id, product`);
  }

  async orders(which: 'open' | Span, most: number): Promise<readonly Order[]> {
    const sql = this.#sql;
    const isWanted =
      which === 'open'
        ? sql`status not in ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED')`
        : sql`created_time >= ${which.from} and created_time < ${which.to}`;
    const rows =
      await sql`select * from orders where ${isWanted} order by created_time desc, sequence desc limit ${most}`;
    return rows.map(readOrder);
  }

  async ordersLike(idStart: string, most: number): Promise<readonly Order[]> {
    const rows = await this.#sql`
      select * from orders where starts_with(client_order_id, ${idStart}) order by sequence desc limit ${most}`;
    return rows.map(readOrder);
  }

  async signals(strategyId: StrategyId | null, most: number): Promise<readonly Signal[]> {
    const rows = await this.#sql`
      select * from signals where ${strategyId}::text is null or strategy_id = ${strategyId}
      order by created_time desc, key collate "C" limit ${most}`;
    return rows.map(readSignal).map(signalFromRow);
  }

  async trades({ from, to }: Span, most: number): Promise<readonly Trade[]> {
    const rows = await this.#sql`
      select * from trades where exit_time >= ${from} and exit_time < ${to} order by exit_time desc limit ${most}`;
    return rows.map(readTrade);
  }

  async result({ from, to }: Span): Promise<AccountResult> {
    const [row] = await this.#sql.unsafe<AccountResult[]>(
      `select count(*)::int as trades, count(*) filter (where net_paise > 0)::int as won,
        coalesce(sum(gross_paise), 0)::float8 as "grossPaise",
        coalesce(sum(charges_paise), 0)::float8 as "chargesPaise", coalesce(sum(net_paise), 0)::float8 as "netPaise",
        (select coalesce(sum(round((last_price - average_price) * quantity * 100)), 0)::float8
          from ${OPEN} as open join quotes using (instrument_id)) as "openPaise"
      from trades where exit_time >= $1 and exit_time < $2`,
      [from, to],
    );
    return row ?? { trades: 0, won: 0, grossPaise: 0, chargesPaise: 0, netPaise: 0, openPaise: 0 };
  }

  async candles(instrumentId: InstrumentId, timeframe: Timeframe, most: number): Promise<readonly ChartCandle[]> {
    // Sessions begin at a quarter past an hour; a day's candle is all of its day.
    const [length, offset] = [timeframeMs(timeframe), timeframe === '1d' ? startOfDay(0) : 15 * MINUTE_MS];
    const rows = await this.#sql<ChartCandle[]>`
      select min(open_time) as "openTime", (array_agg(open order by open_time))[1] as open, max(high) as high,
        min(low) as low, (array_agg(close order by open_time desc))[1] as close, sum(volume)::bigint as volume
      from candles where instrument_id = ${instrumentId} and timeframe = '1m'
      group by (open_time - ${offset}::bigint) / ${length}::bigint
      order by 1 desc limit ${most}`;
    return rows.toReversed();
  }

  async fills(
    instrumentId: InstrumentId,
    { from, to }: Span,
  ): Promise<readonly Pick<BookedFill, 'time' | 'price' | 'side'>[]> {
    return this.#sql<Pick<BookedFill, 'time' | 'price' | 'side'>[]>`
      select time, price, side from fills
      where instrument_id = ${instrumentId} and time >= ${from} and time < ${to} order by time`;
  }

  async quotes(name: string, most: number): Promise<readonly LatestQuote[]> {
    return this.#sql<LatestQuote[]>`
      select instrument_id as "instrumentId", time, last_price as "lastPrice", bid, ask, volume,
        open_interest as "openInterest"
      from quotes left join instruments on id = instrument_id
      where lower(instrument_id) = lower(${name}) or lower(symbol) = lower(${name})
      order by instrument_id limit ${most}`;
  }

  async quotesOf(ids: readonly InstrumentId[]): Promise<readonly LatestQuote[]> {
    return this.#sql<LatestQuote[]>`
      select instrument_id as "instrumentId", time, last_price as "lastPrice", bid, ask, volume,
        open_interest as "openInterest"
      from quotes where instrument_id = any(${[...ids]}::text[])`;
  }

  watch(span: Span): Promise<readonly WatchedInstrument[]> {
    return watchedInstruments({ sql: this.#sql }, span);
  }

  verdicts(span: Span): Promise<readonly VerdictCount[]> {
    return verdictCounts({ sql: this.#sql }, span);
  }

  risks(): Promise<readonly PositionRisk[]> {
    return positionRisks({ sql: this.#sql });
  }

  async report(day: string | null): Promise<DayReport | undefined> {
    const [row] = await this.#sql<DayReport[]>`
      select day::text as day, text from schedule_runs
      where job = 'report' and status = 'DONE' and (${day}::text is null or day = ${day}::text::date)
      order by schedule_runs.day desc limit 1`;
    return row;
  }

  async resultsByStrategy({ from, to }: Span): Promise<readonly ResultBySource[]> {
    return this.#sql<ResultBySource[]>`
      select strategy_id as "strategyId", count(*)::int as trades, count(*) filter (where net_paise > 0)::int as won,
        coalesce(sum(net_paise), 0)::float8 as "netPaise"
      from trades where exit_time >= ${from} and exit_time < ${to} group by 1 order by 1`;
  }
}

const IS_LEG = `
  orders.strategy_id = open.strategy_id and orders.instrument_id = open.instrument_id
  and orders.product = open.product and status not in ('FILLED', 'CANCELED', 'REJECTED', 'EXPIRED')`;
