import type { DenialCode } from '../core/denial-reason.ts';
import { formatRupees, type Paise } from '../core/money.ts';
import type { Trade } from '../core/trade.ts';
import type { SessionRecord } from '../ports/ledger.ts';
import { hashOfSession } from '../simulation/session-hash.ts';

export interface RunJson {
  readonly candles: number;
  readonly signals: number;
  readonly denied: number;
  readonly deniedByReason: Readonly<Partial<Record<DenialCode, number>>>;
  readonly orders: number;
  readonly ordersByStatus: Readonly<Record<string, number>>;
  readonly fills: number;
  readonly trades: number;
  readonly grossPaise: Paise;
  readonly chargesPaise: Paise;
  readonly netPaise: Paise;
  /** Over every signal, order and fill as the database has them. */
  readonly sessionHash: string;
  /** True when the run was stopped before the session's end. */
  readonly isStopped: boolean;
  readonly wallMs: number;
}

export interface RunFacts {
  readonly record: SessionRecord;
  readonly trades: readonly Trade[];
  readonly candles: number;
  readonly ticks: number;
  readonly isStopped: boolean;
  readonly backend: string;
  readonly wallMs: number;
}

export function runJson({ record, trades, candles, isStopped, wallMs }: RunFacts): RunJson {
  const deniedByReason: Partial<Record<DenialCode, number>> = {};
  for (const { verdict } of record.signals) {
    if (verdict.kind === 'DENIED') deniedByReason[verdict.reason.code] = (deniedByReason[verdict.reason.code] ?? 0) + 1;
  }
  const ordersByStatus: Record<string, number> = {};
  for (const { status } of record.orders) ordersByStatus[status] = (ordersByStatus[status] ?? 0) + 1;
  return {
    candles,
    signals: record.signals.length,
    denied: Object.values(deniedByReason).reduce((sum, count) => sum + count, 0),
    deniedByReason,
    orders: record.orders.length,
    ordersByStatus,
    fills: record.fills.length,
    trades: trades.length,
    grossPaise: sumOf(trades, (trade) => trade.grossPaise),
    chargesPaise: sumOf(trades, (trade) => trade.chargesPaise),
    netPaise: sumOf(trades, (trade) => trade.netPaise),
    sessionHash: hashOfSession(record),
    isStopped,
    wallMs,
  };
}

export function runText(json: RunJson, facts: RunFacts): string {
  const rupees = (paise: Paise): string => `Rs ${formatRupees(paise)}`;
  const counts = (all: Readonly<Record<string, number>>): string =>
    Object.entries(all)
      .map(([name, count]) => `${count} ${name.toLowerCase().replaceAll('_', ' ')}`)
      .join(', ');
  const denied = json.denied === 0 ? 'none denied' : `${json.denied} denied (${counts(json.deniedByReason)})`;
  return [
    '',
    facts.isStopped ? 'Stopped before the end of the session.' : 'The session has ended.',
    `  candles  ${json.candles} from ${facts.ticks} ticks`,
    `  signals  ${json.signals}: ${json.signals - json.denied} allowed, ${denied}`,
    `  orders   ${json.orders}: ${counts(json.ordersByStatus)}`,
    `  fills    ${json.fills}`,
    `  trades   ${json.trades}`,
    `  gross    ${rupees(json.grossPaise)}`,
    `  charges  ${rupees(json.chargesPaise)}`,
    `  net      ${rupees(json.netPaise)}`,
    `  in ${(json.wallMs / 1000).toFixed(1)} s, jobs through ${facts.backend === 'redis' ? 'Redis' : 'PostgreSQL'}, session ${json.sessionHash}`,
    '',
    'Next:',
    '  npm run backtest -- --strategy ema-crossover --data backtest-data/candles/1m/RELIANCE.parquet --timeframe 5m',
    '  npm run signalman -- parity      the same session through the backtest engine, compared to the byte',
    '  npm run signalman -- --help      every command',
  ].join('\n');
}

function sumOf(trades: readonly Trade[], of: (trade: Trade) => Paise): Paise {
  return trades.reduce((sum, trade) => sum + of(trade), 0);
}
