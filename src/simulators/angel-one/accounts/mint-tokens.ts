import { createHmac, randomBytes } from 'node:crypto';
import { type EpochMs, SECOND_MS } from '../../../core/time.ts';

export interface TokenTriple {
  readonly jwtToken: string;
  readonly refreshToken: string;
  readonly feedToken: string;
}

/** Tokens that look like the broker's: three base64url parts, signed with a key that lives as long as the simulator. */
export function createMint(): (clientCode: string, issued: EpochMs, expires: EpochMs) => TokenTriple {
  const key = randomBytes(32);
  const mint = (claims: Readonly<Record<string, unknown>>): string => {
    const head = base64url({ alg: 'HS512' });
    const body = base64url({ ...claims, jti: randomBytes(12).toString('hex') });
    const signature = createHmac('sha512', key).update(`${head}.${body}`).digest('base64url');
    return `${head}.${body}.${signature}`;
  };
  return (clientCode, issued, expires) => {
    const times = { iat: Math.floor(issued / SECOND_MS), exp: Math.floor(expires / SECOND_MS) };
    return {
      jwtToken: mint({ username: clientCode, usertype: 'USER', ...times }),
      refreshToken: mint({ username: clientCode, token: 'REFRESH-TOKEN', ...times }),
      feedToken: mint({ username: clientCode, token: 'FEED-TOKEN', ...times }),
    };
  };
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
