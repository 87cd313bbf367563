import type { RunFacts } from '../run-summary.ts';
import { overruns, type Truth } from './compare-orders.ts';
import type { Blow } from './rough-day.ts';

export interface DayVerdict {
  readonly seed: string;
  readonly facts: RunFacts;
  readonly truth: Truth;
  readonly dealt: readonly Blow[];
  /** Of an undisturbed day. */
  readonly candles: number;
  /** Candles of ours that were fetched after the stream had missed them. */
  readonly backfilled: number;
  /** Candles of ours that are marked as having a hole. */
  readonly marked: number;
  readonly candleDifferences: readonly string[];
  readonly orderDifferences: readonly string[];
}

export interface DayReport {
  readonly json: DayJson;
  readonly text: string;
}

export interface DayJson {
  /** True when nothing was lost, doubled, overrun or different. */
  readonly isSound: boolean;
  readonly seed: string;
  readonly disconnects: number;
  readonly expiries: number;
  readonly storms: number;
  readonly logins: number;
  readonly throttledCalls: number;
  readonly candles: number;
  readonly backfilled: number;
  readonly marked: number;
  readonly candleDifferences: readonly string[];
  readonly orders: number;
  readonly ordersByStatus: Readonly<Record<string, number>>;
  readonly fills: number;
  readonly orderDifferences: readonly string[];
  readonly overruns: readonly string[];
  /** Errors of the simulator itself. */
  readonly mishaps: readonly string[];
  readonly wallMs: number;
}

const SHOWN = 10;

export function dayReport(verdict: DayVerdict): DayReport {
  const { facts, truth, dealt, candleDifferences, orderDifferences } = verdict;
  const count = (kind: Blow['kind']): number => dealt.filter((blow) => blow.kind === kind).length;
  const ordersByStatus: Record<string, number> = {};
  for (const { status } of facts.record.orders) ordersByStatus[status] = (ordersByStatus[status] ?? 0) + 1;
  const faults = { candleDifferences, orderDifferences, overruns: overruns(truth), mishaps: truth.mishaps };
  const json: DayJson = {
    isSound: !facts.isStopped && Object.values(faults).every((each) => each.length === 0),
    seed: verdict.seed,
    ...{ disconnects: count('disconnect'), expiries: count('expiry'), storms: count('storm') },
    logins: truth.sessions.filter(({ deed }) => deed === 'login').length,
    throttledCalls: Object.values(truth.calls).reduce((sum, results) => sum + (results.faulted ?? 0), 0),
    ...{ candles: verdict.candles, backfilled: verdict.backfilled, marked: verdict.marked },
    ...{ orders: facts.record.orders.length, ordersByStatus, fills: facts.record.fills.length },
    ...faults,
    wallMs: facts.wallMs,
  };
  return { json, text: textOf(json) };
}

function textOf(json: DayJson): string {
  const statuses = Object.entries(json.ordersByStatus)
    .map(([status, count]) => `${count} ${status.toLowerCase().replaceAll('_', ' ')}`)
    .join(', ');
  const list = (what: string, lines: readonly string[]): readonly string[] => {
    if (lines.length === 0) return [`  no ${what}`];
    const more = lines.length > SHOWN ? [`    and ${lines.length - SHOWN} more (--json has them all)`] : [];
    return [`  ${lines.length} ${what}:`, ...lines.slice(0, SHOWN).map((line) => `    ${line}`), ...more];
  };
  return [
    '',
    json.isSound ? 'The day went well.' : 'The day did NOT go well.',
    `  dealt    ${json.disconnects} disconnects, ${json.expiries} token expiries, ${json.storms} throttle storms (seed ${json.seed})`,
    `  logins   ${json.logins}; ${json.throttledCalls} calls met a storm`,
    `  candles  ${json.candles}: ${json.backfilled} of ours fetched from history, ${json.marked} marked as having a gap`,
    `  orders   ${json.orders}: ${statuses}; ${json.fills} fills`,
    ...list('candles differ from an undisturbed day', json.candleDifferences),
    ...list('orders or fills differ from what happened at the broker', json.orderDifferences),
    ...list('windows of the call budget overrun', json.overruns),
    ...list('errors of the simulator', json.mishaps),
    `  in ${(json.wallMs / 1000).toFixed(1)} s`,
  ].join('\n');
}
