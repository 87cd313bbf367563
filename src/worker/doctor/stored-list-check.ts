import type { MarketCalendar } from '../../core/market-session.ts';
import { type EpochMs, formatIst } from '../../core/time.ts';
import type { Database } from '../../db/database.ts';
import { PostgresInstruments } from '../../db/postgres-instruments.ts';
import { BROKER } from '../../instruments/import-instruments.ts';
import { standingOf } from '../../instruments/list-standing.ts';
import { type Check, ok, warn } from './check.ts';

const TODO = 'Run "npm run signalman -- instruments import".';

/** The instrument list that was taken over last: what serves when the broker's can not be had. */
export function storedListCheck(
  open: () => Promise<Pick<Database, 'sql' | 'close'>>,
  loadCalendar: () => Promise<MarketCalendar>,
  now: () => EpochMs = Date.now,
): Check {
  return {
    name: 'stored-list',
    run: async () => {
      const database = await open();
      try {
        const last = await new PostgresInstruments(database, BROKER).lastImport();
        if (last === undefined) return warn('no instrument list is stored: without the broker nothing is known', TODO);
        const found = `the stored instrument list was got ${formatIst(last.listTime)}, ${last.listed} instruments`;
        const { warning } = standingOf(last, now(), await loadCalendar());
        return warning === null ? ok(found) : warn(`${found}. ${warning}`, TODO);
      } finally {
        await database.close();
      }
    },
  };
}
