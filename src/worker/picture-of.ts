import { drawChart } from '../charts/draw-chart.ts';
import type { Alert } from '../core/alert.ts';
import { parseDay, startOfDay } from '../core/time.ts';
import type { Database } from '../db/database.ts';
import { PostgresViews } from '../db/postgres-views.ts';
import type { ChartTheme } from '../ports/chart.ts';

const MOST_TRADES = 1_000;
/** As the schedule writes it: a report that is made up for later tells of its own day. */
const REPORT_KEY = /^schedule\/(\d{4}-\d{2}-\d{2}) /;

/** The picture that belongs to an alert: of a day's report the results trade by trade. A PNG; null for all others. */
export async function pictureOf(
  { topic, key, text }: Alert,
  database: Database,
  theme: ChartTheme,
): Promise<Uint8Array | null> {
  const [, written] = topic === 'report' ? (REPORT_KEY.exec(key) ?? []) : [];
  const day = written === undefined ? undefined : parseDay(written);
  if (day === undefined) return null;
  const span = { from: startOfDay(day), to: startOfDay(day + 1) };
  const trades = await new PostgresViews(database).trades(span, MOST_TRADES);
  if (trades.length < 2) return null;
  const [title = ''] = text.split('\n');
  return drawChart({ kind: 'equity', title, theme, trades: trades.toReversed() });
}
