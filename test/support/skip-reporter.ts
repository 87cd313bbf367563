import type { Reporter, TestModule } from 'vitest/node';

/** Says at the end which tests were skipped and why, one line each: nothing is skipped silently. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => {
        const result = test.result();
        const reason = result.state === 'skipped' ? result.note : undefined;
        return `  ${module.relativeModuleId} > ${test.fullName}: ${reason ?? 'no reason given'}`;
      }),
    );
    if (lines.length > 0) process.stdout.write(`\nSkipped:\n${lines.join('\n')}\n`);
  }
}
