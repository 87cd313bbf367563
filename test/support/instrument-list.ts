import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A row of the broker's list, as far as a test says. */
export type ListRow = Readonly<Record<string, string>>;

export function shareRow(symbol: string, token: string, changes: ListRow = {}): ListRow {
  return {
    ...{ token, symbol: `${symbol}-EQ`, name: symbol, expiry: '', strike: '-1.000000', lotsize: '1' },
    ...{ instrumenttype: '', exch_seg: 'NSE', tick_size: '10.000000', ...changes },
  };
}

export function indexRow(symbol: string, name: string, token: string, exchange = 'NSE'): ListRow {
  const index = { symbol, instrumenttype: 'AMXIDX', exch_seg: exchange, tick_size: '0.000000', strike: '0.000000' };
  return shareRow(name, token, index);
}

/** `expiry` as the list writes it: `24NOV2026`. */
export function futureRow(name: string, expiry: string, token: string, changes: ListRow = {}): ListRow {
  const future = { symbol: `${name}${expiry}FUT`, instrumenttype: 'FUTIDX', exch_seg: 'NFO', tick_size: '5.000000' };
  return shareRow(name, token, { ...future, expiry, lotsize: '65', ...changes });
}

export function callRow(name: string, expiry: string, strike: number, token: string, changes: ListRow = {}): ListRow {
  const call = { symbol: `${name}${expiry}${strike}CE`, strike: `${strike * 100}.000000`, instrumenttype: 'OPTIDX' };
  return futureRow(name, expiry, token, { ...call, ...changes });
}

export interface ListServer {
  readonly origin: string;
  readonly url: string;
  /** How often the list was asked for. */
  asked(): number;
}

const PATH = '/OpenAPI_File/files/OpenAPIScripMaster.json';

/** Serves the list, each time as `answer` says; gone after the test. */
export async function listServer(answer: (response: ServerResponse) => void): Promise<ListServer> {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, url: origin + PATH, asked: () => asked };
}

/** Serves these rows, or what `rows` says at the time. */
export function servedRows(rows: readonly ListRow[] | (() => readonly ListRow[])): Promise<ListServer> {
  return listServer((response) => response.end(JSON.stringify(typeof rows === 'function' ? rows() : rows)));
}
