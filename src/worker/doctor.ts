/**
 * `signalman doctor`: is this installation fit to trade, and if not, what is there to do? Entry point: `examine`. The checks
 * are independent; those of the broker need probes, which an adapter offers.
 */
import type { AngelOneAccess, Env } from '../config/env.ts';
import type { MarketCalendar } from '../core/market-session.ts';
import { openInstrumentDatabase } from '../instruments/instrument-database.ts';
import { type BrokerProbes, brokerChecks } from './doctor/broker-checks.ts';
import { type Check, type Diagnosis, runChecks } from './doctor/check.ts';
import { clockCheck, diskCheck, nodeCheck } from './doctor/machine-checks.ts';
import {
  calendarCheck,
  configurationCheck,
  credentialsCheck,
  environmentCheck,
  totpCheck,
} from './doctor/setup-checks.ts';
import { databaseCheck, queueCheck } from './doctor/store-checks.ts';
import { storedListCheck } from './doctor/stored-list-check.ts';

export interface DoctorOptions {
  /** The environment, or what is wrong with it. */
  readonly env: Env | { readonly problem: string };
  readonly stateFolder: string;
  readonly loadConfiguration: () => Promise<string>;
  /** The bot's own, or the one that comes along. */
  readonly loadCalendar: () => Promise<MarketCalendar>;
  /** The server whose time counts. */
  readonly timeUrl: string;
  readonly openProbes: (env: Env, access: AngelOneAccess) => Promise<BrokerProbes>;
  readonly checkIp: boolean;
  readonly timeoutMs: number;
}

export async function examine(options: DoctorOptions): Promise<readonly Diagnosis[]> {
  const { env, openProbes, checkIp, timeoutMs } = options;
  const isWhole = 'stateFolder' in env;
  const checks: Check[] = [
    nodeCheck(),
    diskCheck(options.stateFolder),
    clockCheck(options.timeUrl),
    calendarCheck(options.loadCalendar),
    environmentCheck(isWhole ? null : env.problem),
  ];
  if (!isWhole) return runChecks(checks, timeoutMs);
  checks.push(configurationCheck(options.loadConfiguration), credentialsCheck(env.angelOne));
  checks.push(databaseCheck(env), queueCheck(env));
  if (env.angelOne === null) return runChecks(checks, timeoutMs);
  checks.push(
    totpCheck(env.angelOne),
    storedListCheck(() => openInstrumentDatabase(env, () => undefined), options.loadCalendar),
  );
  const opened = await openProbes(env, env.angelOne).catch((error: unknown) => ({ problem: error }));
  if ('problem' in opened) {
    checks.push({ name: 'broker', run: () => Promise.reject(opened.problem) });
    return runChecks(checks, timeoutMs);
  }
  try {
    const calendar = await options.loadCalendar().catch(() => null);
    return await runChecks([...checks, ...brokerChecks(opened, { checkIp, calendar })], timeoutMs);
  } finally {
    await opened.close().catch(() => undefined);
  }
}
