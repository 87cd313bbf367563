import type { Span, VerdictCount } from '../ports/account-views.ts';
import { rowReader } from './row-statement.ts';
import { signals } from './schema/decisions.ts';
import { signalFromRow } from './signal-row.ts';
import type { Sql } from './sql.ts';

const readSignal = rowReader(signals);

/** Signals of the span by their verdict, with the newest of each. */
export async function verdictCounts(
  { sql }: { readonly sql: Sql },
  { from, to }: Span,
): Promise<readonly VerdictCount[]> {
  // The window counts before `distinct on` leaves one row of each.
  const rows = await sql`
    select distinct on (denial_code) *, count(*) over (partition by denial_code)::int as alike
    from signals where created_time >= ${from} and created_time < ${to}
    order by denial_code, created_time desc, key collate "C"`;
  return rows.map((row) => {
    const signal = readSignal(row);
    return { code: signal.denialCode, count: row.alike, newest: signalFromRow(signal) };
  });
}
