import { BY_HAND, type Gtt, type GttStatus, isGttEnded } from '../core/gtt.ts';
import { formatRupees, toPaise } from '../core/money.ts';
import { dayOf, formatDay, formatIst } from '../core/time.ts';
import type { BrokerGtt } from '../ports/gtt-broker.ts';
import { statusOfGtt } from '../worker/gtt-desk.ts';

export interface DescribedGtt {
  readonly id: string;
  /** Whose position it protects; `by-hand` for a person's. */
  readonly strategy: string;
  readonly instrument: string;
  readonly kind: Gtt['kind'];
  readonly side: string;
  readonly product: string;
  readonly status: GttStatus;
  readonly isEnded: boolean;
  readonly isWithdrawn: boolean;
  readonly created: string;
  readonly expires: string;
  readonly legs: readonly {
    readonly name: string;
    readonly quantity: number;
    readonly triggerPrice: number;
    readonly limitPrice: number;
    readonly status: GttStatus;
    readonly brokerGttId: string | null;
    readonly reason: string | null;
  }[];
}

export function describeGtt(rule: Gtt): DescribedGtt {
  const { clientGttId: id, strategyId: strategy, instrumentId: instrument, kind, side, product, isWithdrawn } = rule;
  return {
    ...{ id, strategy, instrument, kind, side, product, status: statusOfGtt(rule), isWithdrawn },
    isEnded: rule.legs.every(({ status }) => isGttEnded(status)),
    created: formatIst(rule.createdTime),
    expires: formatIst(rule.expires),
    legs: rule.legs.map(({ name, quantity, triggerPrice, limitPrice, status, brokerGttId, reason }) => {
      return { name, quantity, triggerPrice, limitPrice, status, brokerGttId, reason };
    }),
  };
}

export function describeBrokerGtt({
  id,
  symbol,
  side,
  quantity,
  triggerPrice,
  limitPrice,
  expires,
}: BrokerGtt): object {
  const until = expires === null ? null : formatDay(dayOf(expires));
  return { brokerGttId: id, symbol, side, quantity, triggerPrice, limitPrice, expires: until };
}

const LEG_WORDS: Readonly<Record<string, string>> = { SINGLE: 'at', STOP_LOSS: 'stop-loss at', TARGET: 'target at' };

export function formatGtt({
  id,
  strategy,
  instrument,
  kind,
  side,
  product,
  status,
  expires,
  legs,
}: DescribedGtt): string {
  const head = `${id}  ${status}  ${side} ${instrument} ${product}${kind === 'OCO' ? ', one leg cancels the other' : ''}, until ${expires.slice(0, 10)}${strategy === BY_HAND ? '' : `, protects a position of ${strategy}`}`;
  const lines = legs.map((leg) => {
    const value = formatRupees(toPaise(leg.limitPrice, leg.quantity));
    const place = leg.brokerGttId === null ? '' : ` as ${leg.brokerGttId}`;
    const why = leg.reason === null ? '' : ` (${leg.reason})`;
    return `  ${leg.quantity} ${LEG_WORDS[leg.name] ?? leg.name} ${leg.triggerPrice}, limit ${leg.limitPrice} = ${value} rupees  ${leg.status}${place}${why}`;
  });
  return [head, ...lines].join('\n');
}

export function formatGttList(
  rules: readonly DescribedGtt[],
  foreign: readonly BrokerGtt[] | null,
  unreadRows: number,
): string {
  const lines = rules.length === 0 ? ['No rules.'] : rules.map(formatGtt);
  if (foreign !== null && foreign.length > 0) {
    lines.push(`At the broker, not ours and never touched: ${foreign.length}`);
    for (const { id, symbol, side, quantity, triggerPrice, limitPrice } of foreign) {
      lines.push(`  ${id}  ${side} ${quantity} ${symbol} at ${triggerPrice}, limit ${limitPrice}`);
    }
  }
  if (unreadRows > 0) lines.push(`${unreadRows} rows of the broker's list can not be read: look at them in its app.`);
  return lines.join('\n');
}
