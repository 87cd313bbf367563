import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { DataError, UnavailableError } from '../core/errors.ts';
import { EXCHANGES, type Exchange } from '../core/instrument.ts';
import type { PostgresInstruments } from '../db/postgres-instruments.ts';
import { describeListing, formatDetails, formatFound } from './format-instruments.ts';
import { instrumentsImportCommand } from './instruments-import-command.ts';
import { readChoice, readWholeNumber } from './options.ts';
import { printNote, printResult } from './output.ts';

interface SearchOptions {
  readonly exchange?: Exchange;
  readonly limit: number;
  readonly json?: boolean;
}

const LIMIT = 20;

export function instrumentsCommand(): Command {
  const command = new Command('instruments').description(
    "The broker's list of instruments, kept in the database of DATABASE_URL or in the embedded one.",
  );
  command.addCommand(instrumentsImportCommand());
  command
    .command('search')
    .argument('<words...>', 'in any order, e.g. NIFTY, or: nifty 26000 ce')
    .description('Find instruments: whole names first, then indices, shares, and contracts by their expiry.')
    .option('--exchange <exchange>', `only there: ${EXCHANGES.join(', ')}`, readChoice('--exchange', EXCHANGES))
    .option('--limit <count>', 'show at most so many', readWholeNumber('--limit', 1), LIMIT)
    .option('--json', 'print the result as one JSON document')
    .action(search);
  command
    .command('show')
    .argument('<instrument>', 'an id such as NSE:RELIANCE, or a plain name such as NIFTY')
    .description("Show one instrument: tick, lot, the broker's names, and the expiries of its contracts.")
    .option('--json', 'print the result as one JSON document')
    .action(show);
  return command;
}

async function search(words: readonly string[], { exchange, limit, json }: SearchOptions): Promise<void> {
  const query = words.join(' ');
  const found = await withInstruments((store) => store.search({ words: query, limit, ...(exchange && { exchange }) }));
  const described = { query, total: found.total, instruments: found.listings.map(describeListing) };
  printResult({ json: described, text: formatFound(query, found) }, json === true);
}

async function show(name: string, { json }: { readonly json?: boolean }): Promise<void> {
  const { listing, expiries } = await withInstruments(async (store) => {
    const found = await store.byName(name);
    if (found !== undefined) {
      return { listing: found, expiries: await store.expiriesOf({ id: found.instrument.id }) };
    }
    // A commodity or a currency is the name of its contracts alone.
    const symbol = name.trim().toUpperCase();
    const contracts = await store.expiriesOf({ symbol });
    if (contracts.length > 0) return { listing: null, expiries: contracts };
    throw new DataError(`Expected an instrument of the list, found "${name}": try "instruments search ${name}"`);
  });
  const described = { ...(listing ? describeListing(listing) : { symbol: name.trim().toUpperCase() }), expiries };
  printResult({ json: described, text: formatDetails(name, listing, expiries) }, json === true);
}

async function withInstruments<T>(work: (store: PostgresInstruments) => Promise<T>): Promise<T> {
  const { openInstrumentDatabase } = await import('../instruments/instrument-database.ts');
  const { PostgresInstruments } = await import('../db/postgres-instruments.ts');
  const { BROKER } = await import('../instruments/import-instruments.ts');
  const { standingOf } = await import('../instruments/list-standing.ts');
  const { loadMarketCalendar } = await import('../config/load-market-calendar.ts');
  const { SystemClock } = await import('../worker/system-clock.ts');
  const database = await openInstrumentDatabase(readEnv(), printNote);
  try {
    const store = new PostgresInstruments(database, BROKER);
    const last = await store.lastImport();
    const { warning } = standingOf(last, new SystemClock().now(), loadMarketCalendar());
    if (last === undefined) throw new UnavailableError(warning ?? '');
    if (warning !== null) printNote(warning);
    return await work(store);
  } finally {
    await database.close();
  }
}
