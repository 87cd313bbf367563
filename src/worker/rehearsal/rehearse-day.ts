/**
 * A trading day on which everything goes wrong: the simulator of the broker's protocol plays a recorded session, orders go
 * to it and not to paper, streams break, tokens end, calls are thrown back. In the end our candles are held against those
 * of an undisturbed day, and our books against what truly happened at the broker. Entry point: `rehearseDay`.
 */
import { readEnv } from '../../config/env.ts';
import type { Candle } from '../../core/candle.ts';
import { UnavailableError } from '../../core/errors.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { openDatabase } from '../../db/database.ts';
import { PostgresCandleStore } from '../../db/postgres-candle-store.ts';
import { loadTicks } from '../../history/load-ticks.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Hours } from '../market-hours.ts';
import type { Witness } from '../open-played-market.ts';
import { type RunRequest, rehearse } from '../run-worker.ts';
import type { SimulatorProcess } from '../simulator-process.ts';
import { candlesOf, compareCandles } from './compare-candles.ts';
import { compareOrders, type Truth, truthSchema } from './compare-orders.ts';
import { type DayReport, dayReport } from './day-report.ts';
import { type Blow, planRoughDay, type Roughness } from './rough-day.ts';

export interface RoughDayRequest extends RunRequest {
  readonly roughness: Roughness;
  readonly seed: string;
  readonly speed: number;
}

const ACCOUNT = 'rough_day';
/** The first and the last minutes are left alone: all blows fall while prices come. */
const MARGIN_MS = 2 * MINUTE_MS;
const LATEST = Date.UTC(2100, 0);

export async function rehearseDay(request: RoughDayRequest): Promise<DayReport> {
  const witness = new DayWitness(request);
  const { facts, sessionPath, engine } = await rehearse(request, {
    ...{ account: ACCOUNT, takesUp: 'nothing', orders: 'broker', witness },
  });
  const expected = candlesOf(await loadTicks(sessionPath), engine);
  const found = await storedCandles();
  return dayReport({
    ...{ seed: request.seed, facts, truth: witness.truth, dealt: witness.dealt, candles: expected.length },
    backfilled: found.filter(({ provenance }) => provenance === 'backfill').length,
    marked: found.filter(({ provenance }) => provenance === 'live-with-gap').length,
    candleDifferences: compareCandles(expected, found),
    orderDifferences: compareOrders(facts.record, witness.truth),
  });
}

/** Deals the blows when their time comes, and asks the simulator at the end what truly happened. */
class DayWitness implements Witness {
  readonly #request: RoughDayRequest;
  readonly #over = new AbortController();
  readonly dealt: Blow[] = [];
  #dealing: Promise<void> = Promise.resolve();
  #simulator: Pick<SimulatorProcess, 'ask'> | undefined;
  #truth: Truth | undefined;

  constructor(request: RoughDayRequest) {
    this.#request = request;
  }

  opened(simulator: Pick<SimulatorProcess, 'ask'>, clock: Clock, { open, close }: Hours): void {
    const { roughness, seed, speed } = this.#request;
    const blows = planRoughDay(roughness, { seed, from: open + MARGIN_MS, to: close - MARGIN_MS, speed });
    this.#simulator = simulator;
    this.#dealing = this.#deal(blows, simulator, clock);
    // Told in `closing`.
    this.#dealing.catch(() => undefined);
  }

  async closing(): Promise<void> {
    this.#over.abort();
    await this.#dealing;
    this.#truth = truthSchema.parse(await this.#simulator?.ask('ledger'));
  }

  get truth(): Truth {
    if (this.#truth === undefined)
      throw new UnavailableError('The day ended before the simulator could be asked about it');
    return this.#truth;
  }

  async #deal(blows: readonly Blow[], simulator: Pick<SimulatorProcess, 'ask'>, clock: Clock): Promise<void> {
    for (const blow of blows) {
      await clock.sleepUntil(blow.time, this.#over.signal);
      if (this.#over.signal.aborted) return;
      await simulator.ask(blow.route, blow.body);
      this.dealt.push(blow);
    }
  }
}

/** All that the run has left in the database. */
async function storedCandles(): Promise<readonly Candle[]> {
  const { databaseUrl, stateFolder } = readEnv();
  const database = await openDatabase({
    url: databaseUrl ?? undefined,
    stateFolder,
    schema: ACCOUNT,
    role: 'rehearse',
  });
  try {
    const failures: unknown[] = [];
    const store = new PostgresCandleStore(database, (error) => failures.push(error));
    const candles: Candle[] = [];
    for (const series of await store.series()) candles.push(...(await store.read({ ...series, from: 0, to: LATEST })));
    if (failures.length > 0) throw failures[0];
    return candles;
  } finally {
    await database.close();
  }
}
