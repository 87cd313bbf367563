/**
 * The durable book of good-till-triggered rules in PostgreSQL. Entry point: `PostgresGtt`.
 *
 * Invariants: a rule is locked before one of its legs changes, and the change goes through the table on the leg as it
 * stands; what is asked for and the job that carries it out are one transaction; every word about a leg is kept.
 */
import { InvariantError } from '../core/errors.ts';
import { GTT_LEGS, type Gtt, type GttLeg, type GttStatus } from '../core/gtt.ts';
import type { ClientOrderId } from '../core/ids.ts';
import type { EpochMs } from '../core/time.ts';
import { gttTransition } from '../engine/orders/gtt-machine.ts';
import type { GttChange, GttLedger, GttUpdate } from '../ports/gtt-ledger.ts';
import type { OutboxJob } from '../ports/ledger.ts';
import { INSERT_JOBS } from './ledger-statements.ts';
import type { OpenSql } from './open-sql.ts';
import { insertStatement, replacing, rowReader, runRows } from './row-statement.ts';
import { gttEvents, gttLegs, gttRules } from './schema/books.ts';
import type { Sql, Transaction } from './sql.ts';

const INSERT_RULES = insertStatement(gttRules, 'on conflict (client_gtt_id) do nothing returning client_gtt_id as id');
const REPLACE_LEGS = insertStatement(gttLegs, replacing(gttLegs, ['client_gtt_id', 'name']));
const INSERT_EVENTS = insertStatement(gttEvents, '');
const readRule = rowReader(gttRules);
const readLeg = rowReader(gttLegs);

/** Below exits and cancels, above entries: a rule protects what is held. */
const PRIORITY = 2;

export class PostgresGtt implements GttLedger {
  readonly #sql: Sql;

  constructor(database: Pick<OpenSql, 'sql'>) {
    this.#sql = database.sql;
  }

  open(rule: Gtt): Promise<readonly OutboxJob[]> {
    return this.#sql.begin((transaction) => openRule(transaction, rule));
  }

  change(id: ClientOrderId, change: GttChange, time: EpochMs): Promise<readonly OutboxJob[]> {
    return this.#sql.begin((transaction) => changeLegs(transaction, id, change, time, ['ACTIVE', 'MODIFYING']));
  }

  withdraw(id: ClientOrderId, time: EpochMs): Promise<readonly OutboxJob[]> {
    return this.#sql.begin((transaction) => withdrawRules(transaction, [id], time));
  }

  promise(ids: readonly ClientOrderId[], time: EpochMs): Promise<readonly OutboxJob[]> {
    return this.#sql.begin((transaction) => promiseJobs(transaction, ids, 'sweep', time));
  }

  move(update: GttUpdate): Promise<{ readonly rule: Gtt; readonly moved: boolean } | undefined> {
    return this.#sql.begin(async (transaction) => {
      const rule = await lockRule(transaction, update.clientGttId);
      const before = rule?.legs.find(({ name }) => name === update.leg);
      if (rule === undefined || before === undefined) return undefined;
      const { leg, moved } = gttTransition(before, update);
      if (leg !== before) await writeLegs(transaction, rule.clientGttId, [leg]);
      await writeEvent(transaction, update, moved);
      return {
        rule: withLegs(
          rule,
          rule.legs.map((each) => (each === before ? leg : each)),
        ),
        moved,
      };
    });
  }

  async rule(id: ClientOrderId): Promise<Gtt | undefined> {
    return (await readRules(this.#sql, this.#sql`client_gtt_id = ${id}`))[0];
  }

  /** Whose id begins so. */
  like(idStart: string): Promise<readonly Gtt[]> {
    return readRules(this.#sql, this.#sql`starts_with(client_gtt_id, ${idStart})`);
  }

  unsettled(since: EpochMs): Promise<readonly Gtt[]> {
    const sql = this.#sql;
    return readRules(
      sql,
      sql`client_gtt_id in (
      select client_gtt_id from gtt_legs
      where status not in ('TRIGGERED', 'EXPIRED', 'CANCELLED', 'REJECTED') or updated_time >= ${since})`,
    );
  }

  all(): Promise<readonly Gtt[]> {
    return readRules(this.#sql, this.#sql`true`);
  }
}

/** Rules and legs of one snapshot. */
export function readRules(sql: Sql, condition: ReturnType<Sql>): Promise<readonly Gtt[]> {
  return sql.begin('isolation level repeatable read read only', async (transaction) => {
    const rules = await transaction`select * from gtt_rules where ${condition} order by created_time, client_gtt_id`;
    const ids = rules.map((row) => String(row.client_gtt_id));
    const legs = await transaction`select * from gtt_legs where client_gtt_id = any(${ids}::text[])`;
    return rules.map((row) => ruleOf(readRule(row), legs.map(readLeg)));
  });
}

/** Nothing when there is a rule of this id already. */
export async function openRule(transaction: Transaction, rule: Gtt): Promise<readonly OutboxJob[]> {
  const { legs, kind, ...rest } = rule;
  const inserted = await runRows(transaction, INSERT_RULES, [{ ...rest, kind }]);
  if (inserted.length === 0) return [];
  await writeLegs(transaction, rule.clientGttId, legs);
  return promiseJobs(transaction, [rule.clientGttId], 'open', rule.createdTime);
}

/** Nothing when one of the legs is in none of these statuses: only what is not at the broker yet changes without a call. */
export async function changeLegs(
  transaction: Transaction,
  id: ClientOrderId,
  change: GttChange,
  time: EpochMs,
  statuses: readonly GttStatus[],
): Promise<readonly OutboxJob[]> {
  const rule = await lockRule(transaction, id);
  const wanted = rule?.legs.filter(({ name }) => change[name] !== undefined) ?? [];
  const canChange = wanted.every(({ status }) => statuses.includes(status));
  if (rule === undefined || rule.isWithdrawn || wanted.length === 0 || !canChange) return [];
  const reason = 'Its change was asked for';
  const changed = wanted.map((leg): GttLeg => {
    const status = leg.status === 'INITIALIZED' ? leg.status : 'MODIFYING';
    return { ...leg, ...change[leg.name], status, reason, updatedTime: time };
  });
  await writeLegs(transaction, id, changed);
  for (const { name, status } of changed) {
    await writeEvent(transaction, { clientGttId: id, leg: name, status, reason, time }, true);
  }
  return promiseJobs(transaction, [id], 'change', time);
}

export async function withdrawRules(
  transaction: Transaction,
  ids: readonly ClientOrderId[],
  time: EpochMs,
): Promise<readonly OutboxJob[]> {
  await transaction`update gtt_rules set is_withdrawn = true where client_gtt_id = any(${[...ids]}::text[])`;
  return promiseJobs(transaction, ids, 'withdraw', time);
}

async function lockRule(transaction: Transaction, id: ClientOrderId): Promise<Gtt | undefined> {
  const [row] = await transaction`select * from gtt_rules where client_gtt_id = ${id} for update`;
  if (row === undefined) return undefined;
  const legs = await transaction`select * from gtt_legs where client_gtt_id = ${id}`;
  return ruleOf(readRule(row), legs.map(readLeg));
}

type RuleRow = ReturnType<typeof readRule>;
type LegRow = ReturnType<typeof readLeg>;

function ruleOf(row: RuleRow, rows: readonly LegRow[]): Gtt {
  const { kind, ...rest } = row;
  const legs = GTT_LEGS.flatMap((name) =>
    rows
      .filter((leg) => leg.clientGttId === row.clientGttId && leg.name === name)
      .map(({ clientGttId: _, ...leg }) => leg),
  );
  return withLegs({ ...rest, kind }, legs);
}

function withLegs(rule: Omit<Gtt, 'legs'>, legs: readonly GttLeg[]): Gtt {
  const [first, second, ...others] = legs;
  const { kind, ...rest } = rule;
  if (kind === 'SINGLE' && first?.name === 'SINGLE' && second === undefined) return { ...rest, kind, legs: [first] };
  if (kind === 'OCO' && first?.name === 'STOP_LOSS' && second?.name === 'TARGET' && others.length === 0) {
    return { ...rest, kind, legs: [first, second] };
  }
  const found = legs.map(({ name }) => name).join(', ') || 'none';
  throw new InvariantError(`Rule ${rule.clientGttId} is "${kind}" and has the legs ${found}`);
}

async function writeLegs(transaction: Transaction, id: ClientOrderId, legs: readonly GttLeg[]): Promise<void> {
  await runRows(
    transaction,
    REPLACE_LEGS,
    legs.map((leg) => ({ ...leg, clientGttId: id })),
  );
}

async function writeEvent(transaction: Transaction, update: GttUpdate, moved: boolean): Promise<void> {
  const { clientGttId, leg, status, reason, time, brokerGttId = null } = update;
  await runRows(transaction, INSERT_EVENTS, [{ clientGttId, leg, status, reason, time, brokerGttId, moved }]);
}

async function promiseJobs(
  transaction: Transaction,
  ids: readonly ClientOrderId[],
  event: string,
  time: EpochMs,
): Promise<readonly OutboxJob[]> {
  const jobs = ids.map((subject): OutboxJob => {
    const id = `${subject}-gtt-${event}-${time}`;
    return { id, queue: 'gtt', name: 'settle', subject, priority: PRIORITY, notBefore: time };
  });
  if (jobs.length === 0) return [];
  const promised = new Set((await runRows(transaction, INSERT_JOBS, jobs)).map((row) => row.id));
  return jobs.filter(({ id }) => promised.has(id));
}
