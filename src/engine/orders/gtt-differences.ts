import type { Gtt } from '../../core/gtt.ts';
import { BY_HAND } from '../../core/gtt.ts';
import { formatIst } from '../../core/time.ts';
import type { BrokerGtt } from '../../ports/gtt-broker.ts';
import type { Difference } from './difference.ts';

export interface GttFindings {
  /** Live at the broker and not ours. */
  readonly foreign: readonly BrokerGtt[];
  readonly unreadRows: number;
  /** In words, with the numbers. */
  readonly oversold: readonly string[];
  /** Ours, unfinished or of late. */
  readonly ours: readonly Gtt[];
}

/** What a look at the broker's rules shows and no step sets right, in plain words. */
export function gttDifferences({ foreign, unreadRows, oversold, ours }: GttFindings): readonly Difference[] {
  return [
    ...foreign.map(foreignRule),
    ...(unreadRows === 0 ? [] : [unread(unreadRows)]),
    ...oversold.map(tooMuch),
    ...ours.flatMap(triggeredByHand),
  ];
}

function foreignRule({
  id,
  instrumentId,
  symbol,
  side,
  product,
  quantity,
  triggerPrice,
  limitPrice,
}: BrokerGtt): Difference {
  const what = `${side} ${quantity} ${instrumentId ?? symbol}${product === null ? '' : ` ${product}`}`;
  return {
    ...{ key: `GTT_FOREIGN|${id}|${quantity}|${triggerPrice}|${limitPrice}`, kind: 'GTT_FOREIGN', level: 'info' },
    ...{ instrumentId, orders: [id], numbers: { quantity, triggerPrice, limitPrice } },
    text: `Rule ${id} at the broker is not ours, but made by hand or by another program: ${what} at ${triggerPrice}, limit ${limitPrice}. It is listed and never touched; what it sells counts as on sale.`,
  };
}

function unread(rows: number): Difference {
  return {
    ...{ key: `GTT_UNREAD|${rows}`, kind: 'GTT_UNREAD', level: 'warning', instrumentId: null, orders: [] },
    numbers: { rows },
    text: `${rows} rows of the broker's list of rules can not be read: until they can be, no rule is held to be absent, and one whose answer was lost is not sent again. Look at the rules in the broker's app.`,
  };
}

function tooMuch(words: string): Difference {
  return {
    ...{
      key: `GTT_OVERSOLD|${words}`,
      kind: 'GTT_OVERSOLD',
      level: 'critical',
      instrumentId: null,
      orders: [],
      numbers: {},
    },
    text: `${words}: something was sold elsewhere, or is pledged. Nothing is cancelled for it; cancel the rules that are too many with "gtt cancel" or in the broker's app.`,
  };
}

/** Its order is no strategy's: it shows up among orders and positions made by hand. */
function triggeredByHand(rule: Gtt): readonly Difference[] {
  const { clientGttId, strategyId, instrumentId, side, product } = rule;
  if (strategyId !== BY_HAND) return [];
  return rule.legs.flatMap(
    ({ name, status, quantity, triggerPrice, limitPrice, updatedTime, brokerGttId, brokerOrderId }) => {
      if (status !== 'TRIGGERED') return [];
      const ids = [clientGttId, ...(brokerGttId ? [brokerGttId] : []), ...(brokerOrderId ? [brokerOrderId] : [])];
      const placed = brokerOrderId === null ? '' : ` and placed order ${brokerOrderId}`;
      return [
        {
          ...{ key: `GTT_BY_HAND|${clientGttId}|${name}`, kind: 'GTT_BY_HAND', level: 'warning', instrumentId },
          ...{ orders: ids, numbers: { quantity, triggerPrice, limitPrice } },
          text: `Rule ${clientGttId}, made by hand, has triggered${placed}: ${side} ${quantity} ${instrumentId} ${product} at ${triggerPrice}, limit ${limitPrice}, told at ${formatIst(updatedTime)}. What it trades is in no strategy's books: nobody protects it or closes it but you, "squareoff" included.`,
        },
      ];
    },
  );
}
