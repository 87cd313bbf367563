import { describe, expect, it } from 'vitest';
import type { Gtt } from '../../../src/core/gtt.ts';
import { isGttEnded } from '../../../src/core/gtt.ts';
import { GttExecutor } from '../../../src/jobs/gtt-executor.ts';
import type { GttBroker } from '../../../src/ports/gtt-broker.ts';
import { MORNING } from '../../support/angel-one-simulator.ts';
import { buildOco, GTT_ID } from '../../support/build-gtt.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { FREE_LOCK, MemoryGttLedger } from '../../support/memory-gtt-ledger.ts';
import { ScriptedGttBroker } from './scripted-gtt-broker.ts';

const NEVER = new AbortController().signal;
const DEAD = new Promise<never>(() => {});

interface Life {
  /** Reads, writes and calls that it may begin; at the last one it dies. */
  readonly steps: number;
  /** Whether what it died in was carried out. */
  readonly isDone: boolean;
}

/** A process that dies at one of its awaits, and everything that outlives it. */
class World {
  readonly broker = new ScriptedGttBroker();
  readonly ledger = new MemoryGttLedger();
  readonly clock = new ManualClock(MORNING);

  constructor(rule: Gtt = buildOco()) {
    this.ledger.rules.set(rule.clientGttId, rule);
  }

  /** True when it got to the end of its work. */
  async live({ steps, isDone }: Life): Promise<boolean> {
    let left = steps;
    let die: () => void = () => {};
    const death = new Promise<'dead'>((resolve) => {
      die = () => resolve('dead');
    });
    const mortal = <A extends readonly unknown[], T>(call: (...given: A) => Promise<T>) => {
      return async (...given: A): Promise<T> => {
        if (left <= 0) return DEAD;
        left -= 1;
        if (left > 0) return call(...given);
        if (isDone) await call(...given).catch(() => undefined);
        die();
        return DEAD;
      };
    };
    const { broker, ledger, clock } = this;
    const wire: GttBroker = {
      name: 'mortal',
      isListed: () => true,
      create: mortal((request) => broker.create(request)),
      modify: mortal((...given) => broker.modify(...given)),
      cancel: mortal((id) => broker.cancel(id)),
      list: mortal(() => broker.list()),
      holdings: mortal(() => broker.holdings()),
    };
    const executor = new GttExecutor({
      ...{ broker: wire, clock, lock: FREE_LOCK, onTrouble: () => {} },
      ledger: {
        rule: mortal((id) => ledger.rule(id)),
        move: mortal((update) => ledger.move(update)),
        unsettled: mortal(() => ledger.unsettled()),
      },
    });
    let end: string | undefined;
    const work = executor.settle(GTT_ID, NEVER).then(({ kind }) => kind, String);
    const race = Promise.race([death, work]).then((kind) => {
      end = kind;
    });
    while (end === undefined) {
      await clock.reach(clock.now() + 20_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await race;
    if (end !== 'dead') expect(end).toMatch(/^(done|retry)$/);
    return end !== 'dead';
  }

  /** New processes until one finds nothing to do. */
  async recover(): Promise<void> {
    for (let i = 0; i < 3; i += 1) await this.live({ steps: Number.POSITIVE_INFINITY, isDone: true });
  }

  get created(): number {
    return this.broker.rules.length;
  }
}

/** Every await of the work, dying before and after it is done. */
async function everyDeath(prepare: () => Promise<World>, check: (world: World, life: Life) => void): Promise<number> {
  let deaths = 0;
  for (let steps = 1; ; steps += 1) {
    for (const isDone of [false, true]) {
      const world = await prepare();
      if (await world.live({ steps, isDone })) return deaths;
      deaths += 1;
      await world.recover();
      check(world, { steps, isDone });
    }
  }
}

describe('a process that dies', () => {
  it('at any await of the creation of a pair leaves exactly one pair, after recovery', async () => {
    const deaths = await everyDeath(
      async () => new World(),
      (world, life) => {
        expect(world.broker.live(), JSON.stringify(life)).toHaveLength(2);
        expect(world.created, 'nothing was created twice').toBe(2);
        expect(world.ledger.rules.get(GTT_ID)?.legs.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE']);
      },
    );
    expect(deaths).toBeGreaterThan(20);
  });

  it('twice in the creation of a pair, wherever, leaves exactly one pair', async () => {
    for (let first = 1; first <= 16; first += 1) {
      const deaths = await everyDeath(
        async () => {
          const world = new World();
          await world.live({ steps: first, isDone: first % 2 === 0 });
          return world;
        },
        (world, life) => expect(world.broker.live(), `${first} ${JSON.stringify(life)}`).toEqual(['1', '2']),
      );
      expect(deaths).toBeGreaterThan(4);
    }
  });

  it('whose answers are lost as well leaves exactly one pair', async () => {
    await everyDeath(
      async () => {
        const world = new World();
        world.broker.fates.create.push('answer-lost', 'request-lost', 'thrown');
        return world;
      },
      (world, life) => expect(world.broker.live(), JSON.stringify(life)).toHaveLength(2),
    );
  });

  it.each(['1', '2'])('between the trigger of rule %s and the cancel of the other leaves no orphan', async (id) => {
    const deaths = await everyDeath(
      async () => {
        const world = new World();
        await world.recover();
        world.broker.trigger(id);
        return world;
      },
      (world, life) => {
        expect(world.broker.live(), JSON.stringify(life)).toEqual([]);
        expect(world.broker.rules.filter(({ status }) => status === 'TRIGGERED')).toHaveLength(1);
      },
    );
    expect(deaths).toBeGreaterThan(8);
  });

  it('in the middle of a pair of which the first leg has triggered already does not make it whole', async () => {
    await everyDeath(
      async () => {
        const world = new World();
        world.broker.onCall = async () => {
          if (world.broker.calls.at(-1) === 'create' && world.created === 1) world.broker.trigger('1');
        };
        return world;
      },
      (world, life) => expect(world.broker.live(), JSON.stringify(life)).toEqual([]),
    );
  });

  it('in the middle of a withdrawal leaves nothing', async () => {
    await everyDeath(
      async () => {
        const world = new World();
        await world.live({ steps: 7, isDone: true });
        await world.ledger.withdraw(GTT_ID);
        return world;
      },
      (world, life) => {
        expect(world.broker.live(), JSON.stringify(life)).toEqual([]);
        expect(world.ledger.rules.get(GTT_ID)?.legs.every(({ status }) => isGttEnded(status))).toBe(true);
      },
    );
  });
});
