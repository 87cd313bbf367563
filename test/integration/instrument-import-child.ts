/** A process that imports a list of instruments and says when it began. Arguments: database, schema, address of the list. */
import { connectSql } from '../../src/db/sql.ts';
import { importInstruments } from '../../src/instruments/import-instruments.ts';

const [databaseUrl, schema, url] = process.argv.slice(2);
if (databaseUrl === undefined || schema === undefined || url === undefined) throw new Error('Expected three arguments');
const sql = connectSql(databaseUrl, { connections: 1 });
process.stdout.write('begun\n');
await importInstruments(
  { sql, schema },
  { source: { kind: 'address', url }, fewest: 1, isSimulated: true, now: () => Date.now() },
);
await sql.end();
