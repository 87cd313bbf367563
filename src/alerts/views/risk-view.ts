/** What risk has decided and where the account stands, in lines. */
import { formatClock } from '../../core/time.ts';
import type { AccountResult, AccountStatus, PositionRisk, VerdictCount } from '../../ports/account-views.ts';
import { formatDenialReason } from '../format-denial.ts';
import { formatInstrument, formatMoney, formatResult, formatUnits } from '../format-values.ts';
import type { AccountRisk, Exposure } from './account-risk.ts';
import { entriesLine, resultLine } from './status-view.ts';

export interface RiskFacts {
  readonly verdicts: readonly VerdictCount[];
  readonly risk: AccountRisk;
  readonly result: AccountResult;
  readonly status: Pick<AccountStatus, 'switches' | 'unknownOrders'>;
  /** What else keeps entries from going out, a line each. */
  readonly halts: readonly string[];
}

/** `when`: the day in question, such as `today`. */
export function riskLines({ verdicts, risk, result, status, halts }: RiskFacts, when: string): readonly string[] {
  const unknown = status.unknownOrders;
  return [
    ...verdictLines(verdicts, when),
    exposureLine(risk),
    ...risk.exposures.map(instrumentLine),
    resultLine(when, result),
    `open positions: ${formatResult(result.openPaise)} at the latest prices`,
    ...stopLines(risk),
    entriesLine(status.switches),
    ...(unknown === 0 ? [] : [`entries: DENIED where an order has an unknown fate (${unknown})`]),
    ...halts,
  ];
}

function verdictLines(verdicts: readonly VerdictCount[], when: string): readonly string[] {
  const allowed = verdicts.find(({ code }) => code === null)?.count ?? 0;
  const denials = verdicts.filter(({ code }) => code !== null).toSorted((a, b) => b.count - a.count);
  const denied = denials.reduce((sum, { count }) => sum + count, 0);
  return [`signals ${when}: ${allowed} allowed, ${denied} denied`, ...denials.map(denialLine)];
}

/** `5 denied, because 10 positions are open, and the limit is 10 (the latest: RELIANCE at 11:20:05)` */
function denialLine({ count, newest: { verdict, instrumentId, createdTime } }: VerdictCount): string {
  const why = verdict.kind === 'DENIED' ? formatDenialReason(verdict.reason) : 'it is allowed';
  return `${count} denied, because ${why} (the latest: ${formatInstrument(instrumentId)} at ${formatClock(createdTime)})`;
}

function exposureLine({ exposures, longPaise, shortPaise }: AccountRisk): string {
  if (exposures.length === 0) return 'exposure: none, nothing is open';
  return `exposure: ${formatMoney(longPaise + shortPaise)}, ${formatMoney(longPaise)} of it long, ${formatMoney(shortPaise)} short`;
}

function instrumentLine({ instrumentId, longPaise, shortPaise, isPriced }: Exposure): string {
  const sides = [
    ...(longPaise === 0 ? [] : [`long ${formatMoney(longPaise)}`]),
    ...(shortPaise === 0 ? [] : [`short ${formatMoney(shortPaise)}`]),
    ...(isPriced ? [] : ['no price yet, so at the average price']),
  ];
  return `${formatInstrument(instrumentId)}: ${sides.join(', ')}`;
}

function stopLines({ exposures, atRiskPaise, atStopsPaise, unprotected }: AccountRisk): readonly string[] {
  if (exposures.length === 0) return [];
  const bare = unprotected.map(unprotectedWords).join(', ');
  return [
    `if every working stop is hit: ${formatResult(atStopsPaise)} before charges; at risk until then: ${formatMoney(atRiskPaise)}`,
    ...(bare === '' ? [] : [`no stop working: ${bare}`]),
  ];
}

function unprotectedWords({ instrumentId, quantity, stopUnits, strategyId }: PositionRisk): string {
  const units = Math.abs(quantity);
  const bare = stopUnits === 0 ? formatUnits(units) : `${formatUnits(units - stopUnits)} of ${formatUnits(units)}`;
  return `${formatInstrument(instrumentId)} (${bare} units, ${strategyId})`;
}
