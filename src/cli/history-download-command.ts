import { Command } from 'commander';
import { readEnv } from '../config/env.ts';
import { ConfigError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { dayOf, type EpochMs, formatDay } from '../core/time.ts';
import { TIMEFRAMES, type Timeframe } from '../core/timeframe.ts';
import type { CandleShelf } from '../history/candle-shelf.ts';
import type { DownloadProgress, DownloadSummary, InstrumentDownload } from '../history/download-candles.ts';
import { ProgressLine } from '../logging/progress-line.ts';
import type { OpenedHistory, OpenHistory } from '../worker/open-history.ts';
import { withCandleDatabase } from './candle-database.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { auditLines, describeAudit, shorten } from './format-audit.ts';
import { collectInstrumentIds, readChoice, readTime } from './options.ts';
import { printNote, printResult } from './output.ts';

interface DownloadOptions {
  readonly instrument: readonly InstrumentId[];
  readonly timeframe: Timeframe;
  readonly from: EpochMs;
  readonly to?: EpochMs;
  readonly out?: string;
  readonly database?: boolean;
  readonly json?: boolean;
}

const BAR_WIDTH = 20;

export function historyDownloadCommand(open: OpenHistory): Command {
  return new Command('download')
    .description(
      "Fetch candles from the broker's history. What is there already is not fetched again, so an interrupted download goes on where it stopped.",
    )
    .requiredOption(
      '--instrument <id>',
      'whose candles, e.g. NSE:RELIANCE; may be given several times',
      collectInstrumentIds('--instrument'),
    )
    .requiredOption(
      '--timeframe <timeframe>',
      `the candles' length: ${TIMEFRAMES.join(', ')}`,
      readChoice('--timeframe', TIMEFRAMES),
    )
    .requiredOption('--from <day>', 'first day, YYYY-MM-DD', readTime('--from'))
    .option('--to <day>', 'last day, YYYY-MM-DD (default: today)', readTime('--to'))
    .option('--out <folder>', 'write Parquet files there, one per timeframe and instrument; candles in them are kept')
    .option('--db, --database', 'write to the database of DATABASE_URL, or to the embedded one')
    .option('--json', 'print the result as one JSON document')
    .action((options: DownloadOptions) => download(open, options));
}

async function download(open: OpenHistory, options: DownloadOptions): Promise<void> {
  const { out, database, json } = options;
  if ((out === undefined) === (database !== true)) {
    throw new ConfigError(
      `history download: expected either --out <folder> or --database to say where the candles go, found ${out === undefined ? 'neither' : 'both'}`,
    );
  }
  const { FolderShelf } = await import('../history/folder-shelf.ts');
  const { StoreShelf } = await import('../history/store-shelf.ts');
  const summary =
    out === undefined
      ? await withCandleDatabase(({ store, settings }) =>
          downloadTo(new StoreShelf(store, settings, 'the database'), open, options),
        )
      : await downloadTo(new FolderShelf(out), open, options);
  if (summary.stopped !== null || summary.instruments.some(({ failure }) => failure !== null)) {
    process.exitCode = EXIT_FAILED;
  }
  printResult({ json: describe(summary), text: format(summary, options) }, json === true);
}

async function downloadTo(shelf: CandleShelf, open: OpenHistory, options: DownloadOptions): Promise<DownloadSummary> {
  const { downloadCandles } = await import('../history/download-candles.ts');
  const { SystemClock } = await import('../worker/system-clock.ts');
  const { listenForStop } = await import('../worker/stop-signal.ts');
  const clock = new SystemClock();
  const span = { first: dayOf(options.from), last: dayOf(options.to ?? clock.now()) };
  if (span.last < span.first) {
    throw new ConfigError(`--to: expected a day from ${formatDay(span.first)} on, found "${formatDay(span.last)}"`);
  }
  const history = await open(readEnv());
  const stop = listenForStop(printNote);
  const bar = new ProgressLine(process.stderr);
  try {
    return await downloadCandles(
      { instruments: options.instrument.map((id) => listed(history, id)), timeframe: options.timeframe, span },
      {
        ...{ source: history.source, calendar: history.calendar, shelf, clock, signal: stop.signal },
        onProgress: (progress) => bar.show(formatProgress(progress)),
      },
    );
  } finally {
    bar.end();
    stop.dispose();
    await history.close();
  }
}

function listed(history: OpenedHistory, id: InstrumentId) {
  const hours = history.instrument(id);
  if (hours !== undefined) return { id, hours };
  throw new ConfigError(`--instrument: expected one that ${history.source.name} lists, found "${id}"`);
}

function formatProgress({ instrumentId, partsDone, parts, candles, pause }: DownloadProgress): string {
  const filled = parts === 0 ? BAR_WIDTH : Math.round((partsDone / parts) * BAR_WIDTH);
  const bar = '#'.repeat(filled).padEnd(BAR_WIDTH, '.');
  const wait = pause === null ? '' : `, ${Math.ceil(pause.ms / 1_000)} s pause: ${pause.reason}`;
  return `[${bar}] ${instrumentId} ${partsDone}/${parts} parts, ${candles} candles${wait}`;
}

function describe({ instruments, stopped }: DownloadSummary): object {
  return { stopped, instruments: instruments.map((each) => ({ ...each, audit: describeAudit(each.audit) })) };
}

function format({ instruments, stopped }: DownloadSummary, { instrument, from, to }: DownloadOptions): string {
  const texts = instruments.map(formatInstrument);
  if (stopped !== null) {
    const left = instrument.slice(instruments.length);
    const notBegun = left.length === 0 ? '' : ` Not begun: ${left.join(', ')}.`;
    texts.push(
      `Stopped: ${stopped}. What was fetched is kept; the same command goes on from there.${notBegun}` +
        ' "signalman doctor" tells what is wrong with the connection.',
    );
  }
  const until = to === undefined ? 'today' : formatDay(dayOf(to));
  return [`${formatDay(dayOf(from))} to ${until}`, ...texts].join('\n');
}

function formatInstrument(each: InstrumentDownload): string {
  const { instrumentId, timeframe, candles, parts, heldDays, leftOut, audit, emptyDays, failure, place } = each;
  const lines = [
    `${instrumentId} ${timeframe}: ${candles} candles fetched in ${parts} parts, ${heldDays} days were there already (${place})`,
    // Days without a candle are listed below, the first and last ones included.
    ...auditLines({ ...audit, missingDays: [] }),
  ];
  if (emptyDays.length > 0) lines.push(`  ${emptyDays.length} trading days without a candle: ${shorten(emptyDays)}`);
  if (leftOut > 0) lines.push(`  ${leftOut} candles outside the session or off its grid were left out`);
  if (failure !== null) lines.push(`  not whole: ${failure}`);
  return lines.join('\n');
}
