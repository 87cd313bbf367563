/**
 * Commands that one process asks of another, through the database of the account: they outlast both.
 *
 * Entry points: `sendCommand`, `findAnswer` for those who ask; `CommandInbox` (command-inbox.ts) for the worker.
 */
import type { ClientOrderId, InstrumentId, StrategyId } from '../core/ids.ts';
import type { Rupees } from '../core/money.ts';
import type { EpochMs } from '../core/time.ts';
import type { ASKED_COMMANDS } from './schema/commands.ts';
import type { Sql } from './sql.ts';

export const COMMANDS_CHANNEL = 'signalman_commands';

export interface CommandRequest {
  readonly command: (typeof ASKED_COMMANDS)[number];
  /** Null for the whole account. */
  readonly strategyId: StrategyId | null;
  /** Of `squareoff`: only in this instrument. */
  readonly instrumentId?: InstrumentId | null | undefined;
  /** Of `cancel`: the entry. */
  readonly orderId?: ClientOrderId | null | undefined;
  /** Of `settle`: how an order of unknown fate has ended. */
  readonly settled?: SettledOrder | undefined;
  /** Who asks, e.g. `cli:owner@host pid 4711`. */
  readonly askedBy: string;
}

export interface SettledOrder {
  readonly orderId: ClientOrderId;
  /** Null: it never reached the broker. */
  readonly filled: { readonly quantity: number; readonly price: Rupees } | null;
}

export interface AskedCommand extends CommandRequest {
  readonly id: number;
  /** By the database's clock. */
  readonly askedTime: EpochMs;
}

export interface CommandAnswer {
  /** False for a command that failed; the next start of the worker tries it again. */
  readonly isApplied: boolean;
  readonly text: string;
  /** From the asking on, by the database's clock; null for a command that failed. */
  readonly tookMs: number | null;
}

type PendingRow = Omit<AskedCommand, 'settled'> & {
  readonly orderId: ClientOrderId | null;
  readonly filledQuantity: number | null;
  readonly filledPrice: Rupees | null;
};

interface Connected {
  readonly sql: Sql;
}

/** Written, and called out to whoever listens. Returns the command's id. */
export async function sendCommand({ sql }: Connected, request: CommandRequest): Promise<number> {
  const { command, strategyId, instrumentId = null, askedBy, settled } = request;
  const orderId = settled?.orderId ?? request.orderId ?? null;
  const filled = settled?.filled ?? null;
  const [sent] = await sql<{ id: number }[]>`
    with asked as (
      insert into commands (command, strategy_id, instrument_id, asked_by, order_id, filled_quantity, filled_price)
      values (${command}, ${strategyId}, ${instrumentId}, ${askedBy}, ${orderId}, ${filled?.quantity ?? null}, ${filled?.price ?? null})
      returning id)
    select id, pg_notify(${COMMANDS_CHANNEL}, current_schema()) from asked`;
  return sent?.id ?? Number.NaN;
}

/** Undefined while nobody has said anything to it. */
export async function findAnswer({ sql }: Connected, id: number): Promise<CommandAnswer | undefined> {
  const [row] = await sql<CommandAnswer[]>`
    select applied_time is not null as "isApplied", answer as text, applied_time - asked_time as "tookMs"
    from commands where id = ${id} and answer is not null`;
  return row;
}

/** In the order in which they were asked. */
export async function pendingCommands({ sql }: Connected): Promise<readonly AskedCommand[]> {
  const rows = await sql<PendingRow[]>`
    select id, command, strategy_id as "strategyId", instrument_id as "instrumentId", asked_by as "askedBy", asked_time as "askedTime",
      order_id as "orderId", filled_quantity as "filledQuantity", filled_price as "filledPrice"
    from commands where applied_time is null order by id`;
  return rows.map(({ filledQuantity: quantity, filledPrice: price, ...asked }) => {
    const { command, orderId } = asked;
    if (command !== 'settle' || orderId === null) return asked;
    return { ...asked, settled: { orderId, filled: quantity === null || price === null ? null : { quantity, price } } };
  });
}

export async function markApplied({ sql }: Connected, id: number, answer: string): Promise<void> {
  await sql`
    update commands set answer = ${answer},
      applied_time = greatest(asked_time, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
    where id = ${id} and applied_time is null`;
}

/** It stays to be applied. */
export async function noteFailure({ sql }: Connected, id: number, reason: string): Promise<void> {
  await sql`update commands set answer = ${reason} where id = ${id} and applied_time is null`;
}
