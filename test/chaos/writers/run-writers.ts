/**
 * Two workers on one account, one of them a standby; whoever trades is killed, or stopped for a while and woken, over and
 * over. Entry point: `runWriters`. What has to hold: the epoch of the lease never goes back in the order in which writes get
 * to the broker, so there is one writer at a time, and one that wakes after another has taken over sends nothing.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { createRandom } from '../../../src/simulation/random.ts';
import type { ChaosBroker } from '../chaos-broker.ts';
import { buildStage } from '../chaos-stage.ts';
import { checkBooks } from '../check-books.ts';
import { Supervisor } from '../supervisor.ts';
import { WriteLog } from './write-log.ts';

export interface WritersOptions {
  readonly broker: ChaosBroker;
  readonly seed: string;
  readonly events: number;
  readonly say: (line: string) => void;
}

export interface WritersReport {
  readonly events: number;
  readonly kills: number;
  readonly stops: number;
  /** Stops that were long enough for the other one to take over. */
  readonly overtaken: number;
  readonly epochs: number;
  readonly writes: number;
  /** Epochs that have written. */
  readonly writers: number;
  readonly orders: number;
  readonly fills: number;
  readonly problems: readonly string[];
  readonly wallMs: number;
}

const ACCOUNT = 'live_writers';
const SPEED = 20;
/** A holder that has been silent for ten seconds is taken the place of. */
const LONG_STOP_MS = 11_000;
const LONGEST_GAP_MS = 3_000;
/** A worker that trades has written something by then. */
const WRITE_MS = 15_000;
const EVENT_MS = 9_000;
const LONGEST_MINUTES = 370;
const END_MS = 90_000;
/** Of what workers and simulator said last, when something is wrong. */
const LINES_SHOWN = 200;

export async function runWriters({ broker, seed, events, say }: WritersOptions): Promise<WritersReport> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'signalman-writers-'));
  const stateFolder = join(folder, 'state');
  mkdirSync(stateFolder);
  for (const each of [folder, stateFolder]) chmodSync(each, 0o755);
  const minutes = Math.min(LONGEST_MINUTES, Math.ceil((events * EVENT_MS * SPEED) / 60_000) + 6);
  const stage = await buildStage(folder, minutes, SPEED);
  const lines: string[] = [];
  const market = await broker.start(stage, SPEED, (line) => lines.push(`simulator: ${line}`));
  const log = new WriteLog(market.calls);
  const database = await openDatabase({ stateFolder, schema: ACCOUNT, role: 'chaos' });
  const lease = new LeaseWatch(database);
  const pids = new Map<number, number>();
  const slots = ['a', 'b'].map((name) => {
    let port = 0;
    return new Supervisor({
      ...{ folder: stateFolder, configPath: stage.configPath, redisUrl: '', mostStarts: 10 * events + 20 },
      log: (line) => lines.push(`${((performance.now() - startedAt) / 1_000).toFixed(1)} ${name}: ${line}`),
      input: async () => {
        const door = await log.open();
        port = door.port;
        return { address: market.calls.via(door.url), account: ACCOUNT, speed: SPEED, isStandby: true };
      },
      onStarted: (pid) => pids.set(port, pid),
    });
  });
  try {
    const lengthMs = (minutes * 60_000) / SPEED;
    const working = slots.map((slot) => slot.run(performance.now() + lengthMs * 2 + END_MS));
    const tally = { done: 0, kills: 0, stops: 0, overtaken: 0 };
    const random = createRandom(`writers ${seed}`);
    await lease.first();
    // Prices move when the first worker has subscribed to them.
    while ((await market.time()) < stage.open) await sleep(50);
    while (tally.done < events && (await market.time()) < stage.close - SPEED * 15_000) {
      await written(log, pids, lease);
      await sleep(random.uniform() * LONGEST_GAP_MS);
      const holder = slots.find(({ pid }) => pid === lease.pid);
      const target = random.uniform() < 0.9 ? holder : slots[random.below(slots.length)];
      if (target === undefined) continue;
      tally.done += 1;
      if (random.uniform() < 0.5) {
        tally.kills += 1;
        target.kill();
        continue;
      }
      const { epoch } = lease;
      const stopMs = random.uniform() < 0.5 ? 100 + random.uniform() * 3_000 : LONG_STOP_MS + random.uniform() * 3_000;
      tally.stops += 1;
      target.signal('SIGSTOP');
      await sleep(stopMs);
      target.signal('SIGCONT');
      if (target === holder && lease.epoch > epoch) tally.overtaken += 1;
      say(`[${tally.done}/${events}] epoch ${lease.epoch}, ${log.writes.length} writes`);
    }
    await Promise.all(working);
    await lease.stop();
    const truth = await market.truth();
    const books = await checkBooks({ stateFolder, account: ACCOUNT, truth, close: stage.close, areRatesKept: false });
    const fencing = judge(log, pids, lease.epochs);
    const problems = [...slots.flatMap((slot) => slot.problems), ...fencing.problems, ...books.problems];
    if (problems.length > 0) say(lines.slice(-LINES_SHOWN).join('\n'));
    const { done, ...rest } = tally;
    return {
      ...{ events: done, ...rest, epochs: lease.epoch, writes: log.writes.length, writers: fencing.writers },
      ...{ orders: books.record.orders.length, fills: books.record.fills.length, problems },
      wallMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    await lease.stop();
    for (const slot of slots) slot.signal('SIGKILL');
    await log.close();
    await market.stop();
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whoever has the lease writes, so that there is something to fence. */
async function written(log: WriteLog, pids: ReadonlyMap<number, number>, lease: LeaseWatch): Promise<void> {
  const deadline = performance.now() + WRITE_MS;
  const isItsOwn = (): boolean => {
    const last = log.writes.at(-1);
    return last !== undefined && pids.get(last.port) === lease.pid;
  };
  while (!isItsOwn() && performance.now() < deadline) await sleep(20);
}

/** The order of epochs among the writes. */
function judge(
  { writes }: WriteLog,
  pids: ReadonlyMap<number, number>,
  epochs: ReadonlyMap<number, number>,
): { readonly problems: readonly string[]; readonly writers: number } {
  const problems: string[] = [];
  const writers = new Set<number>();
  let newest = 0;
  for (const [index, { port, path }] of writes.entries()) {
    const pid = pids.get(port) ?? 0;
    const epoch = epochs.get(pid);
    if (epoch === undefined) {
      problems.push(`write ${index + 1} (${path}): process ${pid} has never had the lease`);
      continue;
    }
    if (epoch < newest) problems.push(`write ${index + 1} (${path}): of epoch ${epoch}, after one of epoch ${newest}`);
    newest = Math.max(newest, epoch);
    writers.add(epoch);
  }
  return { problems, writers: writers.size };
}

const LOOK_EVERY_MS = 25;

/** Who had the lease when. */
class LeaseWatch {
  /** By process. */
  readonly epochs = new Map<number, number>();
  epoch = 0;
  pid = 0;
  #isStopped = false;
  readonly #looking: Promise<void>;

  constructor({ sql }: Pick<Database, 'sql'>) {
    this.#looking = this.#look(sql);
  }

  async first(): Promise<void> {
    while (this.epoch === 0) await sleep(LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#looking;
  }

  async #look(sql: Database['sql']): Promise<void> {
    while (!this.#isStopped) {
      await sleep(LOOK_EVERY_MS);
      const rows = await sql<{ epoch: number; holder: string }[]>`
        select epoch::int as epoch, holder from signalman_leases.leases where account = ${ACCOUNT}`.catch(() => []);
      const [row] = rows;
      if (row === undefined || row.epoch === this.epoch) continue;
      this.epoch = row.epoch;
      this.pid = Number(/^signalman \S+ (\d+) /.exec(row.holder)?.[1] ?? 0);
      this.epochs.set(this.pid, row.epoch);
    }
  }
}
