import { beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/core/alert.ts';
import type { Fill } from '../../../src/core/fill.ts';
import type { Order, OrderUpdate } from '../../../src/core/order.ts';
import { DAY_MS } from '../../../src/core/time.ts';
import type { StoredDifference } from '../../../src/db/postgres-differences.ts';
import type { Difference } from '../../../src/engine/orders/difference.ts';
import type {
  BookedOrder,
  BrokerBook,
  BrokerHolding,
  BrokerHoldings,
  BrokerPosition,
  BrokerPositions,
} from '../../../src/ports/broker.ts';
import type { Outcome } from '../../../src/ports/outcome.ts';
import { type DifferenceBook, Reconciler } from '../../../src/worker/reconciler.ts';
import { ManualClock, settled } from '../../support/manual-clock.ts';
import { fillOf, foreign, NOW, position, row, WORKING } from '../engine/orders/reconcile-bench.ts';

type Failure = Exclude<Outcome<never>, { kind: 'done' }>;

/** Differences in memory, by the rules of the table. */
class MemoryDifferences implements DifferenceBook {
  rows: (StoredDifference & { told: boolean; resolved: boolean })[] = [];

  async open(): Promise<readonly StoredDifference[]> {
    return this.rows.filter(({ resolved }) => !resolved);
  }

  async record(differences: readonly Difference[], time: number, isConclusive: boolean) {
    for (const row of this.rows) {
      if (isConclusive && !differences.some(({ key }) => key === row.key)) row.resolved = true;
    }
    for (const each of differences) {
      if (this.rows.some(({ key, resolved }) => key === each.key && !resolved)) continue;
      const id = this.rows.length + 1;
      this.rows.push({ ...each, id, foundTime: time, seenTime: time, told: false, resolved: false });
    }
    return this.rows.filter(({ told, resolved }) => !told && !resolved);
  }

  async markTold(ids: readonly number[]): Promise<void> {
    for (const row of this.rows) if (ids.includes(row.id)) row.told = true;
  }
}

/** What the broker has, as it stands at each look. */
interface There {
  holdings: readonly BrokerHolding[];
  rows: readonly BookedOrder[];
  foreignOrders: BrokerBook['foreignOrders'] & object;
  positions: readonly BrokerPosition[];
  unreadRows: number;
}

let clock: ManualClock;
let there: There;
let failures: { orders: Failure[]; positions: Failure[] };
let looks: number;
let holdingLooks: number;
let orders: Order[];
let fills: Fill[];
let heard: (Fill | OrderUpdate)[];
let alerts: Alert[];
let differences: MemoryDifferences;
let stop: AbortController;
let reconciler: Reconciler;
/** Runs before the broker answers the look of this number. */
let meanwhile: (look: number) => void;

beforeEach(() => {
  clock = new ManualClock(NOW);
  there = { holdings: [], rows: [], foreignOrders: [], positions: [], unreadRows: 0 };
  failures = { orders: [], positions: [] };
  looks = 0;
  holdingLooks = 0;
  orders = [];
  fills = [];
  heard = [];
  alerts = [];
  differences = new MemoryDifferences();
  stop = new AbortController();
  meanwhile = () => {};
  reconciler = new Reconciler({
    broker: {
      async orders(): Promise<Outcome<BrokerBook>> {
        looks += 1;
        meanwhile(looks);
        const { rows, foreignOrders, unreadRows } = there;
        return failures.orders.shift() ?? { kind: 'done', value: { orders: rows, foreignOrders, unreadRows } };
      },
      async holdings(): Promise<Outcome<BrokerHoldings>> {
        holdingLooks += 1;
        return { kind: 'done', value: { holdings: there.holdings, unreadRows: 0 } };
      },
      async positions(): Promise<Outcome<BrokerPositions>> {
        return failures.positions.shift() ?? { kind: 'done', value: { positions: there.positions, unreadRows: 0 } };
      },
    },
    readRecord: async () => ({
      orders: [...orders],
      fills: fills.map((fill) => ({ ...fill, sequence: 1, chargesPaise: 0 })),
    }),
    differences,
    listener: { onUpdate: (update) => heard.push(update), onFill: (fill) => heard.push(fill) },
    onAlert: (alert) => void alerts.push(alert),
    ...{ clock, signal: stop.signal, graceMs: 1_000 },
  });
});

/** Time moves on as long as it is waited for. */
async function look(reason: Parameters<Reconciler['reconcile']>[0] = 'periodic') {
  const running = reconciler.reconcile(reason);
  let isOver = false;
  void running
    .finally(() => {
      isOver = true;
    })
    .catch(() => {});
  for (let turn = 0; turn < 50 && !isOver; turn += 1) {
    await settled();
    if (clock.nextWake !== undefined) await clock.reach(clock.nextWake);
  }
  return running;
}

describe('a look at the broker’s books', () => {
  it('that agree says so with one call of each kind', async () => {
    orders = [WORKING];
    there.rows = [row(WORKING, 'ACCEPTED')];
    const report = { reason: 'periodic', updates: 0, fills: 0, differences: [], fresh: 0, isConclusive: true };
    expect(await look()).toEqual({ kind: 'done', value: report });
    expect(looks).toBe(1);
  });

  it('hands on fills first, then what became of the order', async () => {
    orders = [WORKING];
    const fill = fillOf(WORKING, 4);
    there.rows = [row(WORKING, 'CANCELED', { fills: [fill] })];
    there.positions = [position(4)];
    expect(await look('start')).toMatchObject({ value: { reason: 'start', updates: 1, fills: 1, differences: [] } });
    expect(heard).toMatchObject([fill, { status: 'CANCELED' }]);
  });

  it.each([
    ['orders', { kind: 'throttled', retryAfterMs: 700 }],
    ['orders', { kind: 'unknown', reason: 'No answer within 7 s' }],
    ['positions', { kind: 'session', reason: 'The token has expired' }],
    ['positions', { kind: 'refused', code: 'AB1004', reason: 'Something went wrong' }],
  ] as const)('that can not be had (%s: %j) concludes nothing', async (call, outcome) => {
    orders = [WORKING];
    await differences.record([{ ...DIFFERENCE }], NOW, true);
    failures[call].push(outcome);
    expect(await look()).toEqual(outcome);
    expect([heard, alerts]).toEqual([[], []]);
    expect(await differences.open(), 'nothing is resolved').toHaveLength(1);
  });

  it('that throws has proven nothing', async () => {
    meanwhile = () => {
      throw new Error('socket hang up');
    };
    expect(await look()).toEqual({ kind: 'unknown', reason: 'socket hang up' });
  });

  it('is had once for all who ask before it begins, and again for those who ask later', async () => {
    const running = [reconciler.reconcile('reconnect'), reconciler.reconcile('unknown')];
    await settled();
    running.push(look(), look());
    expect((await Promise.all(running)).map((each) => each.kind === 'done' && each.value.reason)).toEqual([
      ...['reconnect', 'reconnect', 'periodic', 'periodic'],
    ]);
    expect(looks).toBe(2);
  });
});

describe('a difference', () => {
  it('is told once, in its own words, as long as it lasts', async () => {
    there.foreignOrders = [foreign({ isWorking: true, filledQuantity: 0 })];
    expect(await look()).toMatchObject({ value: { fresh: 1 } });
    expect(alerts).toMatchObject([{ key: 'difference/1', kind: 'system', level: 'info', time: NOW }]);
    expect(alerts[0]?.text).toContain('Order H1 at the broker is not ours');
    expect(await look()).toMatchObject({ value: { fresh: 0, differences: [{ kind: 'HAND_MADE_ORDER' }] } });
    expect(alerts).toHaveLength(1);
    there.foreignOrders = [];
    await look();
    expect(await differences.open()).toEqual([]);
  });

  it('that was noted down and not told is told by the next look', async () => {
    there.foreignOrders = [foreign({ isWorking: true, filledQuantity: 0 })];
    await look();
    for (const stored of differences.rows) stored.told = false;
    await look();
    expect(
      alerts.map(({ key }) => key),
      'one in the books, by its key',
    ).toEqual(['difference/1', 'difference/1']);
  });

  it('that a second look does not show was an order on its way', async () => {
    orders = [WORKING];
    there.rows = [row(WORKING, 'ACCEPTED')];
    // The trade came between the two books.
    there.positions = [position(10)];
    meanwhile = (number) => {
      if (number === 2) there.rows = [row(WORKING, 'ACCEPTED', { fills: [fillOf(WORKING, 10)] })];
    };
    expect(await look()).toMatchObject({ value: { differences: [], fills: 1 } });
    expect([looks, alerts, clock.now()]).toEqual([2, [], NOW + 1_000]);
  });

  it('that only the second look shows waits for another one', async () => {
    orders = [WORKING];
    meanwhile = (number) => {
      if (number === 2) there.positions = [position(10)];
    };
    expect(await look()).toMatchObject({ value: { differences: [{ kind: 'ORDER_ABSENT' }] } });
    expect(await look()).toMatchObject({
      value: { differences: [{ kind: 'ORDER_ABSENT' }, { kind: 'POSITION_DIFFERS' }] },
    });
  });

  it('that lasts costs no second look', async () => {
    there.positions = [position(75)];
    await look();
    expect(looks).toBe(2);
    await look();
    expect([looks, alerts.length]).toEqual([3, 1]);
  });

  it('is not resolved while the book can not be read whole', async () => {
    orders = [WORKING];
    await look();
    there.unreadRows = 1;
    expect(await look()).toMatchObject({ value: { differences: [], isConclusive: false } });
    expect(await differences.open()).toMatchObject([{ kind: 'ORDER_ABSENT' }]);
  });

  it('in doubt when the worker stops is left to the next start', async () => {
    there.positions = [position(75)];
    const running = reconciler.reconcile('periodic');
    await settled();
    stop.abort();
    expect(await running).toMatchObject({ kind: 'transient' });
    expect(differences.rows).toEqual([]);
  });
});

it('holdings are asked for only when deliveries of earlier days are held', async () => {
  const bought = { ...WORKING, product: 'DELIVERY', status: 'FILLED', filledQuantity: 10 } as const;
  orders = [bought];
  fills = [fillOf(bought, 10)];
  there.positions = [position(10, { product: 'DELIVERY' })];
  await look();
  expect(holdingLooks).toBe(0);
  await clock.reach(NOW + DAY_MS);
  there.positions = [];
  expect(await look()).toMatchObject({ value: { differences: [{ numbers: { ours: 10, theirs: 0 } }] } });
  there.holdings = [{ instrumentId: bought.instrumentId, name: 'NSE RELIANCE-EQ', quantity: 12 }];
  expect(await look()).toMatchObject({ value: { differences: [] } });
  expect(holdingLooks).toBe(3);
});

it('what both looks find is handed on once', async () => {
  const fill = fillOf(WORKING, 4);
  orders = [WORKING];
  there.rows = [row(WORKING, 'CANCELED', { fills: [fill] })];
  // Until the second look the books have not taken it in.
  there.positions = [position(9)];
  expect(await look()).toMatchObject({ value: { updates: 1, fills: 1, fresh: 1 } });
  expect(looks).toBe(2);
  expect(heard).toHaveLength(2);
});

const DIFFERENCE: Difference = {
  ...{
    key: 'one',
    kind: 'ORDER_ABSENT',
    level: 'critical',
    instrumentId: null,
    orders: [],
    numbers: {},
    text: 'Look.',
  },
};
