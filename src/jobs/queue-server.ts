import { ConfigError, UnavailableError } from '../core/errors.ts';

/** How long a server may take to answer at the start. */
export const CONNECT_MS = 3_000;

/** Host, port and database of a URL, fit to be shown. */
export function serverOf(text: string, protocols: readonly string[], setting: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol)) {
    throw new ConfigError(
      `Expected ${setting} to be a URL that begins with "${protocols[0]}//", found something else (not shown: it may hold a password).`,
    );
  }
  return `${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}

/** One line that says what is missing where, and what to do. Without the cause: a driver's error may hold the password. */
export function unavailable(what: string, where: string, cause: unknown, next: string): UnavailableError {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const message = cause instanceof Error ? cause.message : String(cause);
  const found = [code, message]
    .filter((part) => part !== undefined && part !== '')
    .join(': ')
    .replaceAll(/\s+/g, ' ');
  return new UnavailableError(`Expected ${what} at "${where}", found "${found}". ${next}`);
}
