import { CANDLE_HEADER } from '../support/backtest-runs.ts';
import { hoursOf, type ModelRow, type ModelSession, regularHours } from './backtest-model.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const TICKS_PER_RUPEE = 20;

/** Trading hours that differ from the weekly rule; null for a holiday. From exchange notices, not from the program's data. */
const SPECIAL: Readonly<Record<string, readonly [open: string, close: string] | null>> = {
  '2024-01-20': ['09:15', '15:30'],
  '2024-01-22': null,
  '2024-01-26': null,
  '2024-10-02': null,
  '2024-11-01': ['18:00', '19:00'],
  '2024-11-15': null,
  '2024-11-20': null,
};

function knownHours(date: string): ModelSession | null {
  const special = SPECIAL[date];
  if (special !== undefined) return special === null ? null : hoursOf(date, ...special);
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6 ? null : hoursOf(date, '09:15', '15:30');
}

export interface SeriesKind {
  readonly name: string;
  readonly from: string;
  readonly days: number;
  /** How many of the weekend's days have candles. */
  readonly weekendShare: number;
  readonly sessionOf: (date: string) => ModelSession | null;
}

export const SERIES_KINDS: readonly SeriesKind[] = [
  {
    name: 'days without holiday data, some Saturdays and Sundays traded',
    from: '2019-12-20',
    days: 60,
    weekendShare: 0.2,
    sessionOf: regularHours,
  },
  {
    name: 'a Muhurat session, holidays and new charges',
    from: '2024-10-14',
    days: 45,
    weekendShare: 0.1,
    sessionOf: knownHours,
  },
  { name: 'a trading Saturday', from: '2024-01-10', days: 20, weekendShare: 0.1, sessionOf: knownHours },
];

/**
 * A random walk of five-minute candles with what real files have: days that end early, holes, days left out, evening
 * prints outside the session, candles on holidays, jumps.
 */
export function generateSeries(kind: SeriesKind, seed: number): { readonly rows: ModelRow[]; readonly text: string } {
  const random = createRandom(seed * 7_919);
  const below = (limit: number): number => Math.floor(random() * limit);
  const rows: ModelRow[] = [];
  const lines = [CANDLE_HEADER];
  let ticks = Math.round((200 + random() * 1_500) * TICKS_PER_RUPEE);
  const roughness = 2 + below(25);
  for (let index = 0; index < kind.days; index++) {
    const midnight = Date.parse(`${kind.from}T00:00:00+05:30`) + index * DAY;
    const date = new Date(midnight + 330 * MINUTE).toISOString().slice(0, 10);
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    const isSpecial = date in SPECIAL;
    if ((weekday === 0 || weekday === 6) && !isSpecial && random() >= kind.weekendShare) continue;
    if (random() < 0.08) continue;
    const [open, close] = SPECIAL[date] ?? ['09:15', '15:30'];
    const windows = [[minutesOf(open), minutesOf(close)]];
    if (random() < 0.1 && !isSpecial) windows.push([minutesOf('18:00'), minutesOf('18:30')]);
    const kept = random() < 0.35 ? below(75) : random() < 0.15 ? 70 + below(5) : 75;
    const missing = random() < 0.3 ? random() * 0.6 : 0;
    ticks += Math.round((random() - 0.5) * roughness * 16);
    let count = 0;
    for (const [first = 0, last = 0] of windows) {
      for (let minute = first; minute < last && count < kept; minute += 5) {
        count += 1;
        if (random() < missing) continue;
        if (random() < 0.05) ticks += Math.round((random() - 0.5) * roughness * 20);
        const start = ticks;
        ticks = Math.max(40, ticks + Math.round((random() - 0.5) * roughness * 2));
        const row = {
          time: midnight + minute * MINUTE,
          open: start / TICKS_PER_RUPEE,
          high: (Math.max(start, ticks) + below(roughness)) / TICKS_PER_RUPEE,
          low: Math.max(1, Math.min(start, ticks) - below(roughness)) / TICKS_PER_RUPEE,
          close: ticks / TICKS_PER_RUPEE,
        };
        rows.push(row);
        const clock = `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
        lines.push(`${date}T${clock}:00+05:30,${row.open},${row.high},${row.low},${row.close},1000`);
      }
    }
  }
  return { rows, text: `${lines.join('\n')}\n` };
}

/** Numerical Recipes' linear congruence: plain, and not the program's own. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
