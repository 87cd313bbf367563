/**
 * Angel One's SmartAPI on loopback: REST, both streams, the instrument file and a control surface on one port, over the
 * simulated exchange and a simulated market. Written from the protocol alone; it shares no code with the client.
 * Entry point: `startAngelOneSimulator`.
 *
 * Invariants: money and orders exist only in here; `ledger` says what truly happened, whatever a fault told a client;
 * `close` ends every socket, timer and promise of the simulator, and leaves the market to whoever opened it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UnavailableError } from '../../core/errors.ts';
import type { MarketCalendar } from '../../core/market-session.ts';
import { dayOf } from '../../core/time.ts';
import type { ChargeModel } from '../../ports/charge-model.ts';
import type { SimulatedAccount } from './accounts/account.ts';
import { AccountBook } from './accounts/account-book.ts';
import { type BehaviourChanges, createSwitches, type Switches } from './control/behaviours.ts';
import { CONTROL_PATH, ControlDesk } from './control/control-desk.ts';
import { TruthLedger } from './control/truth-ledger.ts';
import { type FaultRequest, parseFault } from './faults/fault.ts';
import { FaultBoard } from './faults/fault-board.ts';
import { strikeStreams } from './faults/strike-streams.ts';
import { masterText } from './master/make-master.ts';
import { Brokerage } from './orders/brokerage.ts';
import type { SimulatedMarket } from './parts.ts';
import { RateWindows } from './rest/rate-windows.ts';
import { RestGateway } from './rest/rest-gateway.ts';
import { attachStreams, MARKET_STREAM_PATH, ORDER_STREAM_PATH } from './streams/attach-streams.ts';
import type { StreamCounters } from './streams/stream-counters.ts';
import { StreamFaults } from './streams/stream-faults.ts';

export interface AngelOneSimulatorOptions {
  readonly market: SimulatedMarket;
  readonly accounts: readonly SimulatedAccount[];
  readonly calendar: MarketCalendar;
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** Without it trades cost nothing and the charges estimate fails. */
  readonly charges?: ChargeModel;
  /** The instrument file's text, made anew for every download; by default the listings and nothing else. */
  readonly master?: () => Iterable<string>;
  readonly behaviours?: BehaviourChanges;
}

export interface SimulatorEndpoints {
  readonly rest: string;
  readonly marketStream: string;
  readonly orderStream: string;
  readonly instrumentMaster: string;
}

export interface AngelOneSimulator {
  readonly url: string;
  readonly endpoints: SimulatorEndpoints;
  /** Where `ledger`, `faults`, `behaviours`, `expire`, `skew`, `listings` and `health` are. */
  readonly control: string;
  readonly ledger: TruthLedger;
  readonly switches: Switches;
  readonly accounts: AccountBook;
  /** What was truly written to the streams' connections. */
  readonly streamCounters: StreamCounters;
  readonly streamFaults: StreamFaults;
  /** Returns the number by which the fault can be lifted. */
  arm(fault: FaultRequest): number;
  lift(id: number): void;
  close(): Promise<void>;
}

const MASTER_PATH = '/OpenAPI_File/files/OpenAPIScripMaster.json';

export async function startAngelOneSimulator(options: AngelOneSimulatorOptions): Promise<AngelOneSimulator> {
  const { market, calendar } = options;
  const stop = new AbortController();
  const closed = stop.signal;
  const switches = createSwitches(options.behaviours);
  const accounts = new AccountBook(options.accounts, market.clock, switches, closed);
  const windows = new RateWindows();
  const clientCodes = options.accounts.map(({ clientCode }) => clientCode);
  const ledger = new TruthLedger(windows, clientCodes);
  accounts.onExpired((clientCode) => ledger.addSession(clientCode, 'expired', market.clock.now()));
  const charges = options.charges ?? null;
  const core = { market, calendar, charges, switches, accounts, ledger, closed };
  const brokerage = new Brokerage(core);
  const streamFaults = new StreamFaults();
  const faults = new FaultBoard(
    (plan) => strikeStreams(plan, streamFaults),
    (kind) => ledger.addFault(kind),
  );
  const gateway = new RestGateway({ ...core, brokerage, windows, faults });
  const master = options.master ?? (() => masterText(market.listings, { day: dayOf(market.clock.now()) }));

  const server = createServer((request, response) => {
    const path = pathOf(request);
    const served =
      path === MASTER_PATH
        ? serveMaster(response, master())
        : path.startsWith(CONTROL_PATH)
          ? control.serve(request, response, path)
          : gateway.serve(request, response, path);
    served.catch((error: unknown) => {
      if (!response.destroyed)
        ledger.mishaps.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
      response.destroy();
    });
  });
  const streams = attachStreams(server, { market, accounts, faults: streamFaults });
  const control = new ControlDesk({ market, accounts, faults, switches, ledger, counters: streams.counters });
  const close = async (): Promise<void> => {
    stop.abort();
    faults.clear();
    brokerage.close();
    await streams.close();
    const done = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await done;
  };
  const url = await listen(server, options.port ?? 0, options.host ?? '127.0.0.1').catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const socketUrl = url.replace(/^http/, 'ws');

  return {
    url,
    endpoints: {
      rest: url,
      marketStream: `${socketUrl}${MARKET_STREAM_PATH}`,
      orderStream: `${socketUrl}${ORDER_STREAM_PATH}`,
      instrumentMaster: `${url}${MASTER_PATH}`,
    },
    control: `${url}${CONTROL_PATH.slice(0, -1)}`,
    ledger,
    switches,
    accounts,
    streamCounters: streams.counters,
    streamFaults,
    arm(fault) {
      const parsed = parseFault(fault);
      if ('fault' in parsed) throw new TypeError(parsed.fault);
      return faults.arm(parsed.plan);
    },
    lift: (id) => faults.lift(id),
    close,
  };
}

function pathOf(request: IncomingMessage): string {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  return path.replace(/\/{2,}/g, '/');
}

async function serveMaster(response: ServerResponse, text: Iterable<string>): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  await pipeline(Readable.from(text), response);
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? `port ${port} is taken` : error.message;
      reject(new UnavailableError(`Expected to listen on ${host}:${port}, found that ${why}`, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return `http://${address.address}:${address.port}`;
}
