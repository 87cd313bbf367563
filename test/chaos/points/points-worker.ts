/** A worker, or a command of `gtt`, that dies at the step it is told. */
import { Socket } from 'node:net';
import process from 'node:process';
import { z } from 'zod';
import { runCli } from '../../../src/cli/run-cli.ts';
import { defineStrategy, enter } from '../../../src/engine/strategy/strategy.ts';
import { rehearse } from '../../../src/worker/run-worker.ts';
import type { SimulatorAddress } from '../../../src/worker/simulator-process.ts';
import { type Points, watchPoints } from './fault-points.ts';

export interface PointsWorkerInput {
  readonly points: Points | null;
  readonly task:
    | { readonly kind: 'trade'; readonly address: SimulatorAddress; readonly account: string; readonly speed: number }
    | { readonly kind: 'command'; readonly args: readonly string[] };
}

const params = z.strictObject({ stop: z.number().positive().optional(), target: z.number().positive().optional() });
type Params = z.output<typeof params>;

/** Buys when it has nothing. */
const once = defineStrategy<Params>({
  name: 'once',
  summary: 'Buys once.',
  params,
  scope: 'instrument',
  warmUp: () => 1,
  create: (ctx) => ({
    onCandle: () => {
      const { stop, target } = ctx.params;
      return ctx.position().quantity === 0
        ? enter({ side: 'BUY', quantity: 5, stopLoss: stop, target, reason: 'its turn' })
        : undefined;
    },
  }),
});

process.stdin.on('end', () => process.exit(1)).resume();
if (process.stdin instanceof Socket) process.stdin.unref();

const { points, task }: PointsWorkerInput = JSON.parse(process.argv[2] ?? '');
if (points !== null) watchPoints(points);
if (task.kind === 'command') process.exit(await runCli(task.args));
const { address, account, speed } = task;
await rehearse(
  { strategies: new Map([[once.name, once]]), sessionPath: null, speed, people: 'stderr' },
  { account, takesUp: 'all', orders: 'broker', simulator: address },
);
process.exit(0);
