import { afterAll, expect, inject, it } from 'vitest';
import { readEnv } from '../../src/config/env.ts';
import { type Bot, parseBot } from '../../src/config/load-bot.ts';
import { DAY_MS, dayOf, formatDay } from '../../src/core/time.ts';
import { connectSql } from '../../src/db/sql.ts';
import { importInstruments } from '../../src/instruments/import-instruments.ts';
import { openInstrumentDatabase } from '../../src/instruments/instrument-database.ts';
import { createLogger } from '../../src/logging/logger.ts';
import { openBrokerMarket } from '../../src/worker/open-broker-market.ts';
import { strategies } from '../../strategies/index.ts';
import { TEST_ACCOUNT } from '../support/angel-one-client.ts';
import { openTestDesk } from '../support/angel-one-simulator.ts';
import { futureRow, servedRows, shareRow } from '../support/instrument-list.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** The worker chooses the schema of its list, so it gets a database of its own. */
const DATABASE = `stale_contracts_${process.pid}`;
const server = connectSql(inject('databaseUrl'), { connections: 1 });
await server.unsafe(`create database ${DATABASE}`);
afterAll(async () => {
  await server.unsafe(`drop database ${DATABASE} with (force)`);
  await server.end();
});

const YESTERDAY = formatDay(dayOf(Date.now() - DAY_MS));
const EXPIRED = `NFO:NIFTY:${YESTERDAY}:FUT`;

function botOf(...uses: readonly [id: string, instruments: readonly string[]][]): Bot {
  const use = { strategy: 'ema-crossover', timeframe: '5m', product: 'INTRADAY' };
  return parseBot(
    {
      account: { id: 'paper', broker: 'paper', capital: 10_00_000 },
      strategies: uses.map(([id, instruments]) => ({
        ...{ ...use, id, instruments, sizing: { kind: 'fixed-quantity', quantity: 65 } },
      })),
      risk: {},
    },
    { path: '/somewhere/bot.config.ts', strategies },
  );
}

it('a strategy on a contract that has expired is left out with the reason, the others trade', async () => {
  const { simulator } = await openTestDesk({ start: Date.now(), isLoggedIn: false });
  const url = new URL(inject('databaseUrl'));
  url.pathname = `/${DATABASE}`;
  const env = readEnv(
    {
      ...{ DATABASE_URL: url.href, ANGEL_SIMULATOR_URL: simulator.url, SIGNALMAN_STATE: tempFolder() },
      ...{ ANGEL_CLIENT_CODE: TEST_ACCOUNT.clientCode, ANGEL_MPIN: TEST_ACCOUNT.mpin },
      ...{ ANGEL_TOTP_SECRET: TEST_ACCOUNT.totpSecret, ANGEL_API_KEY: TEST_ACCOUNT.apiKey },
    },
    '',
  );
  if (env.angelOne === null) throw new Error('Expected an account, found none');
  const [year, month, day] = YESTERDAY.split('-').map(Number);
  const name = new Date(Date.UTC(2000, (month ?? 1) - 1)).toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  const expiry = `${String(day).padStart(2, '0')}${name.toUpperCase()}${year}`;
  const list = await servedRows([shareRow('INFY', '1594'), futureRow('NIFTY', expiry, '5001')]);
  const database = await openInstrumentDatabase(env, () => undefined);
  const now = (): number => Date.now() - DAY_MS;
  const source = { kind: 'address', url: list.url } as const;
  await importInstruments(database, { source, fewest: 2, isSimulated: true, now });
  await database.close();

  const lines: string[] = [];
  const log = createLogger({ level: 'warn', format: 'json', destination: { write: (line) => lines.push(line) } });
  const rest = { env, access: env.angelOne, orders: 'paper', log, mayWrite: async () => true } as const;
  const bot = botOf(['shares', ['NSE:INFY']], ['pair', ['NSE:INFY', EXPIRED]]);
  const market = await openBrokerMarket({ ...rest, bot });
  try {
    expect(market.engine.strategies.map(({ instance }) => instance.id)).toEqual(['shares']);
    expect(market.engine.instruments.map(({ id }) => id)).toEqual(['NSE:INFY']);
    expect(lines.map((line) => JSON.parse(line).msg)).toContain(
      `Strategy "pair" is left out: ${EXPIRED} is not traded: it expired on ${YESTERDAY}.`,
    );
  } finally {
    await market.close();
  }
  await expect(openBrokerMarket({ ...rest, bot: botOf(['future', [EXPIRED]]) })).rejects.toThrow(
    `Nothing can be traded: ${EXPIRED} is not traded: it expired on ${YESTERDAY}.`,
  );
});
