import type { InstrumentId } from '../../src/core/ids.ts';
import type { EpochMs } from '../../src/core/time.ts';
import type { Truth } from '../../src/worker/rehearsal/compare-orders.ts';
import type { SimulatorAddress } from '../../src/worker/simulator-process.ts';
import type { Fault } from './chaos-plan.ts';
import type { Stage } from './chaos-stage.ts';

/** All that chaos has to know of one broker's simulator; the rest goes by the ports. */
export interface ChaosBroker {
  readonly name: string;
  start(stage: Stage, speed: number, onLine: (line: string) => void): Promise<ChaosMarket>;
}

/** A simulator that outlives the workers. */
export interface ChaosMarket {
  /** What a worker is told to find it. */
  readonly address: SimulatorAddress;
  /** Where calls go, and which of them change something there: for a proxy in between. */
  readonly calls: { readonly url: string; isWrite(path: string): boolean; via(url: string): SimulatorAddress };
  /** By the market's clock; it stands until the first worker has subscribed. */
  time(): Promise<EpochMs>;
  strike(fault: Fault): Promise<void>;
  /** What has not struck yet never will. */
  calm(): Promise<void>;
  /** What truly happened there. */
  truth(): Promise<MarketTruth>;
  stop(): Promise<void>;
}

export interface MarketTruth extends Truth {
  /** Net units of all fills there. */
  readonly net: ReadonlyMap<InstrumentId, number>;
}
