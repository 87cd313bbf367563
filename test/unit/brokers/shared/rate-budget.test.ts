import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryCallLog } from '../../../../src/brokers/shared/memory-call-log.ts';
import { type BudgetWindow, RateBudget } from '../../../../src/brokers/shared/rate-budget.ts';
import { CALL_PRIORITIES, type CallPriority } from '../../../../src/ports/call-budget.ts';
import type { CallLog, CallWindow } from '../../../../src/ports/call-log.ts';
import { ManualClock, settled } from '../../../support/manual-clock.ts';

type Class = 'write' | 'read';

const WINDOWS: Readonly<Record<Class, readonly BudgetWindow[]>> = {
  write: [
    { limit: 4, ms: 1_000, exitReserve: 1 },
    { limit: 12, ms: 10_000, exitReserve: 2 },
    { limit: 30, ms: 60_000, exitReserve: 3 },
  ],
  read: [{ limit: 1, ms: 1_000, exitReserve: 0 }],
};
const JITTER_MS = 100;
/** That of a call without an answer; of one with an answer, as long as that takes. */
const LONGEST_WAY_MS = 500;

function build(log?: (clock: ManualClock) => CallLog) {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const budget = new RateBudget<Class>({
    clock,
    log: log?.(clock) ?? new MemoryCallLog(clock),
    windowsOf: (callClass) => WINDOWS[callClass],
    jitterMsOf: () => JITTER_MS,
    onError: (error) => errors.push(error),
  });
  /** A call that is answered as soon as it is let go. */
  const take: (...args: Parameters<typeof budget.take>) => Promise<void> = async (...args) => {
    const onAnswer = await budget.take(...args);
    onAnswer();
  };
  return { clock, budget, take, errors };
}

/** The most calls that any span of the window's length holds, begun at any of them. */
function fullest(times: readonly number[], { ms }: CallWindow): number {
  const sorted = [...times].sort((a, b) => a - b);
  return Math.max(0, ...sorted.map((from) => sorted.filter((time) => time >= from && time < from + ms).length));
}

interface Caller {
  readonly at: number;
  readonly callClass: Class;
  readonly priority: CallPriority;
  /** On its way to the broker, and its answer on its way back. */
  readonly delayMs: number;
  readonly answerMs: number;
  readonly abortsAfterMs: number | null;
}

const callers: fc.Arbitrary<readonly Caller[]> = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 20_000 }),
    callClass: fc.constantFrom<Class>('write', 'write', 'write', 'read'),
    priority: fc.constantFrom(...CALL_PRIORITIES),
    delayMs: fc.integer({ min: 0, max: LONGEST_WAY_MS }),
    answerMs: fc.constantFrom(0, 20, 400, 10_000),
    abortsAfterMs: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: null, freq: 3 }),
  }),
  { maxLength: 60, size: 'max' },
);

interface Call extends Caller {
  readonly place: number;
  readonly grantedAt: number;
}

/** A log that answers later than it counts, as a database does that is busy, or was away. */
function lateLog(clock: ManualClock, lateMs: readonly number[]): CallLog {
  const log = new MemoryCallLog(clock);
  let asked = 0;
  return {
    record: async (...args) => {
      const verdict = await log.record(...args);
      asked += 1;
      await clock.sleepUntil(clock.now() + (lateMs[asked % lateMs.length] ?? 0));
      return verdict;
    },
    withdraw: (...args) => log.withdraw(...args),
    rest: (...args) => log.rest(...args),
  };
}

async function play(given: readonly Caller[], lateMs: readonly number[] = []) {
  const { clock, budget } = build((each) => lateLog(each, lateMs));
  const start = clock.now();
  const calls: Call[] = [];
  const aborted: unknown[] = [];
  const pending: Promise<void>[] = [];
  const events = given.flatMap((caller, place) => {
    const abort = new AbortController();
    const arrive = () => {
      const taking = budget.take(caller.callClass, caller.priority, abort.signal).then(
        async (onAnswer) => {
          const grantedAt = clock.now();
          calls.push({ ...caller, place, grantedAt });
          await clock.sleepUntil(grantedAt + caller.delayMs + caller.answerMs);
          onAnswer();
        },
        (error: unknown) => void aborted.push(error),
      );
      pending.push(taking);
    };
    const leave = () => abort.abort('gave up');
    const arrival = { at: caller.at, run: arrive };
    return caller.abortsAfterMs === null ? [arrival] : [arrival, { at: caller.at + caller.abortsAfterMs, run: leave }];
  });
  for (const { at, run } of events.sort((a, b) => a.at - b.at)) {
    await clock.reach(start + at);
    run();
  }
  await clock.reach(start + 600_000);
  await Promise.all(pending);
  return { calls, aborted };
}

describe('over any schedule', () => {
  test('no window of the receiver is ever exceeded, however late the log is and whatever each call takes on its way', async () => {
    const lateMs = fc.array(fc.constantFrom(0, 0, 5, 150, 700, 13_000), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(callers, lateMs, async (given, late) => {
        const { calls } = await play(given, late);
        for (const callClass of ['write', 'read'] as const) {
          const arrivals = calls.filter((call) => call.callClass === callClass);
          const times = arrivals.map(({ grantedAt, delayMs }) => grantedAt + delayMs);
          for (const window of WINDOWS[callClass]) expect(fullest(times, window)).toBeLessThanOrEqual(window.limit);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('everyone gets an answer: the call, or the reason of the abort', async () => {
    await fc.assert(
      fc.asyncProperty(callers, async (given) => {
        const { calls, aborted } = await play(given);
        expect(calls.length + aborted.length).toBe(given.length);
        expect(aborted.every((reason) => reason === 'gave up')).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('nobody goes before one who is more urgent, or as urgent and longer there', async () => {
    await fc.assert(
      fc.asyncProperty(callers, async (given) => {
        const { calls } = await play(given.map((caller) => ({ ...caller, abortsAfterMs: null })));
        const start = new ManualClock().now();
        for (const callClass of ['write', 'read'] as const) {
          const order = calls.filter((call) => call.callClass === callClass);
          for (const [index, later] of order.entries()) {
            for (const earlier of order.slice(0, index)) {
              const wasWaiting = start + later.at < earlier.grantedAt;
              if (!wasWaiting) continue;
              const ranks = [earlier, later].map(({ priority }) => CALL_PRIORITIES.indexOf(priority));
              expect(ranks[0]).toBeLessThanOrEqual(ranks[1] ?? 0);
              if (ranks[0] === ranks[1]) expect(earlier.at).toBeLessThanOrEqual(later.at);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('others than exits leave every window its reserve', async () => {
    await fc.assert(
      fc.asyncProperty(callers, async (given) => {
        const { calls } = await play(given.map((caller) => ({ ...caller, callClass: 'write' })));
        for (const { limit, ms, exitReserve } of WINDOWS.write) {
          for (const call of calls.filter(({ priority }) => priority !== 'exit')) {
            const inside = calls.filter(({ grantedAt, place }) => {
              const isEarlier = calls.findIndex((each) => each.place === place) <= calls.indexOf(call);
              return isEarlier && grantedAt > call.grantedAt - ms;
            });
            expect(inside.length).toBeLessThanOrEqual(limit - exitReserve);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a rate budget', () => {
  test('lets an exit through at once while entries wait', async () => {
    const { clock, take } = build();
    const order: string[] = [];
    for (let i = 0; i < 6; i++) void take('write', 'entry').then(() => order.push(`entry ${clock.now()}`));
    await settled();
    expect(order, 'one of four is kept for exits').toHaveLength(3);
    const before = clock.now();
    await take('write', 'exit');
    expect(clock.now()).toBe(before);
    await clock.reach(before + 1_099);
    expect(order).toHaveLength(3);
    await clock.reach(before + 1_101);
    expect(order).toHaveLength(6);
  });

  test('counts nothing for a caller that had aborted before, waits, or aborts while it is counted', async () => {
    const { clock, take } = build();
    const gone = AbortSignal.abort('gone');
    await expect(take('read', 'read', gone)).rejects.toBe('gone');
    const counting = new AbortController();
    const taking = take('read', 'read', counting.signal);
    counting.abort('changed my mind');
    await expect(taking).rejects.toBe('changed my mind');
    await settled();
    const before = clock.now();
    await take('read', 'read');
    expect(clock.now(), 'the only call of the second is still there').toBe(before);
    const waiting = new AbortController();
    const late = take('read', 'read', waiting.signal);
    await settled();
    waiting.abort('no more');
    await expect(late).rejects.toBe('no more');
    await clock.reach(before + 1_101);
    const then = clock.now();
    await take('read', 'read');
    expect(clock.now()).toBe(then);
  });

  test('tells everyone who waits, and whoever comes later, that it is closed, though the clock stands', async () => {
    const { budget, take } = build();
    await take('read', 'read');
    const waiting = [take('read', 'read'), take('read', 'exit')];
    budget.close();
    for (const waiter of [...waiting, take('write', 'exit')]) {
      await expect(waiter).rejects.toThrow('The connection to the broker is being closed');
    }
  });

  test('rests as long as it was told, exits too, and other classes do not', async () => {
    const { clock, budget, take } = build();
    const start = clock.now();
    budget.rest('write', 5_000);
    let isOut = false;
    void take('write', 'exit').then(() => {
      isOut = true;
    });
    await take('read', 'read');
    expect(clock.now()).toBe(start);
    await clock.reach(start + 4_999);
    expect(isOut).toBe(false);
    await clock.reach(start + 5_000);
    expect(isOut).toBe(true);
  });

  test('a longer rest holds up those who were about to go', async () => {
    const { clock, budget, take } = build();
    await take('read', 'read');
    const start = clock.now();
    let outAt = 0;
    void take('read', 'history').then(() => {
      outAt = clock.now();
    });
    await clock.reach(start + 500);
    budget.rest('read', 3_000);
    await clock.reach(start + 10_000);
    expect(outAt).toBe(start + 3_500);
  });

  test('a call without an answer is in the windows as if it had been on its way for half a second', async () => {
    const { clock, budget } = build();
    const start = clock.now();
    const outAt: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      void budget.take('write', 'exit').then(() => {
        outAt.push(clock.now() - start);
      });
    }
    await clock.reach(start + 20_000);
    expect(outAt).toEqual([0, 0, 0, 0, 1_501]);
  });

  test('a clock that is set back holds nobody up for longer than a window', async () => {
    const { clock, take } = build();
    await take('read', 'read');
    clock.setBack(600_000);
    const start = clock.now();
    let outAt = 0;
    void take('read', 'read').then(() => {
      outAt = clock.now();
    });
    await clock.reach(start + 10_000);
    expect(outAt).toBe(start + 1_101);
  });

  test('tells everyone who waits when the log of calls fails, and works again when it does', async () => {
    let isBroken = true;
    const { take } = build((clock) => {
      const log = new MemoryCallLog(clock);
      return {
        record: (...args) => (isBroken ? Promise.reject(new Error('no server')) : log.record(...args)),
        withdraw: (...args) => log.withdraw(...args),
        rest: (...args) => log.rest(...args),
      };
    });
    const taken = await Promise.allSettled([take('write', 'entry'), take('write', 'exit')]);
    for (const { status } of taken) expect(status).toBe('rejected');
    await expect(take('write', 'exit')).rejects.toThrow(/"write" was not called/);
    isBroken = false;
    await take('write', 'exit');
  });

  test('reports a rest that could not be written, and keeps it itself', async () => {
    const { clock, budget, errors, take } = build((ownClock) => {
      const log = new MemoryCallLog(ownClock);
      return {
        record: (...args) => log.record(...args),
        withdraw: (...args) => log.withdraw(...args),
        rest: () => Promise.reject(new Error('no server')),
      };
    });
    const start = clock.now();
    budget.rest('read', 1_000);
    let outAt = 0;
    void take('read', 'read').then(() => {
      outAt = clock.now();
    });
    await clock.reach(start + 2_000);
    expect(errors).toHaveLength(1);
    expect(outAt).toBe(start + 1_000);
  });

  test('refuses windows in which a reserve leaves nothing to others', () => {
    const budget = new RateBudget({
      clock: new ManualClock(),
      log: new MemoryCallLog(new ManualClock()),
      windowsOf: () => [{ limit: 2, ms: 1_000, exitReserve: 2 }],
      onError: () => {},
    });
    expect(() => budget.rest('write', 1)).toThrow(/"write" to leave a call to others than exits, found 2 of 2/);
  });
});
