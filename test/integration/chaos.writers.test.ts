import { expect, it } from 'vitest';
import { angelOneChaos } from '../chaos/angel-one-chaos.ts';
import { runWriters } from '../chaos/writers/run-writers.ts';

it('of two workers on one account one writes at a time, however they are killed, stopped and woken', {
  timeout: 400_000,
}, async () => {
  const said: string[] = [];
  const report = await runWriters({ broker: angelOneChaos, seed: '7', events: 5, say: (line) => said.push(line) });
  // What the workers said last is all there is to look at.
  expect(report.problems, said.join('\n')).toEqual([]);
  expect(report.events).toBe(5);
  expect(report.overtaken, 'stops that were slept through').toBeGreaterThan(0);
  expect(report.writers).toBeGreaterThan(2);
});
