import type { AngelOneCredentials, AngelOneTokens } from '../settings.ts';

/** The feed token and the client code let us in; the rest is asked for by the documentation. */
export function streamHeaders(
  { clientCode, apiKey }: Pick<AngelOneCredentials, 'clientCode' | 'apiKey'>,
  { jwt, feed }: AngelOneTokens,
): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${jwt}`, 'x-api-key': apiKey, 'x-client-code': clientCode, 'x-feed-token': feed };
}
