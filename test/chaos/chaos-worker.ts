/** The worker that is killed: an account with lasting books, on a simulator that outlives it. */
import { Socket } from 'node:net';
import process from 'node:process';
import { rehearse } from '../../src/worker/run-worker.ts';
import type { SimulatorAddress } from '../../src/worker/simulator-process.ts';
import { strategies } from '../../strategies/index.ts';
import { restless } from './restless.ts';

export interface ChaosWorkerInput {
  readonly address: SimulatorAddress;
  readonly account: string;
  readonly speed: number;
  /** Waits for the worker that trades the account to end. */
  readonly isStandby: boolean;
}

// Whoever started us is gone.
process.stdin.on('end', () => process.exit(1)).resume();
if (process.stdin instanceof Socket) process.stdin.unref();

const { address, account, speed, isStandby }: ChaosWorkerInput = JSON.parse(process.argv[2] ?? '');
await rehearse(
  {
    strategies: new Map([...strategies, [restless.name, restless]]),
    sessionPath: null,
    speed,
    isStandby,
    people: 'stderr',
  },
  { account, takesUp: 'all', orders: 'broker', simulator: address },
);
