import type { Gtt } from '../core/gtt.ts';
import type { ClientOrderId, InstrumentId } from '../core/ids.ts';
import { needsHoldings, nextSteps, oversold } from '../engine/orders/gtt-steps.ts';
import type { Clock } from '../ports/clock.ts';
import type { BrokerGtt, GttBroker, Holdings } from '../ports/gtt-broker.ts';
import type { GttLedger } from '../ports/gtt-ledger.ts';
import type { OutboxJob } from '../ports/ledger.ts';
import type { Outcome } from '../ports/outcome.ts';
import { GTT_AFTERCARE_MS } from './gtt-executor.ts';
import { provable } from './outcome-results.ts';

export interface GttSweep {
  /** To be enqueued: one for each rule that something is to be done about. */
  readonly jobs: readonly OutboxJob[];
  /** Live rules at the broker that are not ours: reported, never touched. */
  readonly foreign: readonly BrokerGtt[];
  readonly unreadRows: number;
  /** Where triggers would sell more than is held, in words; nothing is cancelled for it. */
  readonly oversold: readonly string[];
}

/**
 * One look at the broker's list for all rules: triggers, orphans of pairs, what is over its time, what a crash left. The
 * broker tells of nothing by itself, so this is how soon a pair's other leg is cancelled.
 */
export async function sweepGtt(parts: {
  readonly broker: GttBroker;
  readonly ledger: Pick<GttLedger, 'unsettled' | 'promise'>;
  readonly clock: Clock;
}): Promise<Outcome<GttSweep>> {
  const { broker, ledger, clock } = parts;
  const list = await provable(() => broker.list());
  if (list.kind !== 'done') return list;
  const now = clock.now();
  const ours = await ledger.unsettled(now - GTT_AFTERCARE_MS);
  const holdings = await heldFor(broker, ours);
  const view = { list: list.value, ours, holdings, now };
  const due = ours.filter((rule) => isDue(rule, view, holdings)).map(({ clientGttId }): ClientOrderId => clientGttId);
  const ids = new Set(ours.flatMap(({ legs }) => legs.map(({ brokerGttId }) => brokerGttId)));
  return {
    kind: 'done',
    value: {
      jobs: await ledger.promise(due, now),
      foreign: list.value.rules.filter(({ id, status }) => status === 'LIVE' && !ids.has(id)),
      unreadRows: list.value.unreadRows,
      oversold: holdings === null ? [] : oversold(view, holdings),
    },
  };
}

function isDue(rule: Gtt, view: Parameters<typeof nextSteps>[1], holdings: Holdings | null): boolean {
  return (holdings === null && needsHoldings(rule)) || nextSteps(rule, view).length > 0;
}

/** Null when nothing is on sale, or the broker does not say: the executor asks again. */
async function heldFor(broker: GttBroker, ours: readonly Gtt[]): Promise<ReadonlyMap<InstrumentId, number> | null> {
  if (!ours.some(({ side, product }) => side === 'SELL' && product === 'DELIVERY')) return null;
  const held = await provable(() => broker.holdings());
  return held.kind === 'done' ? held.value : null;
}
