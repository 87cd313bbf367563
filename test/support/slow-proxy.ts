import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface SlowProxy {
  /** The database, through the proxy. */
  readonly url: string;
  /** As a person would write it: nothing of schema and who connects. */
  readonly plainUrl: string;
  /** From now on answers wait, also that the server has closed. */
  hold(): void;
  letGo(): void;
  /** Nobody gets through, or has got through, until `letGo`. */
  refuse(): void;
  /** Clients lose their connections, and the server does not notice. */
  tear(): void;
  close(): Promise<void>;
}

/** Stands between a client and its database, and keeps answers back as the socket of a process does that sleeps. */
export async function startSlowProxy(databaseUrl: string): Promise<SlowProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isHolding = false;
  let isRefusing = false;
  const held: (() => void)[] = [];
  const clients = new Set<Socket>();
  const torn = new Set<Socket>();
  const pass = (step: () => void): void => {
    if (isHolding) held.push(step);
    else step();
  };
  const server = createServer((client) => {
    if (isRefusing) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.on('data', (data) => upstream.write(data));
    client.on('close', () => torn.has(client) || upstream.destroy());
    clients.add(client);
    upstream.on('data', (data) => pass(() => client.write(data)));
    upstream.on('close', () => pass(() => client.end()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const plainUrl = new URL(url);
  plainUrl.search = '';
  return {
    url: url.href,
    plainUrl: plainUrl.href,
    hold: () => {
      isHolding = true;
    },
    refuse: () => {
      isRefusing = true;
      for (const socket of sockets) socket.destroy();
    },
    letGo: () => {
      isHolding = false;
      isRefusing = false;
      for (const step of held.splice(0)) step();
    },
    tear: () => {
      for (const client of clients) {
        torn.add(client);
        client.destroy();
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
