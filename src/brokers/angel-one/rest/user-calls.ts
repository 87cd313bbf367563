import { z } from 'zod';
import type { Outcome } from '../../../ports/outcome.ts';
import type { AngelOneTokens } from '../settings.ts';
import type { RestClient } from './rest-client.ts';
import { words } from './wire-values.ts';

const AUTH = '/rest/auth/angelbroking';

/** Some clients hand out the token with its scheme; two of them make a token invalid. */
const bare = z
  .string()
  .min(1)
  .transform((token) => token.replace(/^Bearer /i, ''));
const tokensSchema = z
  .object({ jwtToken: bare, refreshToken: z.string().min(1), feedToken: words })
  .transform(({ jwtToken, refreshToken, feedToken }): AngelOneTokens => {
    return { jwt: jwtToken, refresh: refreshToken, feed: feedToken };
  });

export function login(
  client: RestClient,
  credentials: { readonly clientCode: string; readonly mpin: string; readonly totp: string },
): Promise<Outcome<AngelOneTokens>> {
  const { clientCode, mpin, totp } = credentials;
  return client.call({
    ...{ class: 'login', priority: 'exit', method: 'POST', path: `${AUTH}/user/v1/loginByPassword` },
    ...{ isWrite: false, isOpen: true, schema: tokensSchema },
    body: { clientcode: clientCode, password: mpin, totp },
  });
}

export function refresh(client: RestClient, refreshToken: string): Promise<Outcome<AngelOneTokens>> {
  return client.call({
    ...{ class: 'refresh', priority: 'exit', method: 'POST', path: `${AUTH}/jwt/v1/generateTokens` },
    ...{ isWrite: false, isOpen: true, schema: tokensSchema, body: { refreshToken } },
  });
}

export function logout(client: RestClient, clientCode: string): Promise<Outcome<null>> {
  return client.call({
    ...{ class: 'logout', priority: 'read', method: 'POST', path: '/rest/secure/angelbroking/user/v1/logout' },
    ...{ isWrite: false, schema: z.unknown().transform(() => null), empty: null, body: { clientcode: clientCode } },
  });
}
