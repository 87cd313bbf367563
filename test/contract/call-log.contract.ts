import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CallLog } from '../../src/ports/call-log.ts';

export interface CallLogFixture {
  /** An empty log. */
  fresh(): Promise<CallLog>;
  /** Lets the log's time pass. */
  pass(ms: number): Promise<void>;
  /** Sets the log's time back. */
  setBack(ms: number): Promise<void>;
  close(): Promise<void>;
}

// Long enough for time that passes by itself between two statements not to count.
const WINDOWS = [
  { limit: 2, ms: 100_000 },
  { limit: 3, ms: 1_000_000 },
];

export function callLogContract(name: string, open: () => Promise<CallLogFixture>): void {
  describe(name, () => {
    let fixture: CallLogFixture;
    let log: CallLog;
    beforeAll(async () => {
      fixture = await open();
    });
    beforeEach(async () => {
      log = await fixture.fresh();
    });
    afterAll(() => fixture.close());

    async function count(callClass = 'write', windows = WINDOWS): Promise<string> {
      const verdict = await log.record(callClass, windows);
      if (!verdict.isCounted) throw new Error(`Expected to be counted, found a wait of ${verdict.waitMs}`);
      return verdict.callId;
    }

    async function waitOf(callClass = 'write', windows = WINDOWS): Promise<number> {
      const verdict = await log.record(callClass, windows);
      if (verdict.isCounted) throw new Error('Expected to have to wait, found the call counted');
      return verdict.waitMs;
    }

    test('counts until a window is full, then says how long it stays so', async () => {
      await count();
      await fixture.pass(40_000);
      await count();
      const waitMs = await waitOf();
      expect(waitMs).toBeLessThanOrEqual(60_001);
      expect(waitMs).toBeGreaterThan(50_000);
      await fixture.pass(waitMs - 5_000);
      expect(await waitOf(), 'having asked counts nothing').toBeLessThanOrEqual(5_000);
      await fixture.pass(5_000);
      await count();
    });

    test('waits for the fullest of all windows', async () => {
      await count();
      await count();
      await fixture.pass(100_001);
      await count();
      const waitMs = await waitOf();
      expect(waitMs).toBeLessThanOrEqual(900_000);
      expect(waitMs).toBeGreaterThan(800_000);
    });

    test('keeps classes apart', async () => {
      await count('write');
      await count('write');
      await count('read');
      expect(await waitOf('write')).toBeGreaterThan(0);
    });

    test('goes by the windows it is asked with: fewer for one caller than for another', async () => {
      await count();
      expect(await waitOf('write', [{ limit: 1, ms: 100_000 }])).toBeGreaterThan(0);
      await count();
    });

    test('counts any call of a class without windows', async () => {
      for (let i = 0; i < 5; i++) await count('free', []);
    });

    test('takes a withdrawn call back', async () => {
      await count();
      const second = await count();
      await log.withdraw('write', second);
      await log.withdraw('write', second);
      await count();
      expect(await waitOf()).toBeGreaterThan(0);
    });

    test('rests as long as it was told; a shorter rest does not end a longer one', async () => {
      await log.rest('write', 50_000);
      await log.rest('write', 1_000);
      const waitMs = await waitOf();
      expect(waitMs).toBeGreaterThan(40_000);
      expect(waitMs).toBeLessThanOrEqual(50_000);
      await count('read');
      await fixture.pass(50_001);
      await count();
    });

    test('after its clock was set back a call stays no longer than its windows', async () => {
      await count();
      await count();
      await fixture.setBack(5_000_000);
      const waitMs = await waitOf();
      expect(waitMs).toBeLessThanOrEqual(100_001);
      await fixture.pass(waitMs);
      await count();
    });

    test('never counts more than a window holds when many ask at once', async () => {
      for (let round = 0; round < 10; round++) {
        const callClass = `round ${round}`;
        const verdicts = await Promise.all(Array.from({ length: 40 }, () => log.record(callClass, WINDOWS)));
        expect(verdicts.filter(({ isCounted }) => isCounted)).toHaveLength(2);
      }
    });
  });
}
