/** What is done while the process is killed, and how it has to end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../../src/core/order-status.ts';
import { MINUTE_MS, SECOND_MS } from '../../../src/core/time.ts';
import type { Database } from '../../../src/db/database.ts';
import { PostgresGtt } from '../../../src/db/postgres-gtt.ts';
import { PostgresLedger } from '../../../src/db/postgres-ledger.ts';
import type { SessionRecord } from '../../../src/ports/ledger.ts';
import { compareOrders, overruns, truthSchema } from '../../../src/worker/rehearsal/compare-orders.ts';
import { ist } from '../../support/fixed-calendar.ts';
import type { Points } from './fault-points.ts';
import { type DeskOptions, type PointsDesk, START_PRICE } from './points-desk.ts';

export interface Scenario {
  readonly name: string;
  readonly setup: Pick<DeskOptions, 'start' | 'speed' | 'bot'>;
  /** Whether a step is one of what it is about. */
  readonly concerns: (step: string) => boolean;
  /** What is wrong at the end, one line each. */
  run(
    desk: PointsDesk,
    points: Omit<Points, 'isArmed'>,
    openBooks: () => Promise<Database>,
  ): Promise<readonly string[]>;
}

const SETTLE_MS = 30_000;
const LOOK_MS = 50;
/** The message that steps count from now on has arrived by then. */
const ARM_MS = 150;
/** So long nothing is at work after a start: the decision died with the process, and the next candle makes it anew. */
const NOTHING_MS = 1_500;
const CANDLE_MS = 5 * MINUTE_MS;
const START = ist('2026-11-17', '09:20') + 5 * SECOND_MS;
const SPEED = 10;
const AWAY_PRICE = START_PRICE * 1.02;

interface AtBroker {
  readonly status: string;
}

interface Stage {
  isArmed: boolean;
  isStopped: boolean;
  /** An order is in the books. */
  hasBegun: boolean;
}

interface Play {
  /** Prices by what stands at the broker. */
  readonly priceOf: (orders: readonly AtBroker[], isArmed: boolean) => number;
  /** Steps count from then on; from the start on when absent. */
  readonly armsAt?: (orders: readonly AtBroker[]) => boolean;
  readonly isDone: (record: SessionRecord) => boolean;
}

export const SCENARIOS: readonly Scenario[] = [
  trading(
    'placement',
    { execution: { repriceAfterMs: 60_000 } },
    {
      priceOf: () => START_PRICE,
      isDone: ({ orders }) => orders.some(({ role, status }) => role === 'ENTRY' && status === 'FILLED'),
    },
  ),
  trading(
    'modification',
    { execution: { repriceAfterMs: 4_000, reprices: 5 } },
    {
      // It goes away from the limit until the limit has followed.
      priceOf: (orders) => (orders.length === 0 ? START_PRICE : AWAY_PRICE),
      armsAt: rests,
      isDone: ({ orders }) =>
        orders.some(({ role, status, amendments }) => role === 'ENTRY' && status === 'FILLED' && amendments > 0),
    },
  ),
  trading(
    'cancel',
    { execution: { repriceAfterMs: 4_000, reprices: 0, entriesThen: 'cancel' } },
    {
      priceOf: (orders) => (orders.length === 0 ? START_PRICE : AWAY_PRICE),
      armsAt: rests,
      isDone: ({ orders }) => orders.some(({ role, status }) => role === 'ENTRY' && status === 'CANCELED'),
    },
  ),
  trading(
    'target while the stop rests',
    { execution: { repriceAfterMs: 60_000 }, params: { stop: START_PRICE * 0.98, target: AWAY_PRICE } },
    {
      priceOf: (_, isArmed) => (isArmed ? AWAY_PRICE + 1 : START_PRICE),
      armsAt: isGuarded,
      isDone: ({ orders }) =>
        orders.some(({ role, status }) => role === 'TARGET' && status === 'FILLED') &&
        orders.some(({ role, status }) => role === 'STOP_LOSS' && status === 'CANCELED'),
    },
  ),
  ruling('OCO creation', async (desk, points) => {
    await desk.command(PAIR, { ...points, isArmed: true });
    await desk.command(SETTLE, null);
    return { live: 2, isOptional: true, orders: 0 };
  }),
  ruling('leg of an OCO triggers', async (desk, points) => {
    await desk.command(PAIR, null);
    await desk.print(START_PRICE * 1.15);
    await desk.command(SETTLE, { ...points, isArmed: true });
    await desk.command(SETTLE, null);
    return { live: 0, isOptional: false, orders: 1 };
  }),
];

function rests([order]: readonly AtBroker[]): boolean {
  return order?.status === 'open';
}

/** Stop or target: which of them rests at the broker, and which is watched from here, is the engine's to say. */
function isGuarded([entry, ...legs]: readonly AtBroker[]): boolean {
  return entry?.status === 'complete' && legs.some(({ status }) => status === 'open' || status === 'trigger pending');
}

function trading(name: string, bot: Omit<DeskOptions['bot'], 'strategy'>, play: Play): Scenario {
  return {
    name,
    setup: { start: START, speed: SPEED, bot: { strategy: 'once', ...bot } },
    concerns: (step) => !step.startsWith('gtt'),
    run: async (desk, points, openBooks) => {
      const clock: Stage = { isArmed: false, isStopped: false, hasBegun: false };
      const time = keepTime(desk, play, clock);
      const first = desk.trade({ ...points, isArmed: play.armsAt === undefined });
      let isOver = false;
      const working = (async () => {
        if (play.armsAt) {
          while (!play.armsAt(desk.simulator.ledger.orders) && !isOver) await sleep(10);
          first.child.send('arm', () => undefined);
          await sleep(ARM_MS);
          clock.isArmed = true;
        }
        let last = await first.ended;
        while (!isOver) {
          const next = desk.trade(null);
          void stopped(() => isOver).then(() => next.child.kill('SIGTERM'));
          last = await next.ended;
        }
        return last;
      })();
      void stopped(() => isOver).then(() => first.child.kill('SIGTERM'));
      const wrong = await settled(desk, play, clock, openBooks);
      isOver = true;
      const { stderr } = await working;
      clock.isStopped = true;
      await time;
      return wrong.length === 0 ? [] : [...wrong, ...stderr.split('\n').slice(-6)];
    },
  };
}

async function stopped(isOver: () => boolean): Promise<void> {
  while (!isOver()) await sleep(LOOK_MS);
}

/** Time passes, prices come, and a candle ends whenever nothing is at work. */
async function keepTime(desk: PointsDesk, { priceOf }: Play, clock: Readonly<Stage>): Promise<void> {
  const { market, simulator } = desk;
  let quietSince = performance.now();
  let before = performance.now();
  while (!clock.isStopped) {
    await sleep(20);
    const now = performance.now();
    const ms = Math.floor((now - before) * SPEED);
    await market.reach(market.clock.now() + ms);
    before += ms / SPEED;
    const { orders } = simulator.ledger;
    if (!desk.isHeard || clock.hasBegun) quietSince = now;
    await desk.print(priceOf(orders, clock.isArmed));
    if (now - quietSince < NOTHING_MS) continue;
    quietSince = now;
    await market.reach((Math.floor(market.clock.now() / CANDLE_MS) + 1) * CANDLE_MS + 2 * SECOND_MS);
  }
}

/** Looks at both sides until they are where they have to be, or not any more likely to come there. */
async function settled(
  desk: PointsDesk,
  { isDone }: Play,
  clock: Stage,
  openBooks: () => Promise<Database>,
): Promise<string[]> {
  const deadline = performance.now() + SETTLE_MS;
  let wrong: string[] = ['nothing was traded'];
  const database = await openBooks();
  try {
    while (performance.now() < deadline) {
      await sleep(2 * LOOK_MS);
      const record = await new PostgresLedger(database, 'live').session().catch(() => undefined);
      if (record === undefined || record.orders.length === 0) continue;
      clock.hasBegun = true;
      const truth = truthSchema.parse(desk.simulator.ledger.report());
      const entries = record.orders.filter(({ role }) => role === 'ENTRY');
      const atBroker = truth.orders.filter(({ tag }) => entries.some(({ clientOrderId }) => clientOrderId === tag));
      wrong = [
        ...(isDone(record) ? [] : ['not done']),
        ...(entries.length === 1 && atBroker.length === 1
          ? []
          : [`${entries.length} entries here, ${atBroker.length} at the broker`]),
        ...record.orders.filter(({ status }) => !isTerminal(status)).map((each) => `${each.role} is "${each.status}"`),
        ...compareOrders(record, truth),
        ...overruns(truth),
      ];
      if (wrong.length === 0) break;
    }
    return wrong;
  } finally {
    await database.close();
  }
}

const PAIR = [
  ...['gtt', 'new', 'NSE:INFY', '--side', 'buy', '--quantity', '5', '--yes', '--json'],
  ...['--stop-trigger', String(START_PRICE * 1.1), '--stop-limit', String(START_PRICE * 1.11)],
  ...['--target-trigger', String(START_PRICE * 0.9), '--target-limit', String(START_PRICE * 0.91)],
];
const SETTLE = ['gtt', 'settle', '--yes', '--json', '--wait', '40'];

interface RuleEnd {
  /** Rules that rest at the broker. */
  readonly live: number;
  /** Or none at all, when the process died before it was written down. */
  readonly isOptional: boolean;
  readonly orders: number;
}

function ruling(name: string, act: (desk: PointsDesk, points: Omit<Points, 'isArmed'>) => Promise<RuleEnd>): Scenario {
  return {
    name,
    setup: { start: Date.now(), speed: 1, bot: { strategy: 'ema-crossover' } },
    concerns: (step) => step.startsWith('gtt'),
    run: async (desk, points, openBooks) => {
      const end = await act(desk, points);
      const live = new Set<string>();
      for (const { ruleId, deed } of desk.simulator.ledger.rules) {
        if (deed === 'created' || deed === 'modified') live.add(ruleId);
        else live.delete(ruleId);
      }
      const database = await openBooks();
      try {
        const rules = await new PostgresGtt(database).all();
        const legs = rules.flatMap((rule) => rule.legs).filter(({ status }) => status === 'ACTIVE');
        const wrong: string[] = [];
        if (live.size === 0 && rules.length === 0 && end.isOptional) return wrong;
        if (live.size !== end.live) wrong.push(`${live.size} rules at the broker instead of ${end.live}`);
        if (rules.length !== 1) wrong.push(`${rules.length} rules here`);
        for (const leg of legs) if (!live.has(String(leg.brokerGttId))) wrong.push(`leg ${leg.name} is not there`);
        if (legs.length !== live.size) wrong.push(`${legs.length} active legs, ${live.size} rules at the broker`);
        const { orders } = desk.simulator.ledger;
        if (orders.length !== end.orders) wrong.push(`${orders.length} orders instead of ${end.orders}`);
        return wrong;
      } finally {
        await database.close();
      }
    },
  };
}
