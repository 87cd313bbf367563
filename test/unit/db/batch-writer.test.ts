import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { BatchWriter } from '../../../src/db/batch-writer.ts';

interface Entry {
  readonly key: string;
  readonly value: number;
}

class Refusal extends Error {}

/** A writer onto a list, which can be made to fail. */
function writerOnto(limits: { maxValues: number; maxDelayMs: number; maxWaiting?: number }) {
  const batches: Entry[][] = [];
  const errors: unknown[] = [];
  const world = { isDown: false, refused: new Set<number>() };
  const writer = new BatchWriter<Entry>({
    ...limits,
    keyOf: ({ key }) => key,
    write: async (entries) => {
      await sleep(1);
      if (world.isDown) throw new Error('down');
      if (entries.some(({ value }) => world.refused.has(value))) throw new Refusal();
      batches.push([...entries]);
    },
    isRefused: (error) => error instanceof Refusal,
    onError: (error) => errors.push(error),
  });
  return { writer, batches, errors, world };
}

const entry = (key: string, value: number): Entry => ({ key, value });

describe('BatchWriter', () => {
  test('a batch is written when it is full, and adding waits for it', async () => {
    const { writer, batches } = writerOnto({ maxValues: 2, maxDelayMs: 60_000 });
    await writer.add([entry('a', 1)]);
    expect(batches).toEqual([]);
    await writer.add([entry('b', 2)]);
    expect(batches).toEqual([[entry('a', 1), entry('b', 2)]]);
  });

  test('a batch is written when its first value has waited', async () => {
    const { writer, batches } = writerOnto({ maxValues: 100, maxDelayMs: 10 });
    await writer.add([entry('a', 1)]);
    await expect.poll(() => batches).toEqual([[entry('a', 1)]]);
  });

  test('of one key only the latest value is written', async () => {
    const { writer, batches } = writerOnto({ maxValues: 100, maxDelayMs: 60_000 });
    await writer.add([entry('a', 1), entry('b', 2), entry('a', 3)]);
    await writer.flush();
    expect(batches).toEqual([[entry('a', 3), entry('b', 2)]]);
  });

  test('what could not be written stays, gives way to newer values, and is written later', async () => {
    const { writer, batches, errors, world } = writerOnto({ maxValues: 100, maxDelayMs: 5 });
    world.isDown = true;
    await writer.add([entry('a', 1), entry('b', 2)]);
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    await writer.add([entry('a', 9)]);
    await expect(writer.flush()).rejects.toThrow('down');
    world.isDown = false;
    await writer.flush();
    expect(batches.flat()).toEqual(expect.arrayContaining([entry('a', 9), entry('b', 2)]));
    expect(batches.flat()).toHaveLength(2);
  });

  test('a failure is told once for as long as it lasts, and how much waits is known', async () => {
    const { writer, batches, errors, world } = writerOnto({ maxValues: 100, maxDelayMs: 2 });
    world.isDown = true;
    await writer.add([entry('a', 1), entry('b', 2)]);
    await sleep(60);
    expect([errors.length, writer.takeHighWater()]).toEqual([1, 2]);
    world.isDown = false;
    await expect.poll(() => batches.flat()).toHaveLength(2);
    expect([writer.takeHighWater(), writer.takeHighWater()]).toEqual([2, 0]);
    world.isDown = true;
    await writer.add([entry('c', 3)]);
    // Another failure is told again.
    await expect.poll(() => errors.length).toBe(2);
  });

  test('when too much waits the oldest are given up, which is told once', async () => {
    const { writer, batches, errors, world } = writerOnto({ maxValues: 100, maxDelayMs: 60_000, maxWaiting: 3 });
    world.isDown = true;
    for (const value of [1, 2, 3, 4, 5]) await writer.add([entry(String(value), value)]);
    expect(errors.map(String)).toEqual(['Error: More than 3 values wait: the oldest are lost']);
    world.isDown = false;
    await writer.flush();
    expect(batches.flat().map(({ value }) => value)).toEqual([3, 4, 5]);
  });

  test('a refused value is reported and dropped, and holds up no other', async () => {
    const { writer, batches, errors, world } = writerOnto({ maxValues: 100, maxDelayMs: 60_000 });
    world.refused.add(3).add(5);
    await writer.add([1, 2, 3, 4, 5, 6].map((value) => entry(String(value), value)));
    await writer.flush();
    expect(batches.flat().map(({ value }) => value)).toEqual([1, 2, 4, 6]);
    expect(errors).toHaveLength(2);
  });
});
