import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { WriteProof } from '../../../../src/brokers/shared/write-proof.ts';

it('is asked for before it is needed, and once when the call goes out at once', async () => {
  const ask = vi.fn(async () => true);
  const proof = new WriteProof(ask);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(await proof.holds()).toBe(true);
  expect(ask).toHaveBeenCalledTimes(1);
});

it('is asked for again when the call had to wait, and goes by the later answer', async () => {
  for (const answers of [
    [true, false],
    [false, true],
  ]) {
    const [, later] = answers;
    const proof = new WriteProof(async () => answers.shift() ?? false);
    await sleep(40);
    expect(await proof.holds()).toBe(later);
  }
});

it('is asked for again when its answer took long', async () => {
  const waits = [40, 0];
  const answers = [true, false];
  const proof = new WriteProof(async () => {
    await sleep(waits.shift());
    return answers.shift() ?? true;
  });
  expect(await proof.holds()).toBe(false);
});

it('is asked for again when the machine has slept, whose clock of ticks stood meanwhile', async () => {
  const answers = [true, false];
  const proof = new WriteProof(async () => answers.shift() ?? true);
  const awake = Date.now();
  vi.spyOn(Date, 'now').mockReturnValue(awake + 60_000);
  try {
    expect(await proof.holds()).toBe(false);
  } finally {
    vi.restoreAllMocks();
  }
});

it('is asked for again though the time of day was set back by what went by', async () => {
  const answers = [true, false];
  vi.spyOn(Date, 'now').mockReturnValue(Date.now());
  try {
    const proof = new WriteProof(async () => answers.shift() ?? true);
    await sleep(40);
    expect(await proof.holds()).toBe(false);
  } finally {
    vi.restoreAllMocks();
  }
});

it('is none when it can not be asked for', async () => {
  const proof = new WriteProof(() => Promise.reject(new Error('no database')));
  expect(await proof.holds()).toBe(false);
});
