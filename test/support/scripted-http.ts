import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
export type Reply = (response: ServerResponse, request: SeenRequest) => void;

export interface ScriptedHttp {
  readonly origin: string;
  readonly seen: SeenRequest[];
  readonly server: Server;
}

/** Answers with the replies in turn, the last one for ever; gone after the test. */
export async function scriptedHttp(...replies: readonly Reply[]): Promise<ScriptedHttp> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const found = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
      seen.push(found);
      replies[Math.min(seen.length, replies.length) - 1]?.(response, found);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, seen, server };
}

export function text(body: string, status = 200): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'text/plain' });
    response.end(body);
  };
}

export function json(body: unknown, status = 200): Reply {
  return text(JSON.stringify(body), status);
}

/** The answer of a call that went well. */
export function success(data: unknown): Reply {
  return json({ status: true, message: 'SUCCESS', errorcode: '', data });
}

export function failure(code: string, message: string, status = 200): Reply {
  return code.startsWith('AG')
    ? json({ success: false, message, errorCode: code, data: '' }, status)
    : json({ status: false, message, errorcode: code, data: null }, status);
}
