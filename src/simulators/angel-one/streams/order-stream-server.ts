/**
 * The order-update stream: every change of a client's orders to all of its connections, without any subscription.
 * Invariants: the first frame says `AB00` with an empty order; what happened while nobody was connected is never told.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { orderFrame } from './order-frame.ts';
import { type DoorSurroundings, StreamDoor } from './stream-door.ts';

/** What a text ping is answered with; a single NUL byte, text and bytes have all been seen. */
export type OrderPong = 'nul' | 'text' | 'binary';

const PONGS: Readonly<Record<OrderPong, string | Buffer>> = {
  nul: Buffer.of(0),
  text: 'pong',
  binary: Buffer.from('pong'),
};

export class OrderStreamServer {
  readonly #door: StreamDoor;
  readonly #stopListening: () => void;

  constructor(surroundings: DoorSurroundings, pong: OrderPong) {
    this.#door = new StreamDoor('orders', surroundings, (connection) => {
      connection.onMessage((text) => {
        if (text === 'ping') connection.reply(PONGS[pong]);
      });
      connection.send(orderFrame(connection.clientCode, 'AB00', {}), null);
    });
    this.#stopListening = surroundings.accounts.onOrder((clientCode, code, row) => {
      const connections = this.#door.of(clientCode);
      if (connections.length === 0) return;
      const frame = orderFrame(clientCode, code, row);
      for (const connection of connections) connection.send(frame, null);
    });
  }

  upgrade(request: IncomingMessage, pipe: Duplex, head: Buffer, url: URL): void {
    this.#door.upgrade(request, pipe, head, url);
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.#door.close();
  }
}
