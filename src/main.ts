/**
 * Process entry: `node src/main.ts <command>`. Starts as little as possible; each command loads what it needs.
 */
import './cli/inlining-budget.ts';
import { enableCompileCache } from 'node:module';

// Compiled sources are kept between runs; without a writable folder Node simply compiles again.
enableCompileCache(`${import.meta.dirname}/../.signalman/compile-cache`);

const { runCli } = await import('./cli/run-cli.ts');
process.exit(await runCli(process.argv.slice(2)));
