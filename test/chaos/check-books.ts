import type { Order } from '../../src/core/order.ts';
import { isTerminal } from '../../src/core/order-status.ts';
import type { Signal } from '../../src/core/signal.ts';
import type { EpochMs } from '../../src/core/time.ts';
import { openDatabase } from '../../src/db/database.ts';
import { PostgresLedger } from '../../src/db/postgres-ledger.ts';
import type { SessionRecord } from '../../src/ports/ledger.ts';
import { compareOrders, overruns } from '../../src/worker/rehearsal/compare-orders.ts';
import type { MarketTruth } from './chaos-broker.ts';

export interface Verdict {
  readonly record: SessionRecord;
  /** Orders that nobody can say anything about, and a person has been told so. */
  readonly unknownAlerted: number;
  /** What is not as it has to be, one line each. */
  readonly problems: readonly string[];
}

interface StoredAlert {
  readonly key: string;
  readonly level: string;
  readonly text: string;
  readonly isSent: boolean;
}

export interface BooksOptions {
  readonly stateFolder: string;
  readonly account: string;
  readonly truth: MarketTruth;
  /** What is to be sent later than that waits for another session. */
  readonly close: EpochMs;
  /** False where processes sleep with calls in hand. */
  readonly areRatesKept: boolean;
}

/** Holds the worker's books against what truly happened at the broker, and against themselves. */
export async function checkBooks(options: BooksOptions): Promise<Verdict> {
  const { stateFolder, account, truth, close } = options;
  const database = await openDatabase({ stateFolder, schema: account, role: 'chaos' });
  try {
    const { sql } = database;
    const record = await new PostgresLedger(database, 'live').session();
    const stored = await sql<{ instrument: string; quantity: number }[]>`
      select instrument_id as instrument, sum(quantity)::int as quantity from (
        select distinct on (strategy_id, instrument_id, product) instrument_id, quantity from positions
        order by strategy_id, instrument_id, product, day desc) latest group by 1`;
    const alerts = await sql<StoredAlert[]>`
      select key, level, text, sent_time is not null as "isSent" from alerts`;
    const pending = await sql<{ command: string }[]>`select command from commands where applied_time is null`;
    const held = new Map<string, number>(stored.map(({ instrument, quantity }) => [instrument, quantity]));
    const told = new Set(alerts.filter(({ isSent }) => isSent).map(({ key }) => key));
    const doubtful = record.orders.filter(
      ({ status, clientOrderId }) => status === 'UNKNOWN' && told.has(`order/${clientOrderId}/UNKNOWN`),
    );
    const waiting = record.orders.filter(({ status, notBefore }) => status === 'INITIALIZED' && notBefore > close);
    const open = new Set([...doubtful, ...waiting].map(({ clientOrderId }) => clientOrderId));
    const known = { ...record, orders: record.orders.filter(({ clientOrderId }) => !open.has(clientOrderId)) };
    return {
      record,
      unknownAlerted: doubtful.length,
      problems: [
        ...alerts.filter(({ isSent }) => !isSent).map(({ text }) => `alert never told: ${text}`),
        ...pending.map(({ command }) => `command "${command}" never applied`),
        ...lostIntents(known, record.orders),
        ...wrongPositions(record, held, truth),
        ...nakedPositions(record, held, alerts),
        ...compareOrders(known, truth),
        ...(options.areRatesKept ? overruns(truth) : []),
        ...truth.mishaps,
      ],
    };
  } finally {
    await database.close();
  }
}

/** Each intent has come to an end, or waits for its next session. */
function* lostIntents({ signals, orders }: SessionRecord, all: readonly Order[]): Generator<string> {
  const ofSignals = new Set<string>(all.map(({ signalKey }) => signalKey));
  for (const signal of signals) {
    if (signal.verdict.kind !== 'ALLOWED' || ofSignals.has(signal.key) || isServedByAnother(signal)) continue;
    yield `signal ${signal.key}: allowed, and no order`;
  }
  for (const { clientOrderId, status, role } of orders) {
    if (isTerminal(status) || status === 'ACCEPTED') continue;
    yield `${clientOrderId}: ${role} is left as "${status}"`;
  }
}

/** Of an exit: the position was on its way out already. */
function isServedByAnother({ kind, status }: Signal): boolean {
  return kind === 'EXIT' && status !== 'ACTIVE';
}

function* wrongPositions(
  { fills }: SessionRecord,
  held: ReadonlyMap<string, number>,
  truth: MarketTruth,
): Generator<string> {
  const net = new Map<string, number>();
  for (const { instrumentId, side, quantity } of fills) {
    net.set(instrumentId, (net.get(instrumentId) ?? 0) + (side === 'BUY' ? quantity : -quantity));
  }
  for (const id of new Set<string>([...net.keys(), ...truth.net.keys(), ...held.keys()])) {
    const [ours, position] = [net.get(id) ?? 0, held.get(id) ?? 0];
    const theirs = [...truth.net].find(([each]) => each === id)?.[1] ?? 0;
    if (ours !== position) yield `${id}: fills come to ${ours}, the position says ${position}`;
    if (theirs !== position) yield `${id}: the position says ${position}, the broker's fills come to ${theirs}`;
  }
}

function* nakedPositions(
  { orders }: SessionRecord,
  held: ReadonlyMap<string, number>,
  alerts: readonly StoredAlert[],
): Generator<string> {
  for (const [id, quantity] of held) {
    const isGuarded = orders.some(
      ({ instrumentId, role, status }) => instrumentId === id && role !== 'ENTRY' && !isTerminal(status),
    );
    const isTold = alerts.some(({ level, text, isSent }) => level === 'critical' && isSent && text.includes(id));
    if (quantity !== 0 && !isGuarded && !isTold) yield `${id}: ${quantity} naked, and no alert about it`;
  }
}
