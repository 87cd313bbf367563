import * as derived from './derived-endpoints.ts';
import type { ClientHandler, ClientOperation } from './desk-parts.ts';
import * as estimate from './estimate-endpoints.ts';
import * as history from './history-endpoints.ts';
import * as market from './market-endpoints.ts';
import * as orders from './order-endpoints.ts';
import * as portfolio from './portfolio-endpoints.ts';
import * as session from './session-endpoints.ts';

/** What carries out each call that needs a token. */
export const HANDLERS: Readonly<Record<ClientOperation, ClientHandler>> = {
  profile: session.profile,
  logout: session.logout,
  funds: session.funds,
  placeOrder: orders.placeOrder,
  modifyOrder: orders.modifyOrder,
  cancelOrder: orders.cancelOrder,
  orderBook: orders.orderBook,
  tradeBook: orders.tradeBook,
  orderDetails: orders.orderDetails,
  lastPrice: market.lastPrice,
  search: market.search,
  positions: portfolio.positions,
  convertPosition: portfolio.convertPosition,
  holdings: portfolio.holdings,
  allHoldings: portfolio.allHoldings,
  quote: market.quote,
  candles: history.candles,
  openInterest: history.openInterest,
  createRule: ({ body, desk }) => desk.gtt.create(body),
  modifyRule: ({ body, desk }) => desk.gtt.modify(body),
  cancelRule: ({ body, desk }) => desk.gtt.cancel(body),
  ruleDetails: ({ body, desk }) => desk.gtt.details(body),
  ruleList: ({ body, desk }) => desk.gtt.list(body),
  margin: estimate.margin,
  charges: estimate.charges,
  greeks: derived.greeks,
  movers: derived.movers,
  putCallRatio: derived.putCallRatio,
  openInterestBuildup: derived.openInterestBuildup,
  nseIntraday: market.intradayList('NSE'),
  bseIntraday: market.intradayList('BSE'),
  cautionary: market.cautionary,
  verifyDemat: market.demat,
  dematPin: market.demat,
  dematStatus: market.demat,
};
