/**
 * Candle files as one source per instrument, in order of instrument: neither the names of files nor how a folder lists
 * them changes a result. Files of one instrument are joined; of candles with the same time the later file's is taken.
 */
import { ConfigError } from '../core/errors.ts';
import type { InstrumentId } from '../core/ids.ts';
import { type Timeframe, timeframeMs } from '../core/timeframe.ts';
import type { CandleFile } from '../history/load-candles.ts';
import { mergeColumns } from '../history/merge-columns.ts';
import type { CandleSource } from './candle-stream.ts';

export interface FileSource extends CandleSource {
  /** The files it comes from, by name. */
  readonly paths: readonly string[];
  /** Candles that a later file has again. */
  readonly repeated: number;
}

export function candleSources(files: readonly CandleFile[]): FileSource[] {
  const sources = new Map<InstrumentId, FileSource>();
  for (const file of files) {
    const before = sources.get(file.instrumentId);
    sources.set(file.instrumentId, before ? joined(before, file) : { ...file, paths: [file.path], repeated: 0 });
  }
  return [...sources.values()].sort((a, b) => (a.instrumentId < b.instrumentId ? -1 : 1));
}

/** What the strategy runs on: what was asked for, else what all sources have. */
export function timeframeFor(sources: readonly FileSource[], asked: Timeframe | null): Timeframe {
  const timeframe = asked ?? commonTimeframe(sources);
  for (const source of sources) checkTimeframe(source, timeframe);
  return timeframe;
}

function joined(before: FileSource, file: CandleFile): FileSource {
  if (before.timeframe !== file.timeframe) {
    throw new ConfigError(
      `--data: expected candles of one timeframe for ${file.instrumentId}, found ${before.timeframe} in ` +
        `${before.paths[0]} and ${file.timeframe} in ${file.path}; give one of the two`,
    );
  }
  const columns = mergeColumns(before, file);
  return {
    ...columns,
    instrumentId: file.instrumentId,
    timeframe: file.timeframe,
    paths: [...before.paths, file.path],
    repeated: before.repeated + before.count + file.count - columns.count,
  };
}

function commonTimeframe(sources: readonly FileSource[]): Timeframe {
  const [first] = sources;
  const other = sources.find(({ timeframe }) => timeframe !== first?.timeframe);
  if (first && other) {
    throw new ConfigError(
      `--data: expected files of one timeframe, found ${first.timeframe} in ${first.paths[0]} and ${other.timeframe} in ` +
        `${other.paths[0]}; say with --timeframe what to roll them up to`,
    );
  }
  return first?.timeframe ?? '1m';
}

function checkTimeframe({ timeframe: held, paths }: FileSource, timeframe: Timeframe): void {
  const isRollable = timeframe === '1d' || timeframeMs(timeframe) % timeframeMs(held) === 0;
  if (timeframeMs(held) <= timeframeMs(timeframe) && isRollable) return;
  throw new ConfigError(
    `--timeframe: expected ${held} or a multiple of it, found "${timeframe}"; ${paths[0]} has ${held} candles`,
  );
}
