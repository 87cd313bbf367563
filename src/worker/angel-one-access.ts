import { join } from 'node:path';
import { listMaster, readMaster } from '../brokers/angel-one/instrument-master/read-master.ts';
import type { TokenStore } from '../brokers/angel-one/session/angel-one-session.ts';
import { TokenFile } from '../brokers/angel-one/session/token-file.ts';
import { ANGEL_ONE_ENDPOINTS, type AngelOneEndpoints } from '../brokers/angel-one/settings.ts';
import type { ListedInstrument } from '../brokers/angel-one/token-book.ts';
import type { AngelOneAccess, Env } from '../config/env.ts';
import { UnavailableError } from '../core/errors.ts';
import { hashHex } from '../core/hash.ts';
import { dayOf, type EpochMs } from '../core/time.ts';
import type { OpenSql } from '../db/open-sql.ts';
import { PostgresCallLog } from '../db/postgres-call-log.ts';
import type { CallLog } from '../ports/call-log.ts';

/** Where the environment says Angel One is: the broker, or a simulator, which serves everything on one port. */
export function endpointsOf({ angelOneUrl }: Pick<Env, 'angelOneUrl'>): AngelOneEndpoints {
  if (angelOneUrl === null) return ANGEL_ONE_ENDPOINTS;
  const rest = angelOneUrl.replace(/\/+$/, '');
  const socket = rest.replace(/^http/, 'ws');
  return {
    rest,
    marketStream: `${socket}/smart-stream`,
    orderStream: `${socket}/smart-order-update`,
    instrumentMaster: `${rest}/OpenAPI_File/files/OpenAPIScripMaster.json`,
  };
}

/** The day's tokens are kept where there is a key to seal them with. */
export function tokenStoreOf(
  { stateFolder, tokenKey }: Pick<Env, 'stateFolder' | 'tokenKey'>,
  { clientCode }: AngelOneAccess,
): { readonly store?: TokenStore } {
  if (tokenKey === null) return {};
  return { store: new TokenFile(join(stateFolder, `angel-one-session-${clientCode}`), tokenKey, clientCode) };
}

/** What all processes of the account have called of late; the table knows the account by a hash of its code. */
export function callLogOf(database: Pick<OpenSql, 'sql'>, { clientCode }: AngelOneAccess): CallLog {
  return new PostgresCallLog(database, `angel-one/${hashHex(clientCode).slice(0, 12)}`);
}

/** Today's list of instruments, those that are wanted of it. */
export async function listedAt(
  url: string,
  time: EpochMs,
  isWanted: (listed: ListedInstrument) => boolean,
): Promise<readonly ListedInstrument[]> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new UnavailableError("The broker's instrument list can not be reached", { cause });
  });
  if (!response.ok || response.body === null) {
    throw new UnavailableError(`The broker's instrument list was answered with HTTP ${response.status}`);
  }
  const listed: ListedInstrument[] = [];
  for await (const each of listMaster(readMaster(response.body, { name: url }), dayOf(time))) {
    if (isWanted(each)) listed.push(each);
  }
  return listed;
}
