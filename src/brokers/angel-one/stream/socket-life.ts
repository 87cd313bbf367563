/**
 * One socket from dialling to its end. Entry point: `liveOnce`, which resolves when the socket is gone, however that came;
 * it never rejects. Half-open sockets are found by silence and terminated; compression is off (packets are small and many).
 *
 * Reasons carry neither headers nor tokens: they are made of our own words, status numbers, system error codes and the
 * broker's `x-error-message`, cut down to plain words.
 */
import WebSocket from 'ws';
import type { LinkTimings } from './link-timings.ts';

export interface SocketHandlers {
  onOpen(socket: WebSocket): void;
  /** Each message in its order, before the next one is looked at. */
  onBinary(data: Buffer): void;
  onText(text: string): void;
  /** Any sign of life: messages (told before them), pings, pongs. */
  onHeard(): void;
}

export interface SocketEnd {
  readonly reason: string;
  readonly wasOpen: boolean;
  /** Of the upgrade's answer, when it was no upgrade. */
  readonly status: number | undefined;
}

/** An order frame has some 2 kB, a packet 379 bytes. */
const MOST_BYTES = 1024 * 1024;
const NORMAL_CLOSE = 1000;
const LONGEST_WORDS = 80;

export function liveOnce(
  url: string,
  headers: Readonly<Record<string, string>>,
  handlers: SocketHandlers,
  timings: LinkTimings,
  signal: AbortSignal,
): Promise<SocketEnd> {
  let socket: WebSocket;
  try {
    socket = new WebSocket(url, { headers, perMessageDeflate: false, maxPayload: MOST_BYTES });
  } catch {
    // The reason would be a bad address or a token that no header can carry: neither belongs into a message.
    return Promise.resolve({ reason: 'the address or a header is malformed', wasOpen: false, status: undefined });
  }
  return new Promise((resolve) => {
    let reason: string | undefined;
    let status: number | undefined;
    let wasOpen = false;
    let heardAt = performance.now();
    const end = (why: string): void => {
      reason ??= why;
      socket.terminate();
    };
    const connectTimer = setTimeout(() => end(`no answer within ${timings.connectMs} ms`), timings.connectMs);
    let closeTimer: NodeJS.Timeout | undefined;
    let pingTimer: NodeJS.Timeout | undefined;
    let lifeTimer: NodeJS.Timeout | undefined;

    const lookForLife = (isSecondLook: boolean): void => {
      const quietMs = performance.now() - heardAt;
      if (quietMs < timings.deadLinkMs) {
        lifeTimer = setTimeout(lookForLife, timings.deadLinkMs - quietMs, false);
      } else if (!isSecondLook) {
        // If it was us who stood still, what has arrived meanwhile is read before the second look.
        setImmediate(lookForLife, true);
      } else if (socket.readyState === WebSocket.OPEN) {
        end(`nothing was heard for ${timings.deadLinkMs} ms`);
      }
    };
    const leave = (): void => {
      reason ??= 'closed by us';
      if (socket.readyState !== WebSocket.OPEN) {
        socket.terminate();
        return;
      }
      // A farewell: sockets that only vanish count against the broker's limit until it notices.
      socket.close(NORMAL_CLOSE);
      closeTimer = setTimeout(() => socket.terminate(), timings.closeMs);
    };
    const hear = (): void => {
      heardAt = performance.now();
      handlers.onHeard();
    };

    socket.on('open', () => {
      wasOpen = true;
      clearTimeout(connectTimer);
      hear();
      pingTimer = setInterval(() => socket.send('ping', ignoreLateError), timings.pingMs);
      lifeTimer = setTimeout(lookForLife, timings.deadLinkMs, false);
      handlers.onOpen(socket);
    });
    socket.on('message', (data, isBinary) => {
      if (socket.readyState !== WebSocket.OPEN || !Buffer.isBuffer(data)) return;
      hear();
      if (isBinary) handlers.onBinary(data);
      else handlers.onText(data.toString('utf8'));
    });
    socket.on('ping', hear);
    // The broker's pong carries one zero byte instead of our payload: that it came is all there is to it.
    socket.on('pong', hear);
    socket.on('unexpected-response', (_request, response) => {
      status = response.statusCode;
      const words = plainWords(String(response.headers['x-error-message'] ?? ''), Object.values(headers));
      response.destroy();
      end(`the broker answered ${status}${words === '' ? '' : `: ${words}`}`);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      reason ??= `the socket failed (${error.code ?? 'no code'})`;
    });
    socket.on('close', (code) => {
      for (const timer of [connectTimer, closeTimer, pingTimer, lifeTimer]) clearTimeout(timer);
      signal.removeEventListener('abort', leave);
      resolve({ reason: reason ?? `closed by the broker (${code})`, wasOpen, status });
    });
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
  });
}

/** A send that fails is followed by the socket's end, which says why. */
export function ignoreLateError(): void {}

/** Letters, digits and a little punctuation; nothing that holds one of the secrets, whole or without its `Bearer`. */
function plainWords(text: string, secrets: readonly string[]): string {
  const words = text
    .replace(/[^\w .,:'-]/g, ' ')
    .trim()
    .slice(0, LONGEST_WORDS);
  const bare = secrets.flatMap((secret) => [secret, secret.replace(/^Bearer /, '')]).filter((each) => each !== '');
  return bare.some((secret) => text.includes(secret)) ? '' : words;
}
