/**
 * The broker's own public JavaScript client, which we did not write, in a process of its own: it throws where nobody can
 * catch it, writes a log into its folder and asks the internet for its address, which is prevented here. Speaks over IPC.
 */
import { createRequire } from 'node:module';

interface Start {
  readonly rest: string;
  readonly marketStream: string;
  readonly credentials: { readonly clientCode: string; readonly mpin: string; readonly apiKey: string };
  readonly totp: string;
  readonly listing: { readonly segment: string; readonly token: string; readonly tradingSymbol: string };
  readonly candles: { readonly fromdate: string; readonly todate: string };
}
type Call = (params?: object) => Promise<{ readonly data: unknown; readonly message?: string }>;

const require = createRequire(import.meta.url);
const publicIp = createRequire(require.resolve('smartapi-javascript')).resolve('public-ip');
require.cache[publicIp] = { exports: { v4: () => Promise.resolve('127.0.0.1') } } as NodeJS.Module;

process.once('message', (message) => void run(message as Start));

async function run({ rest, marketStream, credentials, totp, listing, candles }: Start): Promise<void> {
  const { CONSTANTS } = require('smartapi-javascript/config/constant');
  CONSTANTS.websocketURL = marketStream;
  const { SmartAPI, WebSocketV2 } = require('smartapi-javascript');
  const api = new SmartAPI({ api_key: credentials.apiKey, root: rest });
  const session = await api.generateSession(credentials.clientCode, credentials.mpin, totp);
  const call = async (name: string, params?: object): Promise<unknown> => {
    const answer = await (api[name] as Call).call(api, params);
    return answer.data ?? null;
  };
  const order = {
    variety: 'NORMAL',
    tradingsymbol: listing.tradingSymbol,
    symboltoken: listing.token,
    transactiontype: 'BUY',
    exchange: listing.segment,
    ordertype: 'LIMIT',
    producttype: 'INTRADAY',
    duration: 'DAY',
    price: '1400',
    squareoff: '0',
    stoploss: '0',
    quantity: '10',
    ordertag: 'publicclient0001',
  };
  const placed = (await call('placeOrder', order)) as { readonly orderid: string };
  await tell('placed', placed);
  const { orderid } = placed;
  await tell('modified', await call('modifyOrder', { ...order, orderid, price: '1410', quantity: '12' }));
  await tell('book', await call('getOrderBook'));
  await tell('cancelled', await call('cancelOrder', { variety: 'NORMAL', orderid }));
  await tell('trades', await call('getTradeBook'));
  const rule = {
    tradingsymbol: listing.tradingSymbol,
    symboltoken: listing.token,
    exchange: listing.segment,
    producttype: 'DELIVERY',
    transactiontype: 'BUY',
    price: 1480,
    qty: 5,
    disclosedqty: 5,
    triggerprice: 1482,
    timeperiod: 20,
  };
  await tell('rule', await call('createRule', rule));
  const span = { exchange: listing.segment, symboltoken: listing.token, interval: 'ONE_MINUTE', ...candles };
  await tell('candles', await call('getCandleData', span));

  const { jwtToken, feedToken } = session.data;
  const stream = new WebSocketV2({
    ...{ jwttoken: jwtToken, apikey: credentials.apiKey, clientcode: credentials.clientCode, feedtype: feedToken },
  });
  stream.on('tick', (tick: unknown) => {
    if (typeof tick === 'object') process.send?.({ type: 'tick', data: tick });
  });
  await stream.connect();
  const request = { correlationID: 'public0001', action: 1, exchangeType: 1, tokens: [listing.token] };
  for (const mode of [1, 2, 3]) stream.fetchData({ ...request, mode });
  await tell('streaming', { jwt: jwtToken, feed: feedToken });
}

/** The other side answers when it has let the market go on. */
function tell(type: string, data: unknown): Promise<void> {
  return new Promise((resolve) => {
    process.once('message', () => resolve());
    process.send?.({ type, data });
  });
}
