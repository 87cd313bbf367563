/**
 * Protective legs that become good-till-triggered rules in the transaction that plans them, and cancels and
 * changes of such legs that withdraw or change the rule. Entry point: `carryAsRules`.
 *
 * Invariants: an order that a rule carries out is promised no job of the order queue before its trigger; whether a rule
 * carries it out is what the table says, so that an order of an earlier version goes on as it began.
 */
import type { Gtt, GttLegName, GttStatus } from '../core/gtt.ts';
import type { ClientOrderId } from '../core/ids.ts';
import type { Order } from '../core/order.ts';
import type { Effect } from '../ports/engine-event.ts';
import type { OutboxJob } from '../ports/ledger.ts';
import { changeLegs, openRule, withdrawRules } from './postgres-gtt.ts';
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
    const asks = effect.type === 'cancelRequested' || effect.type === 'orderAmended';
    const leg = asks ? await legOf(transaction, effect.order.clientOrderId) : undefined;
    if (leg !== undefined && effect.type === 'cancelRequested') {
      jobs.push(...(await withdrawRules(transaction, [leg.clientGttId], effect.time)));
    }
    if (leg !== undefined && effect.type === 'orderAmended')
      jobs.push(...(await amend(transaction, leg, effect, rulesOf)));
    // What the trigger has placed is an order like any other; a trigger that nobody has told of yet is seen to later.
    if (leg === undefined || leg.status === 'TRIGGERED') others.push(effect);
  }
  return { jobs, others };
}

function isOfRestingOrder(effect: Effect): boolean {
  return 'order' in effect && effect.order.timeInForce === 'GTT';
}

interface LegRow {
  readonly clientGttId: ClientOrderId;
  readonly name: GttLegName;
  readonly status: GttStatus;
}

async function legOf(transaction: Transaction, id: ClientOrderId): Promise<LegRow | undefined> {
  const [row] = await transaction<LegRow[]>`
    select client_gtt_id as "clientGttId", name, status from gtt_legs where client_order_id = ${id}`;
  return row;
}

/** A stop that trails. Of one that is on its way this very moment the next change takes care. */
async function amend(
  transaction: Transaction,
  { clientGttId, name }: LegRow,
  { order, time }: Extract<Effect, { type: 'orderAmended' }>,
  rulesOf: RulesOf,
): Promise<readonly OutboxJob[]> {
  const terms = rulesOf([order]).flatMap(({ legs }) => legs)[0];
  if (terms === undefined) return [];
  const { quantity, triggerPrice, limitPrice } = terms;
  const change = { [name]: { quantity, triggerPrice, limitPrice } };
  return changeLegs(transaction, clientGttId, change, time, ['INITIALIZED', 'ACTIVE', 'MODIFYING']);
}
