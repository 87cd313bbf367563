/**
 * Both streams of the simulated broker on one HTTP server. Entry point: `attachStreams`; plain requests stay the server's.
 * `close` ends every connection and leaves the server as it was.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { SimulatedAccounts, SimulatedMarket } from '../parts.ts';
import { MarketStreamServer } from './market-stream-server.ts';
import { type OrderPong, OrderStreamServer } from './order-stream-server.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { StreamCounters } from './stream-counters.ts';
import { StreamFaults } from './stream-faults.ts';

export const MARKET_STREAM_PATH = '/smart-stream';
export const ORDER_STREAM_PATH = '/smart-order-update';

export interface StreamOptions {
  readonly market: SimulatedMarket;
  readonly accounts: SimulatedAccounts;
  readonly faults?: StreamFaults | undefined;
  /** `nul` by default. */
  readonly orderPong?: OrderPong | undefined;
}

export interface AttachedStreams {
  readonly faults: StreamFaults;
  readonly counters: StreamCounters;
  close(): Promise<void>;
}

export function attachStreams(server: Server, options: StreamOptions): AttachedStreams {
  const { market, accounts, faults = new StreamFaults() } = options;
  const counters = new StreamCounters();
  const surroundings = { accounts, faults, counters };
  const marketStream = new MarketStreamServer(market, surroundings);
  const orderStream = new OrderStreamServer(surroundings, options.orderPong ?? 'nul');

  const onUpgrade = (request: IncomingMessage, pipe: Duplex, head: Buffer): void => {
    const url = URL.parse(request.url ?? '/', 'ws://stream');
    if (url?.pathname === MARKET_STREAM_PATH) marketStream.upgrade(request, pipe, head, url);
    else if (url?.pathname === ORDER_STREAM_PATH) orderStream.upgrade(request, pipe, head, url);
    else refuseUpgrade(pipe, 404, 'Unknown Path');
  };
  server.on('upgrade', onUpgrade);

  return {
    faults,
    counters,
    async close() {
      server.off('upgrade', onUpgrade);
      await Promise.all([marketStream.close(), orderStream.close()]);
    },
  };
}
