/**
 * Fault points: the calls of the ports, wrapped in the process that makes them. Each gets a name and a number; the process
 * writes them down, or kills itself right before or right after the one it was told of. Entry point: `watchPoints`.
 */
import { appendFileSync } from 'node:fs';
import process from 'node:process';
import { Job, Queue } from 'bullmq';
import { AngelOneBroker } from '../../../src/brokers/angel-one/angel-one-broker.ts';
import { AngelOneGttBroker } from '../../../src/brokers/angel-one/angel-one-gtt-broker.ts';
import { PostgresGtt } from '../../../src/db/postgres-gtt.ts';
import { PostgresLedger } from '../../../src/db/postgres-ledger.ts';

export interface Points {
  /** A line for each step that begins. */
  readonly path: string;
  readonly kill: { readonly step: string; readonly when: 'before' | 'after' } | null;
  /** Counts from the start on, or from the message `arm` on. */
  readonly isArmed: boolean;
}

type Names = (args: readonly unknown[], self: unknown) => string | null;

/** Of these only the first one of a process counts: how many there are is a matter of luck. */
const POLLED = new Set(['broker.orders', 'gtt-broker.list', 'gtt-broker.holdings']);

export function watchPoints({ path, kill, isArmed }: Points): void {
  const counts = new Map<string, number>();
  let isOn = isArmed;
  if (!isArmed) {
    process.once('message', () => {
      isOn = true;
    });
    process.channel?.unref();
  }
  const reach = (step: string, when: 'before' | 'after'): void => {
    if (when === 'before') appendFileSync(path, `${step}\n`);
    if (kill === null || kill.step !== step || kill.when !== when) return;
    appendFileSync(path, `killed ${when} ${step}\n`);
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way; nothing more is done.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
  const tap = (prototype: object, method: string, nameOf: Names): void => {
    const real: unknown = Reflect.get(prototype, method);
    if (typeof real !== 'function') throw new Error(`Expected a method "${method}", found none`);
    Reflect.set(prototype, method, async function tapped(this: unknown, ...args: unknown[]) {
      const name = isOn ? nameOf(args, this) : null;
      const count = (counts.get(name ?? '') ?? 0) + 1;
      if (name === null || (POLLED.has(name) && count > 1)) return Reflect.apply(real, this, args);
      counts.set(name, count);
      const step = `${name} #${count}`;
      reach(step, 'before');
      const result: unknown = await Reflect.apply(real, this, args);
      reach(step, 'after');
      return result;
    });
  };
  tap(PostgresLedger.prototype, 'record', ([effects]) => nameOfEffects(effects));
  tap(PostgresLedger.prototype, 'claim', () => 'ledger.move SUBMITTING');
  tap(PostgresLedger.prototype, 'move', ([update]) => `ledger.move ${field(update, 'status')}`);
  tap(PostgresLedger.prototype, 'markQueued', () => 'ledger.markQueued');
  tap(PostgresLedger.prototype, 'markModified', () => 'ledger.markModified');
  for (const method of ['place', 'modify', 'cancel', 'orders']) {
    tap(AngelOneBroker.prototype, method, () => `broker.${method}`);
  }
  tap(Queue.prototype, 'add', ([name]) => (name === 'send' ? null : `queue.add ${String(name)}`));
  tap(Queue.prototype, 'addBulk', ([jobs]) => nameOfJobs(jobs));
  tap(Job.prototype, 'moveToCompleted', (_, job) => {
    const name = field(job, 'name');
    return name === 'send' ? null : `queue.ack ${name}`;
  });
  tap(PostgresGtt.prototype, 'open', () => 'gtt-ledger.open');
  tap(
    PostgresGtt.prototype,
    'move',
    ([update]) => `gtt-ledger.move ${field(update, 'leg')} ${field(update, 'status')}`,
  );
  for (const method of ['create', 'cancel', 'list', 'holdings']) {
    tap(AngelOneGttBroker.prototype, method, () => `gtt-broker.${method}`);
  }
}

const TOLD = new Set([
  'signalDecided',
  'orderPlanned',
  'orderChanged',
  'cancelRequested',
  'fillBooked',
  'orderAmended',
]);

function nameOfEffects(effects: unknown): string | null {
  if (!Array.isArray(effects)) return null;
  const kinds = [...new Set(effects.map((effect) => field(effect, 'type')))].filter((type) => TOLD.has(type));
  return kinds.length === 0 ? null : `ledger.record ${kinds.sort().join('+')}`;
}

function nameOfJobs(jobs: unknown): string | null {
  if (!Array.isArray(jobs)) return null;
  const names = new Set(jobs.map((job) => field(job, 'name')).filter((name) => name !== 'send'));
  return names.size === 0 ? null : `queue.add ${[...names].sort().join('+')}`;
}

function field(value: unknown, name: string): string {
  return typeof value === 'object' && value !== null ? String(Reflect.get(value, name)) : '';
}
