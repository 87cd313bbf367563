/**
 * Which column of a file holds what. Columns are found by name, whatever their order and case.
 */
import { DataError } from '../core/errors.ts';

export const CANDLE_FIELDS = ['time', 'open', 'high', 'low', 'close', 'volume', 'instrument'] as const;
export type CandleField = (typeof CANDLE_FIELDS)[number];

/** The owner's word on columns with unusual names, e.g. `{ close: 'ltp' }`. */
export type ColumnMap = Readonly<Partial<Record<CandleField, string>>>;

/** Column numbers. `timeOfDay` is set when date and time of day stand in two columns. */
export interface SourceColumns {
  readonly time: number;
  readonly timeOfDay: number | null;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number | null;
  readonly instrument: number | null;
}

const ALIASES: Readonly<Record<CandleField, readonly string[]>> = {
  time: ['timestamp', 'datetime', 'date_time', 'open_time', 'opentime', 'time', 'date'],
  open: ['open', 'o', 'open_price'],
  high: ['high', 'h', 'high_price'],
  low: ['low', 'l', 'low_price'],
  close: ['close', 'c', 'close_price'],
  volume: ['volume', 'vol', 'v', 'qty', 'quantity'],
  instrument: ['instrument', 'instrument_id', 'symbol', 'ticker'],
};

export function findColumns(path: string, names: readonly string[], map: ColumnMap = {}): SourceColumns {
  const known = names.map((name) => normalise(name));
  const find = (field: CandleField): number | null => {
    const wanted = map[field];
    if (wanted !== undefined) {
      const index = known.indexOf(normalise(wanted));
      if (index < 0) throw new DataError(`${path}: expected the column "${wanted}" for ${field}, found ${list(names)}`);
      return index;
    }
    const alias = ALIASES[field].find((name) => known.includes(name));
    return alias === undefined ? null : known.indexOf(alias);
  };
  const need = (field: CandleField): number => {
    const index = find(field);
    if (index !== null) return index;
    const place = path.endsWith('.parquet') ? path : `${path}: line 1`;
    throw new DataError(
      `${place}: expected a column for ${field} (${ALIASES[field].join(', ')}), found ${list(names)}; ` +
        `"history import --map ${field}=<column>" takes other names`,
    );
  };
  const time = need('time');
  const date = known.indexOf('date');
  const isSplit = map.time === undefined && known[time] === 'time' && date >= 0;
  return {
    time: isSplit ? date : time,
    timeOfDay: isSplit ? time : null,
    open: need('open'),
    high: need('high'),
    low: need('low'),
    close: need('close'),
    volume: find('volume'),
    instrument: find('instrument'),
  };
}

function normalise(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => JSON.stringify(name.trim().slice(0, 40)));
  return `${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
}
