/**
 * Who may open a stream: credentials, faults and the cap of three connections per client, then the WebSocket handshake.
 * Invariant: a connection counts against the cap until its socket has closed, half-open ones too.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { SimulatedAccounts } from '../parts.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { StreamConnection } from './stream-connection.ts';
import type { StreamCounters } from './stream-counters.ts';
import type { StreamFaults, StreamName } from './stream-faults.ts';

const CONNECTIONS_PER_CLIENT = 3;
const LARGEST_REQUEST_BYTES = 1_048_576;
const TOO_MANY = { status: 429, message: 'Connection Limit Exceeded' };

export interface DoorSurroundings {
  readonly accounts: SimulatedAccounts;
  readonly faults: StreamFaults;
  readonly counters: StreamCounters;
}

export class StreamDoor {
  readonly #stream: StreamName;
  readonly #surroundings: DoorSurroundings;
  readonly #onOpen: (connection: StreamConnection) => void;
  readonly #connections = new Set<StreamConnection>();
  readonly #handshake = new WebSocketServer({
    noServer: true,
    autoPong: false,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LARGEST_REQUEST_BYTES,
  });
  readonly #forget: () => void;

  constructor(stream: StreamName, surroundings: DoorSurroundings, onOpen: (connection: StreamConnection) => void) {
    this.#stream = stream;
    this.#surroundings = surroundings;
    this.#onOpen = onOpen;
    this.#forget = surroundings.accounts.onExpired((clientCode) => {
      for (const connection of this.of(clientCode)) connection.end('Token Expired');
    });
  }

  get connections(): ReadonlySet<StreamConnection> {
    return this.#connections;
  }

  of(clientCode: string): StreamConnection[] {
    return [...this.#connections].filter((connection) => connection.clientCode === clientCode);
  }

  upgrade(request: IncomingMessage, pipe: Duplex, head: Buffer, url: URL): void {
    const { accounts, faults, counters } = this.#surroundings;
    const refuse = (refusal: { readonly status: number; readonly message: string }): void => {
      counters.refused(refusal.status);
      refuseUpgrade(pipe, refusal.status, refusal.message);
    };
    const fault = faults.refusalOf(this.#stream);
    if (fault !== undefined) {
      refuse(fault);
      return;
    }
    const admitted = accounts.admit(this.#stream, {
      authorization: headerOf(request, 'authorization'),
      clientCode: headerOf(request, 'x-client-code') ?? url.searchParams.get('clientCode') ?? undefined,
      apiKey: headerOf(request, 'x-api-key') ?? url.searchParams.get('apiKey') ?? undefined,
      feedToken: headerOf(request, 'x-feed-token') ?? url.searchParams.get('feedToken') ?? undefined,
    });
    if ('status' in admitted) {
      refuse(admitted);
      return;
    }
    const { clientCode } = admitted;
    if (this.of(clientCode).length >= CONNECTIONS_PER_CLIENT) {
      refuse(TOO_MANY);
      return;
    }
    this.#handshake.handleUpgrade(request, pipe, head, (socket) => {
      const connection = new StreamConnection(socket, pipe, counters.opened(this.#stream, clientCode), faults);
      this.#connections.add(connection);
      connection.onClose(() => this.#connections.delete(connection));
      this.#onOpen(connection);
    });
  }

  async close(): Promise<void> {
    this.#forget();
    const closed = [...this.#connections].map(
      (connection) => new Promise<void>((resolve) => connection.onClose(resolve)),
    );
    for (const connection of this.#connections) connection.terminate();
    await Promise.all(closed);
    this.#handshake.close();
  }
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
