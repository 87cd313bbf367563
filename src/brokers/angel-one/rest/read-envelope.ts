/**
 * Angel One's answers come in at least six shapes, and the HTTP status says little. `readEnvelope` turns a status and a text
 * into one of a closed list; nothing of a body that is not JSON is passed on, since it may hold anything.
 */
import { z } from 'zod';

export type Envelope =
  /** Null where the broker says that there is none; undefined where it says nothing. */
  | { readonly kind: 'data'; readonly data: unknown }
  | { readonly kind: 'error'; readonly code: string; readonly message: string }
  | { readonly kind: 'throttled' }
  /** No answer of the broker's front office: a firewall's page, a gateway's fault, an empty body. */
  | { readonly kind: 'fault'; readonly reason: string };

const flag = z.union([z.boolean(), z.enum(['true', 'false'])]).optional();
const code = z.union([z.string(), z.number().transform(String)]).nullish();
const envelopeSchema = z.looseObject({
  status: flag,
  success: flag,
  message: z.unknown().optional(),
  errorcode: code,
  errorCode: code,
  error_code: code,
  data: z.unknown().optional(),
});

const LONGEST_MESSAGE = 200;

export function readEnvelope(status: number, body: string): Envelope {
  const text = body.trim();
  if (text === '') return fault(status, 'an empty body');
  if (text.startsWith('<')) return fault(status, /request rejected/i.test(text) ? "a firewall's page" : 'a web page');
  if (!text.startsWith('{')) return isThrottle(text) || status === 429 ? { kind: 'throttled' } : fault(status, 'text');
  const parsed = envelopeSchema.safeParse(jsonOf(text));
  if (!parsed.success) return fault(status, 'JSON of another shape');
  const { data, message, ...flags } = parsed.data;
  const said = typeof message === 'string' ? message.slice(0, LONGEST_MESSAGE) : '';
  const isOk = isTrue(flags.status) || isTrue(flags.success);
  const errorCode = flags.errorcode || flags.errorCode || flags.error_code || '';
  if (isOk) return { kind: 'data', data: data === '' || data === 'null' ? null : data };
  if (errorCode !== '') return { kind: 'error', code: errorCode, message: said };
  if (isThrottle(said) || status === 429) return { kind: 'throttled' };
  if (flags.status === undefined && flags.success === undefined) return fault(status, `"${said}"`);
  return { kind: 'error', code: 'NO_CODE', message: said };
}

function isTrue(value: boolean | string | undefined): boolean {
  return value === true || value === 'true';
}

function isThrottle(text: string): boolean {
  return /exceeding|access rate|rate limit|too many requests/i.test(text);
}

function fault(status: number, found: string): Envelope {
  return { kind: 'fault', reason: `Expected JSON from the broker, found ${found} (HTTP ${status})` };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
