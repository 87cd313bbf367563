import { defineConfig } from 'vitest/config';
import { keepInMemory } from './test/support/keep-in-memory.ts';
import { LongestFirst } from './test/support/longest-first.ts';
import SkipReporter from './test/support/skip-reporter.ts';

keepInMemory();

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // A test that leans on its neighbours fails sooner or later; the seed of a run is printed and can be given with --sequence.seed.
    sequence: { shuffle: { tests: true }, sequencer: LongestFirst },
    // Child processes and databases start inside tests, on machines of two cores.
    testTimeout: 30_000,
    // Several wait most of their time for a played market: two of them fit on one machine, three do not.
    maxWorkers: 2,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
    reporters: ['default', new SkipReporter()],
  },
});
