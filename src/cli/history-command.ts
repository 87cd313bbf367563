import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { readEnv } from '../config/env.ts';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { ConfigError, DataError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { type EpochMs, formatIst } from '../core/time.ts';
import { TIMEFRAMES, type Timeframe } from '../core/timeframe.ts';
import { appendCandles, type ImportedCandles, importCandles, mergeIntoFolder } from '../history/import-candles.ts';
import {
  type CandleFile,
  findCandleFiles,
  type LoadOptions,
  loadCandles,
  type Refusal,
} from '../history/load-candles.ts';
import { auditByBestHours } from '../history/session-instrument.ts';
import { CANDLE_FIELDS, type CandleField, type ColumnMap } from '../history/source-columns.ts';
import type { CandleAudit } from '../history/verify-candles.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { collectPairs, readChoice, readInstrumentId } from './options.ts';
import { printNote, printResult } from './output.ts';

interface FileOptions {
  readonly instrument?: InstrumentId;
  readonly label: 'start' | 'end';
  readonly timeframe?: Timeframe;
  readonly map: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

interface ImportOptions extends FileOptions {
  readonly out?: string;
  readonly database?: boolean;
}

export function historyCommand(): Command {
  const command = new Command('history').description('Import and verify candle files (CSV, CSV.gz, Parquet).');
  fileOptions(command.command('verify').argument('<path>', 'a candle file or a folder of them'))
    .description('Read candles and hold them against the market calendar: gaps, duplicates, hours.')
    .action(verify);
  fileOptions(command.command('import').argument('<path>', 'a candle file or a folder of them'))
    .description(
      'Bring candles of any file into the data folder or the database. Nothing is written if a file is faulty.',
    )
    .option('--out <folder>', 'write Parquet files there, one per timeframe and instrument; candles in them are kept')
    .option('--database', 'write to the database of DATABASE_URL, or to the embedded one')
    .action(importFiles);
  return command;
}

function fileOptions(command: Command): Command {
  return command
    .option('--instrument <id>', 'whose candles these are, e.g. NSE:RELIANCE', readInstrumentId('--instrument'))
    .option(
      '--label <edge>',
      'whether a row is named by the start or the end of its candle',
      readChoice('--label', ['start', 'end']),
      'start',
    )
    .option(
      '--timeframe <timeframe>',
      `the candles' length, told from the rows by default: ${TIMEFRAMES.join(', ')}`,
      readChoice('--timeframe', TIMEFRAMES),
    )
    .addOption(
      new Option(
        '--map <field=column>',
        `which column holds a field (${CANDLE_FIELDS.join(', ')}); may be given several times`,
      )
        .argParser(collectPairs('--map'))
        .default({}, 'the usual names'),
    )
    .option('--json', 'print the result as one JSON document');
}

async function verify(path: string, options: FileOptions): Promise<void> {
  const calendar = loadMarketCalendar();
  const columns = columnMap(options.map);
  const files: object[] = [];
  const texts: string[] = [];
  for (const candidate of await findCandleFiles(path)) {
    try {
      for (const file of await loadCandles({ ...loadOptions(candidate, options), columns })) {
        const { audit } = auditByBestHours(file, file.instrumentId, calendar);
        files.push(describe(file, audit));
        texts.push(format(file, audit));
      }
    } catch (error) {
      // One faulty file must not hide what is wrong with the others.
      if (!(error instanceof DataError)) throw error;
      files.push({ path: candidate, error: error.message });
      texts.push(error.message);
      process.exitCode = EXIT_FAILED;
    }
  }
  printResult({ json: { files }, text: texts.join('\n') }, options.json === true);
}

async function importFiles(path: string, options: ImportOptions): Promise<void> {
  if (options.out === undefined && options.database !== true) {
    throw new ConfigError(
      'history import: expected --out <folder> or --database to say where the candles go, found neither',
    );
  }
  const columns = columnMap(options.map);
  const imported = await importCandles({ ...loadOptions(path, options), columns }, loadMarketCalendar());
  const written = new Map<ImportedCandles, string[]>(imported.map((entry) => [entry, []]));
  if (options.out !== undefined) {
    for (const entry of imported) written.get(entry)?.push(await mergeIntoFolder(options.out, entry));
  }
  if (options.database === true) {
    await appendToDatabase(imported);
    for (const entry of imported) written.get(entry)?.push('the database');
  }
  const files = imported.map((entry) => ({
    ...describe(entry, entry.audit),
    imported: entry.candles.count,
    leftOut: entry.leftOut,
    writtenTo: written.get(entry) ?? [],
  }));
  const texts = imported.map((entry) => {
    const leftOut = entry.leftOut === 0 ? '' : `, ${entry.leftOut} outside the session left out`;
    const line = `  imported ${entry.candles.count} candles into ${(written.get(entry) ?? []).join(' and ')}${leftOut}`;
    return `${format(entry, entry.audit)}\n${line}`;
  });
  printResult({ json: { files }, text: texts.join('\n') }, options.json === true);
}

async function appendToDatabase(imported: readonly ImportedCandles[]): Promise<void> {
  const { databaseUrl, stateFolder } = readEnv();
  const { openDatabase } = await import('../db/database.ts');
  const { PostgresCandleStore } = await import('../db/postgres-candle-store.ts');
  const database = await openDatabase({ url: databaseUrl ?? undefined, stateFolder, role: 'history', log: printNote });
  try {
    const failures: unknown[] = [];
    const store = new PostgresCandleStore(database, (error) => failures.push(error));
    for (const entry of imported) await appendCandles(store, entry);
    await store.flush();
    if (failures.length > 0) throw failures[0];
  } finally {
    await database.close();
  }
}

function loadOptions(path: string, { instrument, label, timeframe }: FileOptions): LoadOptions {
  return { path, instrumentId: instrument, label, timeframe };
}

function columnMap(pairs: Readonly<Record<string, string>>): ColumnMap {
  const map: Partial<Record<CandleField, string>> = {};
  for (const [name, column] of Object.entries(pairs)) {
    const field = CANDLE_FIELDS.find((candidate) => candidate === name);
    if (field === undefined) {
      throw new ConfigError(`--map: expected one of ${CANDLE_FIELDS.join(', ')} before "=", found "${name}"`);
    }
    map[field] = column;
  }
  return map;
}

type Described = Pick<CandleFile, 'path' | 'instrumentId' | 'timeframe' | 'refused'>;

function describe(file: Described, audit: CandleAudit): object {
  const { path, instrumentId, timeframe, refused } = file;
  const gaps = audit.gaps.map(({ from, candles }) => ({ from: formatIst(from), candles }));
  return {
    path,
    instrumentId,
    timeframe,
    refused,
    ...audit,
    first: textOf(audit.first),
    last: textOf(audit.last),
    gaps,
    firstOutside: textOf(audit.firstOutside),
  };
}

function format(file: Described, audit: CandleAudit): string {
  const { candles, first, last, days, fullDays, unknownDays, gaps, missingCandles, missingDays, outsideSession } =
    audit;
  const lines = [
    `${file.instrumentId} ${file.timeframe}: ${candles} candles, ${at(first)} to ${at(last)} (${basename(file.path)})`,
    `  ${days} days, ${fullDays} of them full`,
  ];
  if (missingCandles > 0) {
    const longest = gaps.reduce((a, b) => (b.candles > a.candles ? b : a));
    lines.push(
      `  ${missingCandles} candles missing in ${gaps.length} gaps, the longest ${longest.candles} from ${at(longest.from)}`,
    );
  }
  if (missingDays.length > 0) lines.push(`  ${missingDays.length} trading days missing: ${shorten(missingDays)}`);
  if (outsideSession > 0)
    lines.push(`  ${outsideSession} candles outside the session, the first at ${at(audit.firstOutside)}`);
  if (unknownDays > 0) lines.push(`  ${unknownDays} days are not in the calendar; regular hours were assumed`);
  if (file.refused.length > 0) lines.push(`  refused: ${file.refused.map(formatRefusal).join('; ')}`);
  if (audit.looksEndLabelled) lines.push('  the rows seem to be named by the end of their candle: say --label end');
  return lines.join('\n');
}

function formatRefusal({ reason, count, firstRow }: Refusal): string {
  return `${reason} (${count}, first in row ${firstRow})`;
}

function shorten(days: readonly string[]): string {
  return days.length <= 5 ? days.join(', ') : `${days.slice(0, 5).join(', ')} and ${days.length - 5} more`;
}

function textOf(time: EpochMs | null): string | null {
  return time === null ? null : formatIst(time);
}

function at(time: EpochMs | null): string {
  return textOf(time) ?? 'none';
}
