import { readAccountRecord } from '../db/account-record.ts';
import type { Database } from '../db/database.ts';
import { PostgresDifferences } from '../db/postgres-differences.ts';
import type { EffectPipeline } from './effect-pipeline.ts';
import type { Execution } from './execution.ts';
import { hoursOf } from './market-hours.ts';
import type { OpenMarket } from './open-market.ts';
import { ReconcileTimes } from './reconcile-times.ts';

/** Puts together what holds the broker's books against ours, and when. */
export function openBooks(
  reconcilerOf: NonNullable<Execution['reconciler']>,
  market: OpenMarket,
  database: Database,
  pipeline: EffectPipeline,
  signal: AbortSignal,
): ReconcileTimes {
  const { clock } = market;
  const reconciler = reconcilerOf({
    ...{ clock, signal, differences: new PostgresDifferences(database) },
    readRecord: () => readAccountRecord(database),
    onAlert: (alert) => {
      pipeline.raise(alert);
      return pipeline.settle(clock.now());
    },
  });
  const onTrouble = (text: string): void => market.trouble.tell(text);
  return new ReconcileTimes({ reconciler, clock, signal, onTrouble, hoursOf: (time) => hoursOf(market.engine, time) });
}
