import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers an upgrade with a plain HTTP status and the header that names what was wrong. */
export function refuseUpgrade(pipe: Duplex, status: number, message: string): void {
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    `x-error-message: ${message.replaceAll(/[^\x20-\x7e]/g, ' ')}`,
    'Content-Length: 0',
    'Connection: close',
  ];
  // The client may be gone already; there is nobody left to tell.
  pipe.on('error', () => pipe.destroy());
  pipe.once('finish', () => pipe.destroy());
  pipe.end(`${lines.join('\r\n')}\r\n\r\n`);
}
