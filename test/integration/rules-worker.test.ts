import { describe, expect, it, vi } from 'vitest';
import { openRuleWorker, type RuleWorker, until } from '../support/rule-worker.ts';

vi.setConfig({ testTimeout: 180_000 });

const LEVELS = { stopLoss: 1400, target: 1700 };

async function legs({ database }: RuleWorker): Promise<readonly string[]> {
  const rows = await database.sql`select name, status from gtt_legs order by name`;
  return rows.map(({ name, status }) => `${name} ${status}`);
}

async function orders({ database }: RuleWorker): Promise<readonly string[]> {
  const rows = await database.sql`select role, status, filled_quantity from orders order by sequence`;
  return rows.map((row) => `${row.role} ${row.status} ${row.filled_quantity}`);
}

async function alertsOf({ database }: RuleWorker): Promise<readonly string[]> {
  const rows = await database.sql`
    select text from alerts where level <> 'info' and text not like 'Pre-open%' order by time`;
  return rows.map(({ text }) => String(text));
}

describe('a position kept overnight, in live mode', () => {
  it('is protected by one pair of rules; the stop that triggers is booked, and the target goes', async () => {
    const works = await openRuleWorker();
    const { desk } = works;
    await works.buy(LEVELS);
    const worker = works.start();
    await until(() => legs(works), ['STOP_LOSS ACTIVE', 'TARGET ACTIVE']);
    expect(works.liveRules()).toHaveLength(2);
    await until(() => orders(works), ['ENTRY FILLED 5', 'STOP_LOSS ACCEPTED 0', 'TARGET ACCEPTED 0']);
    expect(desk.simulator.ledger.orders, 'no order stands for a leg').toHaveLength(1);
    await works.print(1399, 1398);
    await until(() => orders(works), ['ENTRY FILLED 5', 'STOP_LOSS FILLED 5', 'TARGET CANCELED 0']);
    expect(works.liveRules()).toEqual([]);
    expect(await legs(works)).toEqual(['STOP_LOSS TRIGGERED', 'TARGET CANCELLED']);
    const trades = await works.database.sql`select quantity, exit_reason from trades`;
    expect(trades).toMatchObject([{ quantity: 5, exit_reason: 'stop_loss' }]);
    expect(desk.simulator.ledger.fills).toMatchObject([{ side: 'BUY' }, { side: 'SELL', quantity: 5, tag: '' }]);
    expect(await alertsOf(works)).toEqual([]);
    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    expect(code, stderr).toBe(0);
  });
});
