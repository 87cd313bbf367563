/** Every REST path of the broker, with the rate windows it shares and what is checked before it is carried out. */

/** Calls per rolling second, minute and hour and client code; null where no limit is published. */
export interface RateLimits {
  readonly second: number;
  readonly minute: number | null;
  readonly hour: number | null;
}

export const RATE_CLASSES = {
  login: { second: 1, minute: null, hour: null },
  tokens: { second: 1, minute: null, hour: 1000 },
  profile: { second: 3, minute: null, hour: 1000 },
  logout: { second: 1, minute: null, hour: null },
  funds: { second: 2, minute: null, hour: null },
  orders: { second: 9, minute: 500, hour: 1000 },
  orderBook: { second: 1, minute: null, hour: null },
  tradeBook: { second: 1, minute: null, hour: null },
  positions: { second: 1, minute: null, hour: null },
  orderDetails: { second: 10, minute: 500, hour: 5000 },
  lastPrice: { second: 10, minute: 500, hour: 5000 },
  quote: { second: 10, minute: 500, hour: 5000 },
  search: { second: 1, minute: null, hour: null },
  convert: { second: 10, minute: 500, hour: 5000 },
  holdings: { second: 1, minute: null, hour: null },
  margin: { second: 10, minute: 500, hour: 5000 },
  gttWrites: { second: 9, minute: 500, hour: 5000 },
  gttReads: { second: 10, minute: 500, hour: 5000 },
  candles: { second: 3, minute: 180, hour: 5000 },
  greeks: { second: 1, minute: null, hour: null },
  movers: { second: 1, minute: null, hour: null },
  putCallRatio: { second: 1, minute: null, hour: null },
  openInterestBuildup: { second: 1, minute: null, hour: null },
  charges: { second: 1, minute: null, hour: null },
  intradayList: { second: 1, minute: null, hour: null },
  cautionaryList: { second: 1, minute: null, hour: null },
  demat: { second: 1, minute: null, hour: null },
} as const satisfies Readonly<Record<string, RateLimits>>;
export type RateClass = keyof typeof RATE_CLASSES;

export interface Endpoint {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly rateClass: RateClass;
  /** Only the login and the refresh need no token. */
  readonly isOpen?: true;
  /** Order and GTT writes are tied to the registered addresses. */
  readonly isAddressChecked?: true;
}

const AUTH = '/rest/auth/angelbroking';
const SECURE = '/rest/secure/angelbroking';

export const ENDPOINTS = {
  login: { method: 'POST', path: `${AUTH}/user/v1/loginByPassword`, rateClass: 'login', isOpen: true },
  refresh: { method: 'POST', path: `${AUTH}/jwt/v1/generateTokens`, rateClass: 'tokens', isOpen: true },
  profile: { method: 'GET', path: `${SECURE}/user/v1/getProfile`, rateClass: 'profile' },
  logout: { method: 'POST', path: `${SECURE}/user/v1/logout`, rateClass: 'logout' },
  funds: { method: 'GET', path: `${SECURE}/user/v1/getRMS`, rateClass: 'funds' },
  placeOrder: {
    method: 'POST',
    path: `${SECURE}/order/v1/placeOrder`,
    rateClass: 'orders',
    isAddressChecked: true,
  },
  modifyOrder: {
    method: 'POST',
    path: `${SECURE}/order/v1/modifyOrder`,
    rateClass: 'orders',
    isAddressChecked: true,
  },
  cancelOrder: {
    method: 'POST',
    path: `${SECURE}/order/v1/cancelOrder`,
    rateClass: 'orders',
    isAddressChecked: true,
  },
  orderBook: { method: 'GET', path: `${SECURE}/order/v1/getOrderBook`, rateClass: 'orderBook' },
  tradeBook: { method: 'GET', path: `${SECURE}/order/v1/getTradeBook`, rateClass: 'tradeBook' },
  /** The only path that ends in an id. */
  orderDetails: { method: 'GET', path: `${SECURE}/order/v1/details/`, rateClass: 'orderDetails' },
  lastPrice: { method: 'POST', path: `${SECURE}/order/v1/getLtpData`, rateClass: 'lastPrice' },
  search: { method: 'POST', path: `${SECURE}/order/v1/searchScrip`, rateClass: 'search' },
  positions: { method: 'GET', path: `${SECURE}/order/v1/getPosition`, rateClass: 'positions' },
  convertPosition: { method: 'POST', path: `${SECURE}/order/v1/convertPosition`, rateClass: 'convert' },
  holdings: { method: 'GET', path: `${SECURE}/portfolio/v1/getHolding`, rateClass: 'holdings' },
  allHoldings: { method: 'GET', path: `${SECURE}/portfolio/v1/getAllHolding`, rateClass: 'holdings' },
  quote: { method: 'POST', path: `${SECURE}/market/v1/quote`, rateClass: 'quote' },
  candles: { method: 'POST', path: `${SECURE}/historical/v1/getCandleData`, rateClass: 'candles' },
  openInterest: { method: 'POST', path: `${SECURE}/historical/v1/getOIData`, rateClass: 'candles' },
  createRule: { method: 'POST', path: `${SECURE}/gtt/v1/createRule`, rateClass: 'gttWrites', isAddressChecked: true },
  modifyRule: { method: 'POST', path: `${SECURE}/gtt/v1/modifyRule`, rateClass: 'gttWrites', isAddressChecked: true },
  cancelRule: { method: 'POST', path: `${SECURE}/gtt/v1/cancelRule`, rateClass: 'gttWrites', isAddressChecked: true },
  ruleDetails: { method: 'POST', path: `${SECURE}/gtt/v1/ruleDetails`, rateClass: 'gttReads' },
  ruleList: { method: 'POST', path: `${SECURE}/gtt/v1/ruleList`, rateClass: 'gttReads' },
  margin: { method: 'POST', path: `${SECURE}/margin/v1/batch`, rateClass: 'margin' },
  charges: { method: 'POST', path: `${SECURE}/brokerage/v1/estimateCharges`, rateClass: 'charges' },
  greeks: { method: 'POST', path: `${SECURE}/marketData/v1/optionGreek`, rateClass: 'greeks' },
  movers: { method: 'POST', path: `${SECURE}/marketData/v1/gainersLosers`, rateClass: 'movers' },
  putCallRatio: { method: 'GET', path: `${SECURE}/marketData/v1/putCallRatio`, rateClass: 'putCallRatio' },
  openInterestBuildup: {
    method: 'POST',
    path: `${SECURE}/marketData/v1/OIBuildup`,
    rateClass: 'openInterestBuildup',
  },
  nseIntraday: { method: 'GET', path: `${SECURE}/marketData/v1/nseIntraday`, rateClass: 'intradayList' },
  bseIntraday: { method: 'GET', path: `${SECURE}/marketData/v1/bseIntraday`, rateClass: 'intradayList' },
  cautionary: { method: 'GET', path: `${SECURE}/securities/v1/cautionaryScrips`, rateClass: 'cautionaryList' },
  verifyDemat: { method: 'POST', path: `${SECURE}/edis/v1/verifyDis`, rateClass: 'demat' },
  dematPin: { method: 'POST', path: `${SECURE}/edis/v1/generateTPIN`, rateClass: 'demat' },
  dematStatus: { method: 'POST', path: `${SECURE}/edis/v1/getTranStatus`, rateClass: 'demat' },
} as const satisfies Readonly<Record<string, Endpoint>>;
export type Operation = keyof typeof ENDPOINTS;

const OPERATIONS = Object.keys(ENDPOINTS) as readonly Operation[];
const BY_ROUTE = new Map(OPERATIONS.map((operation) => [routeOf(ENDPOINTS[operation]), operation]));

/** Which endpoint a request means; a slash at the end does no harm. Undefined: the gateway knows no such route. */
export function findOperation(
  method: string,
  path: string,
): { readonly operation: Operation; readonly id: string } | undefined {
  const details = ENDPOINTS.orderDetails.path;
  if (method === 'GET' && path.startsWith(details) && path.length > details.length) {
    // Ids are UUIDs: what is escaped in a path is none.
    return { operation: 'orderDetails', id: path.slice(details.length) };
  }
  const operation = BY_ROUTE.get(`${method} ${path.replace(/\/$/, '')}`);
  return operation === undefined ? undefined : { operation, id: '' };
}

export function endpointOf(operation: Operation): Endpoint {
  return ENDPOINTS[operation];
}

function routeOf({ method, path }: Endpoint): string {
  return `${method} ${path}`;
}
