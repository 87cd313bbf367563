/**
 * Reads vitest's JSON report: names what was skipped, ends with "N passed, N failed, N skipped" and fails unless every
 * test ran and passed. A file that could not be loaded counts as one failed test.
 */
import fs from 'node:fs';
import path from 'node:path';

const file = process.argv[2];
if (file === undefined || !fs.existsSync(file)) {
  process.stdout.write(
    `The tests left no report${file === undefined ? '' : ` in ${file}`}.\n0 passed, 0 failed, 0 skipped\n`,
  );
  process.exit(1);
}

const report = JSON.parse(fs.readFileSync(file, 'utf8'));
const tests = report.testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ fullName, status }) => ({
    place: `${path.relative(process.cwd(), name)} > ${fullName}`,
    status,
  })),
);
const unloaded = report.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
);
const passed = tests.filter(({ status }) => status === 'passed').length;
const failed = tests.filter(({ status }) => status === 'failed').length + unloaded.length;
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');

for (const { name } of unloaded) process.stdout.write(`Not loaded: ${path.relative(process.cwd(), name)}\n`);
for (const { place } of skipped) process.stdout.write(`Skipped: ${place}\n`);
if (skipped.length > 0)
  process.stdout.write(
    'A skipped test proves nothing: provide what it needs (its reason stands above) and run again.\n',
  );
if (tests.length === 0) process.stdout.write('No test ran.\n');
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
process.exitCode = tests.length > 0 && failed === 0 && skipped.length === 0 && report.success === true ? 0 : 1;
