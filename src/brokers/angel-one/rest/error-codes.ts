/**
 * Angel One's error codes and what each asks of us. Source: the broker's error page and GTT page of 2026, and codes seen by
 * other clients (AB1021, AB1050, AB2020, AB9019).
 */

/**
 * `session`: log in again. `halt`: nothing works until a person has changed something. `refused`: this request never will.
 * `busy`: the broker had a bad moment; nothing is proven about a write. `throttled`: too many calls. `empty`: no data, which
 * is an answer only where nothing depends on it; the books say that they are empty in another way.
 * `look`: what was asked for is not there; the books decide.
 */
export type ErrorClass = 'session' | 'halt' | 'refused' | 'busy' | 'throttled' | 'empty' | 'look';

export interface KnownError {
  readonly class: ErrorClass;
  /** What it means, and what a person can do where there is something to do. */
  readonly meaning: string;
}

const bug = (meaning: string): KnownError => ({ class: 'refused', meaning });
const look = (meaning: string): KnownError => ({ class: 'look', meaning });

export const ERROR_CODES: Readonly<Record<string, KnownError>> = {
  AG7002: {
    class: 'halt',
    meaning: 'This address is not registered for orders: register its public IP with the SmartAPI app (once a week)',
  },
  AG8001: { class: 'session', meaning: 'The token is not valid' },
  AG8002: { class: 'session', meaning: 'The token has expired' },
  AG8003: { class: 'session', meaning: 'No token was sent' },
  AG8004: { class: 'halt', meaning: 'The API key is wrong, expired or not of a trading app: check ANGEL_API_KEY' },
  AB8050: { class: 'session', meaning: 'The refresh token is not valid' },
  AB8051: { class: 'session', meaning: 'The refresh token has expired' },
  AB1000: { class: 'halt', meaning: 'Client code or password is wrong: check ANGEL_CLIENT_CODE and ANGEL_MPIN' },
  AB1001: { class: 'halt', meaning: 'The client code is wrong: check ANGEL_CLIENT_CODE' },
  AB1002: { class: 'halt', meaning: 'The MPIN has the wrong length: check ANGEL_MPIN' },
  AB1003: bug('The client exists already'),
  AB1004: { class: 'busy', meaning: 'Something went wrong at the broker' },
  AB1005: bug('The user type must be USER'),
  AB1006: { class: 'halt', meaning: 'The client is blocked for trading: ask the broker' },
  AB1007: look('The back office refused'),
  AB1008: bug('The variety of the order is wrong'),
  AB1009: bug('The symbol is not known: import the instrument list again'),
  AB1010: { class: 'session', meaning: 'The session of the back office has expired' },
  AB1011: { class: 'session', meaning: 'The client is not logged in' },
  AB1012: bug('The product type is wrong'),
  AB1013: look('The order was not found'),
  AB1014: look('The trade was not found'),
  AB1015: look('The holding was not found'),
  AB1016: look('The position was not found'),
  AB1017: bug('The position could not be converted'),
  AB1018: bug('The symbol has no details: import the instrument list again'),
  AB1021: { class: 'throttled', meaning: 'Too many requests' },
  AB1031: bug('The old password does not match'),
  AB1032: { class: 'halt', meaning: 'The user was not found: check ANGEL_CLIENT_CODE' },
  AB1050: { class: 'refused', meaning: 'The TOTP is wrong: check ANGEL_TOTP_SECRET and the clock of this machine' },
  AB2000: { class: 'busy', meaning: 'An error the broker does not name' },
  AB2001: { class: 'busy', meaning: 'An internal error of the broker' },
  AB2002: bug('Bracket orders are blocked'),
  AB2020: bug('The funds are not enough'),
  AB4008: bug('The order tag is too long'),
  AB4018: bug('The token of the symbol is empty'),
  AB4036: bug('The share is under surveillance: the exchange wants consent for it'),
  AB9000: { class: 'busy', meaning: 'An internal error of the GTT desk' },
  AB9001: bug('GTT: invalid parameters'),
  AB9002: bug('GTT: invalid method'),
  AB9003: bug('GTT: invalid client code'),
  AB9004: bug('GTT: too many statuses'),
  AB9005: { class: 'session', meaning: 'GTT: the session is not valid' },
  AB9006: bug('GTT: invalid quantity'),
  AB9007: bug('GTT: invalid disclosed quantity'),
  AB9008: bug('GTT: invalid price'),
  AB9009: bug('GTT: invalid trigger price'),
  AB9010: bug('GTT: invalid segment'),
  AB9011: bug('GTT: invalid token'),
  AB9012: bug('GTT: invalid symbol'),
  AB9013: bug('GTT: the rule is not known'),
  AB9014: bug('GTT: invalid side'),
  AB9015: bug('GTT: invalid product'),
  AB9016: bug('GTT: invalid time period'),
  AB9017: bug('GTT: invalid page'),
  AB9018: bug('GTT: invalid count'),
  AB9019: { class: 'empty', meaning: 'No data at the moment' },
};
