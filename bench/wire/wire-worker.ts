/** The worker as `signalman run` starts it, with a strategy of the benches' among those it knows. */
import '../../src/cli/inlining-budget.ts';
import process from 'node:process';
import { runWorker } from '../../src/worker/run-worker.ts';
import { strategies } from '../../strategies/index.ts';
import { atPrice } from './at-price.ts';

// Whoever started us is gone.
process.stdin.on('end', () => process.exit(1)).resume();

const known = new Map([...strategies, [atPrice.name, atPrice] as const]);
await runWorker({ strategies: known, sessionPath: null, speed: null, isTold: true, people: 'stdout' });
process.exit(0);
