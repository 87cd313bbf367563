/**
 * Protective legs that become good-till-triggered rules in the transaction that plans them, and cancels of such legs that
 * withdraw the rule. Entry point: `carryAsRules`.
 *
 * Invariants: an order that a rule carries out is promised no job of the order queue before its trigger; whether a rule
 * carries it out is what the table says, so that an order of an earlier version goes on as it began.
 */
import type { Gtt } from '../core/gtt.ts';
import type { ClientOrderId } from '../core/ids.ts';
import type { Order } from '../core/order.ts';
import type { Effect } from '../ports/engine-event.ts';
import type { OutboxJob } from '../ports/ledger.ts';
import { openRule, withdrawRules } from './postgres-gtt.ts';
import type { Transaction } from './sql.ts';

/** The rules that carry out what of these orders is to rest at the broker. */
export type RulesOf = (planned: readonly Order[]) => readonly Gtt[];

export interface Carried {
  /** Of the rules. */
  readonly jobs: readonly OutboxJob[];
  /** What promises jobs of its own. */
  readonly others: readonly Effect[];
}

export async function carryAsRules(
  transaction: Transaction,
  effects: readonly Effect[],
  rulesOf: RulesOf | null,
): Promise<Carried> {
  if (rulesOf === null || !effects.some(isOfRestingOrder)) return { jobs: [], others: effects };
  const rules = rulesOf(effects.flatMap((effect) => (effect.type === 'orderPlanned' ? [effect.order] : [])));
  const jobs: OutboxJob[] = [];
  for (const rule of rules) jobs.push(...(await openRule(transaction, rule)));
  const resting = new Set(rules.flatMap(({ legs }) => legs.map(({ clientOrderId }) => clientOrderId)));
  const others: Effect[] = [];
  for (const effect of effects) {
    if (effect.type === 'orderPlanned' && resting.has(effect.order.clientOrderId)) continue;
    if (effect.type !== 'cancelRequested') {
      others.push(effect);
      continue;
    }
    const leg = await legOf(transaction, effect.order.clientOrderId);
    if (leg !== undefined) jobs.push(...(await withdrawRules(transaction, [leg.clientGttId], effect.time)));
    // What the trigger has placed is an order like any other; a trigger that nobody has told of yet is seen to later.
    if (leg === undefined || leg.isTriggered) others.push(effect);
  }
  return { jobs, others };
}

function isOfRestingOrder(effect: Effect): boolean {
  return 'order' in effect && effect.order.timeInForce === 'GTT';
}

async function legOf(
  transaction: Transaction,
  id: ClientOrderId,
): Promise<{ readonly clientGttId: ClientOrderId; readonly isTriggered: boolean } | undefined> {
  const [row] = await transaction<{ clientGttId: ClientOrderId; isTriggered: boolean }[]>`
    select client_gtt_id as "clientGttId", status = 'TRIGGERED' as "isTriggered" from gtt_legs where client_order_id = ${id}`;
  return row;
}
