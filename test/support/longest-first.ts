import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { createRandom } from '../../src/simulation/random.ts';

const LONG = '/test/integration/';

/** Files in an order of the run's seed, the long ones first: a long one at the end keeps one core idle beside it. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: readonly TestSpecification[]): Promise<TestSpecification[]> {
    const random = createRandom(`files ${this.ctx.config.sequence.seed}`);
    const byName = files.toSorted((one, other) => (one.moduleId < other.moduleId ? -1 : 1));
    const placed = byName.map((file) => ({ file, place: random.uniform() + (file.moduleId.includes(LONG) ? 0 : 1) }));
    return placed.toSorted((one, other) => one.place - other.place).map(({ file }) => file);
  }
}
