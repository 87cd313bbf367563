/** The one text by which every driver reaches the database: `postgres` and `pg` read the same two parameters. */
import { ConfigError } from '../core/errors.ts';
import { applicationName } from './application-name.ts';

const EXAMPLE = '"postgres://user:password@host:5432/database"';

export interface ServerAddress {
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly database: string;
}

export function parseDatabaseUrl(text: string): URL {
  // The text itself is never repeated: it holds the password.
  if (!URL.canParse(text)) throw new ConfigError(`Expected DATABASE_URL like ${EXAMPLE}, found a text that is no URL.`);
  const url = new URL(text);
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw new ConfigError(`Expected DATABASE_URL like ${EXAMPLE}, found one that starts with "${url.protocol}//".`);
  }
  return url;
}

/** Adds who connects and to which schema. */
export function connectionUrl(server: URL, role: string, schema: string): string {
  const url = new URL(server);
  // Some hosts put it into their URLs; `postgres` would pass it on to the server, which does not know it.
  url.searchParams.delete('channel_binding');
  const options = [url.searchParams.get('options'), `-c search_path=${schema}`].filter(Boolean).join(' ');
  url.searchParams.set('application_name', applicationName(role));
  url.searchParams.set('options', options);
  // `pg` does not read "+" as a space everywhere.
  url.search = url.searchParams.toString().replaceAll('+', '%20');
  return url.href;
}

export function addressOf(url: URL): ServerAddress {
  return {
    host: url.hostname || 'localhost',
    port: url.port || '5432',
    user: decodeURIComponent(url.username) || 'unnamed',
    database: decodeURIComponent(url.pathname.slice(1)) || 'unnamed',
  };
}
