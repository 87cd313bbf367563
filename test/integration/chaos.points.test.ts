import { expect, it } from 'vitest';
import { type Point, runPoints } from '../chaos/points/run-points.ts';

/** `npm run chaos -- --points` dies at all of them. */
const POINTS: readonly Point[] = [
  { scenario: 'placement', step: 'broker.place #1', when: 'before' },
  { scenario: 'placement', step: 'broker.place #1', when: 'after' },
  { scenario: 'modification', step: 'broker.modify #1', when: 'after' },
  { scenario: 'cancel', step: 'broker.cancel #1', when: 'after' },
  { scenario: 'target while the stop rests', step: 'broker.cancel #1', when: 'after' },
  { scenario: 'OCO creation', step: 'gtt-broker.create #1', when: 'after' },
  { scenario: 'leg of an OCO triggers', step: 'gtt-broker.cancel #1', when: 'before' },
];

it('a process that dies right before or after a write to the broker leaves exactly one order', {
  timeout: 240_000,
}, async () => {
  const results = await runPoints({ jobs: 2, points: POINTS, say: () => undefined });
  expect(results.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  expect(results.filter(({ isKilled }) => isKilled)).toHaveLength(POINTS.length);
});
