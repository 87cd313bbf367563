import type { Env } from '../config/env.ts';
import { type OpenSql, openSql } from '../db/open-sql.ts';

/** What a simulator lists never mixes with the broker's. */
const SIMULATED_SCHEMA = 'signalman_simulated';

/** The database that keeps the list of instruments of the environment's broker. */
export function openInstrumentDatabase(
  { databaseUrl, stateFolder, angelOneUrl }: Pick<Env, 'databaseUrl' | 'stateFolder' | 'angelOneUrl'>,
  log: (line: string) => void,
): Promise<OpenSql> {
  return openSql({
    ...{ url: databaseUrl ?? undefined, stateFolder, role: 'instruments', log },
    schema: angelOneUrl === null ? undefined : SIMULATED_SCHEMA,
  });
}
