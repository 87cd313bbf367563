import { resolve } from 'node:path';
import { Command } from 'commander';
import { type Env, readEnv } from '../config/env.ts';
import { ConfigError } from '../core/errors.ts';
import { formatIst } from '../core/time.ts';
import type { ImportFacts } from '../db/import-listings.ts';
import type { ListSource } from '../instruments/list-source.ts';
import { ProgressLine } from '../logging/progress-line.ts';
import { readWholeNumber } from './options.ts';
import { printNote, printResult } from './output.ts';

interface ImportOptions {
  readonly file?: string;
  readonly url?: string;
  readonly fewest?: number;
  readonly json?: boolean;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export function instrumentsImportCommand(): Command {
  return new Command('import')
    .description(
      "Take over today's list of instruments from the broker. A list that is faulty, broken off or far too short changes nothing.",
    )
    .option('--file <path>', 'from a file instead, plain or gzipped; its own time says of when the list is')
    .option('--url <address>', 'from another address instead')
    .option(
      '--fewest <count>',
      'take a list with no fewer instruments than that, however many the one before had',
      readWholeNumber('--fewest', 1),
    )
    .option('--json', 'print the result as one JSON document')
    .action(importList);
}

async function importList(options: ImportOptions): Promise<void> {
  await import('./small-heap.ts');
  const { openInstrumentDatabase } = await import('../instruments/instrument-database.ts');
  const { importInstruments } = await import('../instruments/import-instruments.ts');
  const { SystemClock } = await import('../worker/system-clock.ts');
  const env = readEnv();
  const source = await sourceOf(options, env);
  const clock = new SystemClock();
  const database = await openInstrumentDatabase(env, printNote);
  const bar = new ProgressLine(process.stderr);
  const startedAt = performance.now();
  try {
    const facts = await importInstruments(database, {
      ...{ source, fewest: options.fewest ?? null, isSimulated: env.angelOneUrl !== null, now: () => clock.now() },
      onProgress: ({ rows, bytes }) => bar.show(`${rows} rows, ${(bytes / 1e6).toFixed(1)} MB`),
      onWait: () => printNote('Another import of instruments is running: waiting for it to end.'),
    });
    bar.end();
    const seconds = Math.round(performance.now() - startedAt) / 1_000;
    if (facts) printResult({ json: describe(facts, seconds), text: format(facts, seconds) }, options.json === true);
  } finally {
    bar.end();
    await database.close();
  }
}

async function sourceOf({ file, url }: ImportOptions, env: Env): Promise<ListSource> {
  if (file !== undefined && url !== undefined) {
    throw new ConfigError('instruments import: expected --file or --url, found both');
  }
  if (file !== undefined) return { kind: 'file', path: resolve(file) };
  if (url === undefined) {
    const { endpointsOf } = await import('../worker/angel-one-access.ts');
    return { kind: 'address', url: endpointsOf(env).instrumentMaster };
  }
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !/^https?:$/.test(address.protocol) || address.username !== '') {
    throw new ConfigError('--url: expected an address that starts with https:// and has no user in it');
  }
  if (env.angelOneUrl === null && LOOPBACK.test(address.hostname)) {
    throw new ConfigError(
      `--url: expected the broker's address, found one on this machine: for a simulator's list set ANGEL_SIMULATOR_URL=${address.origin}, for a copy say --file`,
    );
  }
  return { kind: 'address', url };
}

function describe(facts: ImportFacts, seconds: number): object {
  const { listTime, givenTime, importedTime } = facts;
  return {
    ...{ ...facts, listTime: formatIst(listTime), givenTime: givenTime === null ? null : formatIst(givenTime) },
    ...{ importedTime: formatIst(importedTime), seconds },
  };
}

function format(facts: ImportFacts, seconds: number): string {
  const { source, listTime, rows, listed, added, moved, vanished, refused } = facts;
  const lines = [
    `${listed} instruments of ${rows} rows from ${source}, of ${formatIst(listTime)}, in ${seconds.toFixed(1)} s`,
    `  ${added} new, ${vanished} no longer listed, ${moved} with another token than before`,
  ];
  const reasons = Object.entries(refused).sort(([, a], [, b]) => b - a);
  if (reasons.length > 0) {
    lines.push(`  left out: ${reasons.map(([reason, count]) => `${reason} (${count})`).join(', ')}`);
  }
  return lines.join('\n');
}
