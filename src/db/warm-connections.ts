import * as statements from './ledger-statements.ts';
import { CONNECTIONS, type OpenSql } from './open-sql.ts';

type Connection = Awaited<ReturnType<OpenSql['sql']['reserve']>>;

/**
 * Opens every connection there may be, and lets each of them plan what an order needs: the driver opens one only when all
 * others are busy, and then a decision would wait for the handshake, which takes longer than all of its writes.
 */
export async function warmConnections({ sql }: Pick<OpenSql, 'sql'>): Promise<void> {
  const reserved = await Promise.all(Array.from({ length: CONNECTIONS }, () => sql.reserve()));
  try {
    await Promise.all(reserved.map(prepare));
  } finally {
    for (const connection of reserved) connection.release();
  }
}

/** Each statement once, on nothing. */
async function prepare(connection: Connection): Promise<void> {
  const { SEND_ORDER, CHANGE_SWITCHES: _, LOCK_ORDERS, KNOWN_EVENTS, ...ofRows } = statements;
  const onRows = [LOCK_ORDERS, KNOWN_EVENTS, ...Object.values(ofRows).map(({ text }) => text)];
  for (const text of onRows) await connection.unsafe(text, ['[]'], { prepare: true });
  await connection.unsafe(SEND_ORDER, ['', '', 'SUBMITTING', null, null, 0], { prepare: true });
}
