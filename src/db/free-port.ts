import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below 32,768, where Linux, and above where others, take the ports of outgoing connections from. */
const [FIRST, END] = [20_000, 32_768];
const MOST_TRIES = 100;

/**
 * A port of the loopback interface where nobody listens. The system gives it to no outgoing connection: a server that has
 * died finds it free when it starts again.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const port = randomInt(FIRST, END);
    if (await isFree(port)) return port;
  }
  throw new Error(`Expected a free port from ${FIRST} to ${END - 1} on 127.0.0.1, found none in ${MOST_TRIES} tries`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
