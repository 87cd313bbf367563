import { describe, expect, it, vi } from 'vitest';
import type { ClientOrderId } from '../../src/core/ids.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { sendCommand } from '../../src/db/postgres-commands.ts';
import { PostgresGtt } from '../../src/db/postgres-gtt.ts';
import { buildOco } from '../support/build-gtt.ts';
import { openRuleWorker, type RuleWorker, SWING, TCS, until } from '../support/rule-worker.ts';

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
    select text from alerts where level <> 'info' and kind <> 'summary' and topic is distinct from 'run' order by time`;
  return rows.map(({ text }) => String(text));
}

describe.concurrent('a position kept overnight, in live mode', () => {
  it('is protected by one pair of rules; the stop that triggers is booked, and the target goes', async ({
    onTestFinished,
  }) => {
    const works = await openRuleWorker({ onFinished: onTestFinished });
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

  it('is let go of before it is closed by hand: the rules are gone first, and the units are sold once', async ({
    onTestFinished,
  }) => {
    const works = await openRuleWorker({ onFinished: onTestFinished });
    const { simulator } = works.desk;
    await works.buy(LEVELS);
    works.start();
    await until(() => legs(works), ['STOP_LOSS ACTIVE', 'TARGET ACTIVE']);
    await sendCommand(works.database, { command: 'squareoff', strategyId: SWING, askedBy: 'a test' });
    await until(() => legs(works), ['STOP_LOSS CANCELLED', 'TARGET CANCELLED']);
    await until(() => simulator.ledger.orders.length, 2);
    expect(works.liveRules()).toEqual([]);
    await until(async () => {
      await works.print(1500);
      return orders(works);
    }, ['ENTRY FILLED 5', 'STOP_LOSS CANCELED 0', 'TARGET CANCELED 0', 'SQUARE_OFF FILLED 5']);
    expect(simulator.ledger.fills.map(({ side, quantity }) => `${side} ${quantity}`)).toEqual(['BUY 5', 'SELL 5']);
    expect(await alertsOf(works)).toEqual([]);
  });

  it.for([
    ['while the answer to the second is on its way', 'delay'],
    ['while the second is on its way and lost', 'half-open'],
    ['while the second is taken and its answer lost', 'half-open-after'],
  ] as const)(
    'is protected by exactly one pair after a kill between the two creations, %s',
    async ([, kind], { onTestFinished }) => {
      const works = await openRuleWorker({ onFinished: onTestFinished });
      const { simulator } = works.desk;
      await works.buy(LEVELS);
      const first = simulator.arm({ kind: 'delay', ms: 800, on: ['createRule'], count: 1 });
      const killed = works.start();
      await until(() => simulator.ledger.rules.length, 1);
      const ms = kind === 'delay' ? { ms: 60_000 } : {};
      const second = simulator.arm({ kind, ...ms, on: ['createRule'] });
      await until(() => struck(works), 2);
      if (kind !== 'half-open') await until(() => simulator.ledger.rules.length, 2);
      killed.child.kill('SIGKILL');
      await killed.ended;
      simulator.lift(first);
      simulator.lift(second);
      works.start();
      await until(() => legs(works), ['STOP_LOSS ACTIVE', 'TARGET ACTIVE']);
      await until(() => orders(works), ['ENTRY FILLED 5', 'STOP_LOSS ACCEPTED 0', 'TARGET ACCEPTED 0']);
      expect(works.liveRules()).toHaveLength(2);
      expect(works.deeds().filter((deed) => deed.endsWith('created'))).toHaveLength(2);
      expect(simulator.ledger.orders, 'nothing but the entry').toHaveLength(1);
    },
  );

  it('leaves no orphan after a kill between the trigger and the cancel of the other leg, and the stop is booked', async ({
    onTestFinished,
  }) => {
    const works = await openRuleWorker({ onFinished: onTestFinished });
    const { simulator } = works.desk;
    await works.buy(LEVELS);
    const killed = works.start();
    await until(() => legs(works), ['STOP_LOSS ACTIVE', 'TARGET ACTIVE']);
    const fault = simulator.arm({ kind: 'half-open', on: ['cancelRule'] });
    await works.print(1399, 1398);
    await until(() => struck(works), 1);
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(works.liveRules()).toHaveLength(1);
    simulator.lift(fault);
    works.start();
    await until(() => orders(works), ['ENTRY FILLED 5', 'STOP_LOSS FILLED 5', 'TARGET CANCELED 0']);
    expect(works.liveRules()).toEqual([]);
    expect(simulator.ledger.orders).toHaveLength(2);
    const held = await works.database.sql`select quantity from positions order by day desc`;
    expect(held[0]).toMatchObject({ quantity: 0 });
  });
});

describe.concurrent('a rule by hand, beside a worker in live mode', () => {
  it('is settled by either under one lock, on instruments that the bot does not trade as well', async ({
    onTestFinished,
  }) => {
    const works = await openRuleWorker({ onFinished: onTestFinished });
    const { desk } = works;
    const worker = works.start();
    const terms = ['--side', 'buy', '--quantity', '5', '--trigger', '1600', '--limit', '1605', '--yes'];
    const made = await works.gtt('new', 'INFY', ...terms);
    expect(made.code, made.stderr).toBe(0);
    expect(works.deeds()).toEqual(['4410001 created']);
    // As the command leaves it that is killed before it has sent anything.
    const time = Date.now();
    const base = { createdTime: time, expires: time + 90 * DAY_MS, instrumentId: TCS.id, side: 'BUY' } as const;
    const clientGttId = 'h7k2m9q4x1c8v5n3' as ClientOrderId;
    await new PostgresGtt(works.database).open(buildOco({ triggerPrice: 1700 }, {}, { ...base, clientGttId }));
    await until(() => works.liveRules().length, 3);
    await works.print(1601);
    await until(() => differences(works), ['GTT_BY_HAND']);
    await until(() => alertsOf(works), [expect.stringMatching(/made by hand, has triggered.*: BUY 5 NSE:INFY/)]);
    expect(desk.simulator.ledger.orders).toMatchObject([{ side: 'BUY', quantity: 5, price: 1605 }]);
    const cancelled = await works.gtt('cancel', clientGttId, '--yes');
    expect(cancelled.code, cancelled.stderr).toBe(0);
    expect(works.liveRules()).toEqual([]);
    worker.child.kill('SIGTERM');
    expect((await worker.ended).code).toBe(0);
  });
});

async function differences({ database }: RuleWorker): Promise<readonly string[]> {
  const rows = await database.sql`select kind from differences where kind like 'GTT%' and resolved_time is null`;
  return rows.map(({ kind }) => String(kind));
}

function struck({ desk }: RuleWorker): number {
  return Object.values(desk.simulator.ledger.report().faults).reduce((sum, each) => sum + each, 0);
}
