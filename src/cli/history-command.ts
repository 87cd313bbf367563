import { basename } from 'node:path';
import { Command, Option } from 'commander';
import { loadMarketCalendar } from '../config/load-market-calendar.ts';
import { ConfigError, DataError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { TIMEFRAMES, type Timeframe } from '../core/timeframe.ts';
import { columnsOfCandles } from '../history/candle-shelf.ts';
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
import { type OpenHistory, openHistory } from '../worker/open-history.ts';
import { withCandleDatabase } from './candle-database.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { auditLines, describeAudit, formatTime } from './format-audit.ts';
import { historyDownloadCommand } from './history-download-command.ts';
import { collectPairs, readChoice, readInstrumentId } from './options.ts';
import { printResult } from './output.ts';

interface FileOptions {
  readonly instrument?: InstrumentId;
  readonly label: 'start' | 'end';
  readonly timeframe?: Timeframe;
  readonly map: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

interface VerifyOptions extends FileOptions {
  readonly database?: boolean;
}

interface ImportOptions extends FileOptions {
  readonly out?: string;
  readonly database?: boolean;
}

export function historyCommand(open: OpenHistory = openHistory): Command {
  const command = new Command('history').description(
    'Download, import and verify candles: files (CSV, CSV.gz, Parquet) and the database.',
  );
  command.addCommand(historyDownloadCommand(open));
  fileOptions(command.command('verify').argument('[path]', 'a candle file or a folder of them'))
    .description('Read candles and hold them against the market calendar: gaps, duplicates, hours.')
    .option('--db, --database', 'verify the candles in the database of DATABASE_URL, or in the embedded one')
    .action(verify);
  fileOptions(command.command('import').argument('<path>', 'a candle file or a folder of them'))
    .description(
      'Bring candles of any file into the data folder or the database. Nothing is written if a file is faulty.',
    )
    .option('--out <folder>', 'write Parquet files there, one per timeframe and instrument; candles in them are kept')
    .option('--db, --database', 'write to the database of DATABASE_URL, or to the embedded one')
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

async function verify(path: string | undefined, options: VerifyOptions): Promise<void> {
  if ((path === undefined) === (options.database !== true)) {
    throw new ConfigError(
      `history verify: expected either a path or --database, found ${path === undefined ? 'neither' : 'both'}`,
    );
  }
  const found = path === undefined ? await verifyDatabase(options) : await verifyFiles(path, options);
  const files = found.map(({ json }) => json);
  printResult({ json: { files }, text: found.map(({ text }) => text).join('\n') }, options.json === true);
}

interface Verified {
  readonly json: object;
  readonly text: string;
}

async function verifyFiles(path: string, options: VerifyOptions): Promise<readonly Verified[]> {
  const calendar = loadMarketCalendar();
  const columns = columnMap(options.map);
  const found: Verified[] = [];
  for (const candidate of await findCandleFiles(path)) {
    try {
      for (const file of await loadCandles({ ...loadOptions(candidate, options), columns })) {
        const { audit } = auditByBestHours(file, file.instrumentId, calendar);
        found.push({ json: describe(file, audit), text: format(file, audit) });
      }
    } catch (error) {
      // One faulty file must not hide what is wrong with the others.
      if (!(error instanceof DataError)) throw error;
      found.push({ json: { path: candidate, error: error.message }, text: error.message });
      process.exitCode = EXIT_FAILED;
    }
  }
  return found;
}

/** The table admits one candle for a time and refuses impossible prices, so gaps and hours are what is left to check. */
async function verifyDatabase({ instrument, timeframe }: VerifyOptions): Promise<readonly Verified[]> {
  const calendar = loadMarketCalendar();
  return withCandleDatabase(async ({ store }) => {
    const wanted = (await store.series()).filter(
      (each) =>
        (instrument === undefined || each.instrumentId === instrument) &&
        (timeframe === undefined || each.timeframe === timeframe),
    );
    if (wanted.length === 0) throw new DataError('the database: expected candles of that kind, found none');
    const found: Verified[] = [];
    for (const each of wanted) {
      const stored = columnsOfCandles(await store.read({ ...each, from: 0, to: Number.MAX_SAFE_INTEGER }));
      const file = { ...stored, ...each, path: 'the database', refused: [] };
      const { audit } = auditByBestHours(file, each.instrumentId, calendar);
      found.push({ json: describe(file, audit), text: format(file, audit) });
    }
    return found;
  });
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
    await withCandleDatabase(async ({ store }) => {
      for (const entry of imported) await appendCandles(store, entry);
    });
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

function describe({ path, instrumentId, timeframe, refused }: Described, audit: CandleAudit): object {
  return { path, instrumentId, timeframe, refused, ...describeAudit(audit) };
}

function format({ path, instrumentId, timeframe, refused }: Described, audit: CandleAudit): string {
  const { candles, first, last } = audit;
  const lines = [
    `${instrumentId} ${timeframe}: ${candles} candles, ${formatTime(first)} to ${formatTime(last)} (${basename(path)})`,
    ...auditLines(audit),
  ];
  if (refused.length > 0) lines.push(`  refused: ${refused.map(formatRefusal).join('; ')}`);
  if (audit.looksEndLabelled) lines.push('  the rows seem to be named by the end of their candle: say --label end');
  return lines.join('\n');
}

function formatRefusal({ reason, count, firstRow }: Refusal): string {
  return `${reason} (${count}, first in row ${firstRow})`;
}
