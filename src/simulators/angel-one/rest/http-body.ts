import type { IncomingMessage } from 'node:http';
import type { WireBody } from '../orders/wire-fields.ts';

const MOST_BYTES = 1_000_000;

/** The whole body as text; undefined when it is larger than any request of the broker or was cut off. */
export async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      bytes += chunk.length;
      if (bytes > MOST_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A JSON object; undefined for anything else. No body at all is an empty object. */
export function parseBody(text: string): WireBody | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
